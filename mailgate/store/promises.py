"""The effects that promise a mail or a page, or take such a promise back.

A mail is rendered here, before the commit, and stored as bytes: a template that fails undoes the decision instead of
surfacing hours later, and a second sending is the same octet for octet (design.md §1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, assert_never

from sqlalchemy import Update, update
from sqlmodel import col, select

from mailgate.core.delivery import Lane
from mailgate.core.effects import AddMessage, ReleaseHeld, RetryOutbox, SendMail
from mailgate.core.letters import Enclosure, Letter
from mailgate.core.model import Attachment, Direction, PageState
from mailgate.core.page_effects import (
    AcknowledgePages,
    CancelPages,
    EscalatePages,
    ExhaustPages,
    FailPage,
    Page,
    UnanswerPages,
)
from mailgate.core.targets import is_mail
from mailgate.core.undo_effects import WithdrawMail
from mailgate.mail import mime, parse
from mailgate.mail.compose import Draft, Stamp
from mailgate.store import budgets, inbox, outbox, restored, rows
from mailgate.store.columns import UNTAKEN, OutboxState
from mailgate.store.database import Tx
from mailgate.store.tables import OutboxMessageRow, OutboxRow, PageRow
from mailgate.store.ticket_changes import add_message

Promise = SendMail | Page
Withdrawal = (
    AcknowledgePages
    | CancelPages
    | EscalatePages
    | ExhaustPages
    | UnanswerPages
    | RetryOutbox
    | ReleaseHeld
    | FailPage
    | WithdrawMail
)

LEFT = (PageState.SENT, PageState.ACCEPTED)
"""The states of a page that left and that nobody has answered."""

OPEN_TO_ACKNOWLEDGEMENT = (
    PageState.PROMISED,
    PageState.SENT,
    PageState.ACCEPTED,
    PageState.ESCALATED,
    PageState.EXHAUSTED,
)


Enclosed = tuple[mime.Part, ...]
"""Files as they travel."""


class Writer(Protocol):
    """Turns a letter into the octets that leave."""

    def write(self, letter: Letter, stamp: Stamp, enclosures: Enclosed) -> Draft:
        """Raises TemplateFailed."""

    def enclose(self, files: tuple[tuple[Attachment, bytes], ...]) -> Enclosed:
        """Files made ready to travel, once for every letter that takes them along."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Who writes, and on which occasion (unique per letter, it makes the Message-ID); `files` opens an enclosure."""

    writer: Writer
    occasion: str
    now: datetime
    files: Callable[[Enclosure], Enclosed]


@dataclass(frozen=True, slots=True)
class _Written:
    """A promise with its id and its words."""

    outbox_id: int
    effect: Promise
    desk: Desk
    draft: Draft


def open_enclosure(tx: Tx, writer: Writer, enclosure: Enclosure) -> Enclosed:
    """The files that travel with a letter, out of the stored mail."""
    octets = parse.attachments(inbox.raw(tx, enclosure.inbox_id) or b"", [part.index for part in enclosure.parts])
    return writer.enclose(tuple(zip(enclosure.parts, octets, strict=True)))


def promise(tx: Tx, promised: Sequence[tuple[Promise, Desk]]) -> None:
    """Promise mails and pages; an outbox id is in its reverse-path, so the ids come first, then the words, then the
    rows."""
    ids = rows.reserved(tx, OutboxRow, len(promised))
    written = [_Written(number, *one, _draft(*one, number)) for number, one in zip(ids, promised, strict=True)]
    rows.add(tx, OutboxRow, [_row(one) for one in written])
    rows.add(tx, OutboxMessageRow, [_octets(one) for one in written])
    rows.add(tx, PageRow, [_awaited(one, one.effect) for one in written if isinstance(one.effect, Page)])
    if restored.is_covered(tx):
        for one in written:
            restored.hold(tx, tx.get_one(OutboxRow, one.outbox_id), one.desk.now)
    for one in written:
        if isinstance(one.effect, SendMail):
            _remember(tx, one.effect, one.draft, one.desk.now)


def withdraw(tx: Tx, effect: Withdrawal, now: datetime) -> None:
    """A promise is kept, no longer needed, broken, or given again."""
    match effect:
        case AcknowledgePages():
            _acknowledge(tx, effect, now)
        case CancelPages():
            _cancel(tx, effect, now)
        case EscalatePages(ticket):
            _give_up_waiting(tx, ticket, LEFT, PageState.ESCALATED)
        case ExhaustPages(ticket):
            _give_up_waiting(tx, ticket, (*LEFT, PageState.ESCALATED), PageState.EXHAUSTED)
        case UnanswerPages(ticket):
            _unanswer(tx, ticket)
        case WithdrawMail(outbox_id, reason):
            row = update(OutboxRow).where(col(OutboxRow.id) == outbox_id)
            _take_back(tx, row.where(col(OutboxRow.state).in_(UNTAKEN)), reason, now)
        case RetryOutbox():
            _promise_again(tx, effect.outbox_id, now)
        case ReleaseHeld():
            restored.release(tx, effect, now)
        case FailPage():
            outbox.fail_page(tx, effect.outbox_id)
        case _:
            assert_never(effect)


