"""The one mail of a technician about a ticket that waits for their word (core.holding)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never, cast

from sqlalchemy import bindparam, func, or_, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from mailgate.core.effects import Hold, LetGo
from mailgate.core.events import MailReceived
from mailgate.core.model import Direction
from mailgate.core.seen import Seen
from mailgate.store import inbox, rows
from mailgate.store.database import Tx
from mailgate.store.inbox import Received
from mailgate.store.tables import HeldMailRow, MessageRow, OutboxRow, TicketRow

LONGEST_HELD = timedelta(days=14)
"""Whoever says yes later than this has forgotten to what."""

OTHERS = 200
"""Messages of other customers that an answer is compared with."""

AMONG = 5000
"""How many of the newest messages are looked at for them: where one customer writes nearly all, others are rare."""

LONGEST_OVERHEARD = 4000
"""Characters of each."""

WAITING_MOST = 20
"""Mails of one technician about one ticket that may wait at a time; older ones are forgotten."""

TRANSCRIPT = "transcript"

ANSWERS = 50
"""How many of a mail's last References are looked up."""

_OUTBOX, _MESSAGES, _TICKETS = rows.table(OutboxRow), rows.table(MessageRow), rows.table(TicketRow)
_OWN, _ALL = _TICKETS.alias(), _MESSAGES.alias()
_GOT = (
    select_columns(_OUTBOX.c.promised_at)
    .where(_OUTBOX.c.ticket == bindparam("of"), _OUTBOX.c.target == bindparam("by"))
    .order_by(_OUTBOX.c.id.desc())
    .limit(1)
)
_OWNER = select_columns(_OWN.c.customer).where(_OWN.c.number == bindparam("own")).scalar_subquery()
_OTHERS_SAID = (
    select_columns(_MESSAGES.c.text)
    .join(_TICKETS, _TICKETS.c.number == _MESSAGES.c.ticket)
    .where(_MESSAGES.c.id > select_columns(func.max(_ALL.c.id)).scalar_subquery() - AMONG)
    .where(_MESSAGES.c.direction == Direction.IN, _MESSAGES.c.ticket != bindparam("own"))
    .where(or_(_TICKETS.c.customer.is_distinct_from(_OWNER), _TICKETS.c.customer.is_(None)))
    .order_by(_MESSAGES.c.id.desc())
    .limit(OTHERS)
)


@dataclass(frozen=True, slots=True)
class Held:
    """A mail that waits, and since when; `asked`: it is sure that the answer is about it."""

    mail: Received
    at: datetime
    asked: bool


def change_held(tx: Tx, effect: Hold | LetGo, now: datetime) -> None:
    """A mail waits from now on, or no longer."""
    match effect:
        case Hold(inbox_id, technician, ticket, at):
            tx.merge(HeldMailRow(inbox_id=inbox_id, technician=technician, ticket=ticket, at=at, asked_at=now))
        case LetGo(inbox_id, at):
            tx.exec(update(HeldMailRow).where(col(HeldMailRow.inbox_id) == inbox_id).values(let_go_at=at))
        case _:
            assert_never(effect)


def waiting(tx: Tx, technician: str, ticket: int | None, event: MailReceived) -> Held | None:
    """The mail of the technician about the ticket (None: about no ticket yet) that waits for their word: the one that
    they were asked about in the transcript which they answer, else the newest."""
    theirs = select(HeldMailRow).where(
        HeldMailRow.technician == technician,
        col(HeldMailRow.ticket).is_not_distinct_from(ticket),
        col(HeldMailRow.let_go_at).is_(None),
        col(HeldMailRow.at) > event.received_at - LONGEST_HELD,
    )
    waits = tx.exec(theirs.order_by(col(HeldMailRow.inbox_id).desc()).limit(WAITING_MOST)).all()
    answered = _answered(tx, event)
    named = next((row for row in waits if answered is not None and row.asked_at == answered.promised_at), None)
    alone = waits[0] if ticket is not None and waits else None
    row = named or alone
    sure = named is not None or (not event.mail.references and len(waits) == 1)
    return None if row is None else Held(inbox.received(tx, row.inbox_id), row.at, sure)


def still_waits(tx: Tx, inbox_id: int) -> bool:
    """Whether nobody has answered for it meanwhile."""
    row = tx.get(HeldMailRow, inbox_id)
    return row is not None and row.let_go_at is None


def others_words(tx: Tx, event: MailReceived) -> tuple[str, ...]:
    """The newest of what other customers wrote than the one of the ticket that a technician's mail is about; nobody's
    ticket is another customer's, too."""
    if event.token is None:
        return ()
    said = rows.ask(tx, _OTHERS_SAID, {"own": event.token.ticket}).scalars()
    return tuple(text[:LONGEST_OVERHEARD] for text in said)


def of_answer(tx: Tx, event: MailReceived, seen: Seen) -> Seen:
    """What the snapshot holds of the mail that a technician's mail answers: the one that it refers to, else the newest
    one that its author got about the ticket."""
    answered = _answered(tx, event)
    if answered is not None:
        return replace(seen, answered_at=answered.promised_at, answers_transcript=answered.template == TRANSCRIPT)
    return replace(seen, answered_at=_last_written(tx, event))


def _last_written(tx: Tx, event: MailReceived) -> datetime | None:
    if event.token is None or event.mail.sender is None:
        return None
    return cast(datetime | None, rows.ask(tx, _GOT, {"of": event.token.ticket, "by": event.mail.sender.mail}).scalar())


def _answered(tx: Tx, event: MailReceived) -> OutboxRow | None:
    """The mail of ours, about the ticket of the signed address, that this one refers to last."""
    if event.token is None:
        return None
    named = [one.lower() for one in event.mail.references[-ANSWERS:]]
    ours = select(OutboxRow).where(
        col(OutboxRow.message_id).in_(named), col(OutboxRow.ticket).is_not_distinct_from(event.token.ticket or None)
    )
    latest_first = named[::-1]
    return min(tx.exec(ours), key=lambda row: latest_first.index(row.message_id), default=None)