def _row(one: _Written) -> rows.Values:
    effect, draft, now = one.effect, one.draft, one.desk.now
    page = effect if isinstance(effect, Page) else None
    return {
        "id": one.outbox_id,
        "lane": Lane.PAGE if page else Lane.BULK,
        "template": effect.letter.template,
        "ticket": effect.letter.ticket,
        "technician": page and page.technician,
        "channel": page and page.channel,
        "target": page.target if page else effect.letter.to.address,
        "by_mail": page is None or is_mail(page.target),
        "next_attempt_at": max(now, page.not_before) if page and page.not_before else now,
        "promised_at": now,
        "envelope_from": draft.envelope_from,
        "message_id": draft.message_id,
        "subject": draft.subject,
        "state": OutboxState.PROMISED,
        "attempts": 0,
    }


def _remember(tx: Tx, effect: SendMail, draft: Draft, now: datetime) -> None:
    if effect.record:
        _record(tx, effect.letter, draft, now)
    if effect.counted:
        budgets.count(tx, effect.letter.to.address, now)


def _draft(effect: Promise, desk: Desk, outbox_id: int) -> Draft:
    enclosed = desk.files(effect.letter.enclosure) if effect.letter.enclosure else ()
    return desk.writer.write(effect.letter, Stamp(outbox_id, desk.occasion, desk.now), enclosed)


def _octets(one: _Written) -> rows.Values:
    by_mail = isinstance(one.effect, SendMail) or is_mail(one.effect.target)
    return {"outbox_id": one.outbox_id, "message": one.draft.message if by_mail else one.draft.text.encode()}


def _awaited(one: _Written, effect: Page) -> rows.Values:
    return {
        "ticket": effect.letter.ticket,
        "technician": effect.technician,
        "channel": effect.channel,
        "target": effect.target,
        "outbox_id": one.outbox_id,
        "state": PageState.PROMISED,
        "promised_at": one.desk.now,
    }


def _record(tx: Tx, letter: Letter, draft: Draft, now: datetime) -> None:
    """The desk's own words become part of the story."""
    if letter.ticket is not None:
        desk, to = letter.facts.desk.address, (letter.to.address,)
        said = AddMessage(letter.ticket, Direction.OUT, desk, to, draft.text, now, automatic=True)
        add_message(tx, replace(said, message_id=draft.message_id))


def _acknowledge(tx: Tx, effect: AcknowledgePages, now: datetime) -> None:
    theirs = (col(PageRow.ticket) == effect.ticket, col(PageRow.technician) == effect.technician)
    unanswered = update(PageRow).where(*theirs, col(PageRow.state).in_(OPEN_TO_ACKNOWLEDGEMENT))
    tx.exec(unanswered.values(state=PageState.ACKNOWLEDGED, acknowledged_at=effect.at))
    waiting = _waiting(effect.ticket).where(col(OutboxRow.technician) == effect.technician)
    _take_back(tx, waiting, "acknowledged before it left", now)


def _cancel(tx: Tx, effect: CancelPages, now: datetime) -> None:
    promised = (col(PageRow.ticket) == effect.ticket, col(PageRow.state) == PageState.PROMISED)
    tx.exec(update(PageRow).where(*promised).values(state=PageState.CANCELLED))
    _take_back(tx, _waiting(effect.ticket), effect.reason, now)


def _give_up_waiting(tx: Tx, ticket: int, states: tuple[PageState, ...], state: PageState) -> None:
    unanswered = (col(PageRow.ticket) == ticket, col(PageRow.state).in_(states))
    tx.exec(update(PageRow).where(*unanswered).values(state=state))


def _unanswer(tx: Tx, ticket: int) -> None:
    """Pages that left are as silent as those of an escalation; the others were called off when they were answered."""
    answered = update(PageRow).where(col(PageRow.ticket) == ticket, col(PageRow.state) == PageState.ACKNOWLEDGED)
    left = col(PageRow.sent_at).is_not(None)
    tx.exec(answered.where(left).values(state=PageState.ESCALATED, acknowledged_at=None))
    tx.exec(answered.where(~left).values(state=PageState.CANCELLED, acknowledged_at=None))


def _waiting(ticket: int) -> Update:
    return update(OutboxRow).where(
        col(OutboxRow.ticket) == ticket,
        col(OutboxRow.lane) == Lane.PAGE,
        col(OutboxRow.state).in_(UNTAKEN),
    )


def _take_back(tx: Tx, waiting: Update, reason: str, now: datetime) -> None:
    tx.exec(waiting.values(state=OutboxState.CANCELLED, last_error=reason, settled_at=now))


def _promise_again(tx: Tx, outbox_id: int, now: datetime) -> None:
    """A new promise of the same octets. A wish from before a restore may have been granted."""
    unsent = (col(OutboxRow.id) == outbox_id, col(OutboxRow.state).in_((OutboxState.PROMISED, OutboxState.FAILED)))
    tx.exec(update(OutboxRow).where(*unsent).values(**outbox.anew(now)))
    failed = (col(PageRow.outbox_id) == outbox_id, col(PageRow.state) == PageState.FAILED)
    tx.exec(update(PageRow).where(*failed).values(state=PageState.PROMISED))
    row = tx.exec(select(OutboxRow).where(*unsent)).first() if restored.is_covered(tx) else None
    if row is not None:
        restored.hold(tx, row, now)
