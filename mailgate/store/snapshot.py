"""What a decision may know of the past, read by index and frozen.

Whoever decides has claimed the event before (store.claims), so what is read here still holds when the effects are
written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from typing import Any, assert_never

from sqlalchemy import Select, bindparam, func
from sqlalchemy import select as select_columns
from sqlmodel import select

from mailgate.core.budgets import REPORT
from mailgate.core.events import (
    BankAsked,
    DeliveryFailed,
    DrillAsked,
    Event,
    MailReceived,
    MailUnreadable,
    PageAnswered,
    ReleaseAsked,
    RetryAsked,
    TicketRequested,
    TimerFired,
)
from mailgate.core.model import Direction, Mail, Outcome, TokenKind
from mailgate.core.seen import FIRST_TICKET, LATELY_MOST, Earlier, Seen, Twin
from mailgate.core.unreadable import AGAIN
from mailgate.store import bank, budgets, deeds, fates, floods, held, inbox, relations, rows, timers, traces
from mailgate.store.absences import absences
from mailgate.store.columns import InboxKind
from mailgate.store.database import Tx
from mailgate.store.tables import CounterRow, InboxRow, MessageRow, OutboxRow, TicketRow, TurnRow
from mailgate.store.tables.boxes import CARRIED_OUT, DECIDED
from mailgate.store.tables.tickets import CARRIED
from mailgate.store.ticket_changes import TICKET_COUNTER
from mailgate.store.tickets import find_ticket
from mailgate.store.traces import CANDIDATES, Tickets

UNDATED = timedelta(hours=4)
"""How late a mail may be sent again after its 250 was lost (Postfix waits at most 4000 s between attempts)."""

EVER = timedelta(days=36500)

LATELY = timedelta(days=1)

_INBOX, _TICKETS, _MESSAGES = rows.table(InboxRow), rows.table(TicketRow), rows.table(MessageRow)
_COUNTERS, _TURNS = rows.table(CounterRow), rows.table(TurnRow)

_DESK = select_columns(_COUNTERS.c.next, timers.of_desk(REPORT).label("reporting")).where(
    _COUNTERS.c.name == TICKET_COUNTER
)
_TURN = select_columns(_TURNS.c.team, _TURNS.c.technician)
_ASSIGNED = _TICKETS.c.assignee
_CARRIED = (
    select_columns(_ASSIGNED, func.count().label("carried")).where(_ASSIGNED.is_not(None), CARRIED).group_by(_ASSIGNED)
)
_SAME = (
    select_columns(_INBOX.c.id, _INBOX.c.received_at, _INBOX.c.outcome, _INBOX.c.ticket, _INBOX.c.recipients)
    .where(_INBOX.c.digest == bindparam("digest"), _INBOX.c.id != bindparam("own"))
    .order_by(_INBOX.c.id.desc())
    .limit(CANDIDATES)
)
_TWINS = _SAME.where(DECIDED, _INBOX.c.envelope_from == bindparam("sender"))
_OBEYED = _SAME.where(CARRIED_OUT)
_LATELY = (
    select_columns(_INBOX.c.received_at, _INBOX.c.outcome, _INBOX.c.ticket, _INBOX.c.recipients)
    .where(_INBOX.c.envelope_from == bindparam("sender"), _INBOX.c.kind == InboxKind.MAIL)
    .where(_INBOX.c.id < bindparam("before"))
    .order_by(_INBOX.c.id.desc())
    .limit(LATELY_MOST)
)
_SAME_ID = (
    select_columns(_MESSAGES.c.ticket)
    .join_from(_MESSAGES, _INBOX, _INBOX.c.id == _MESSAGES.c.inbox_id)
    .where(_MESSAGES.c.message_id == bindparam("message_id"), _MESSAGES.c.direction == Direction.IN)
    .where(_INBOX.c.digest != bindparam("digest"), _INBOX.c.id != bindparam("own"))
    .order_by(_MESSAGES.c.id.desc())
    .limit(1)
)

_TAG = re.compile(r"\[#([0-9]{1,9})\]")


def load(tx: Tx, event: Event, firm: str | None = None, by_load: bool = True) -> Seen:
    """The snapshot for one event; of a mail's, the calls are those of the customer `firm`, or everybody's. Without
    `by_load`, because no team calls by it, nobody's open tickets are counted."""
    desk = rows.ask(tx, _DESK).one()
    seen = staff(tx, desk.next, bool(desk.reporting), by_load)
    tickets = cache(partial(find_ticket, tx))
    match event:
        case MailReceived():
            return _of_mail(tx, event, firm, seen, tickets)
        case PageAnswered(ticket=number):
            return floods.of_ticket(tx, replace(seen, by_token=relations.followed(tickets)(number)), event)
        case TimerFired(kind=kind, ticket=None):
            return _of_desk(tx, seen, kind)
        case DeliveryFailed(ticket=number) | TimerFired(ticket=number):
            seen = _of_lost(tx, event, seen)
            return floods.of_ticket(tx, replace(seen, by_token=tickets(number)), event)
        case RetryAsked():
            return replace(seen, by_token=tickets(_retried(tx, event)))
        case TicketRequested(customer=customer):
            return replace(seen, calls=floods.calls(tx, event.received_at), banks=bank.banks(tx, customer))
        case MailUnreadable():
            return replace(seen, alarmed=timers.is_begun(tx, AGAIN))
        case DrillAsked() | ReleaseAsked():
            return seen
        case BankAsked(customer=customer, reference=reference):
            return replace(
                seen,
                banks=bank.banks(tx, customer),
                is_booked=bank.is_booked(tx, customer, reference),
            )
        case _:
            assert_never(event)


def staff(tx: Tx, next_ticket: int = FIRST_TICKET, reporting: bool = False, by_load: bool = True) -> Seen:
    """The part of every snapshot that says whom to page, and what is known of the desk itself."""
    load = _load(tx) if by_load else {}
    return Seen(next_ticket, reporting=reporting, turns=_turns(tx), load=load, absences=absences(tx))


def _of_desk(tx: Tx, seen: Seen, kind: str) -> Seen:
    """For a timer of the desk itself."""
    if kind.startswith(AGAIN):
        return replace(seen, unread=inbox.set_aside(tx, int(kind.removeprefix(AGAIN))))
    return replace(seen, held_back=budgets.held_back(tx)) if kind == REPORT else seen


def _of_lost(tx: Tx, event: DeliveryFailed | TimerFired, seen: Seen) -> Seen:
    """For a mail of ours that did not arrive."""
    lost = tx.get(OutboxRow, event.outbox_id) if isinstance(event, DeliveryFailed) else None
    return seen if lost is None else replace(seen, unheard=fates.unheard(tx, lost))


def _of_mail(tx: Tx, event: MailReceived, firm: str | None, seen: Seen, tickets: Tickets) -> Seen:
    """Whatever names a ticket that became part of another means that one; a report is about the mail that it names."""
    reported, tickets = tickets, relations.followed(tickets)
    twins, addresses = _twins(tx, event), _addresses(event)
    seen = held.of_answer(tx, event, seen) if _is_work(event) else seen
    seen = floods.of_ticket(tx, _of_token(tx, event, seen, tickets, reported), event)
    return replace(
        seen,
        twins=twins,
        by_twin=traces.first(tickets, (twin.ticket for twin in reversed(twins))),
        lately=_lately(tx, event),
        by_thread=traces.meant(tx, tickets, event, event.threads),
        by_reference=traces.meant(tx, tickets, event, traces.referred(tx, event.mail.references)),
        by_tag=traces.meant(tx, tickets, event, (int(number) for number in _TAG.findall(event.mail.subject))),
        same_id=tickets(_same_id(tx, event)),
        others_words=held.others_words(tx, event) if _is_work(event) else (),
        still_held=event.held is not None and held.still_waits(tx, event.held.mail.inbox_id),
        named=relations.named(tickets, event),
        siblings=relations.siblings(tx, tickets, event),
        marked=fates.marked(tx, addresses),
        answered=budgets.answered(tx, addresses, event.received_at),
        refused=budgets.refused(tx, seen.by_token.number, event.received_at) if seen.by_token else 0,
        calls=floods.calls(tx, event.received_at, firm),
    )


def _of_token(tx: Tx, event: MailReceived, seen: Seen, tickets: Tickets, reported: Tickets) -> Seen:
    """The ticket that the mail's signed address names, or the mail of ours that it is a report about."""
    row = fates.reported(tx, event)
    if row is not None:
        about = replace(seen, sent=fates.sent(row, event), by_token=reported(row.ticket))
        return replace(about, unheard=fates.unheard(tx, row))
    signed = event.token is not None and event.token.kind is not TokenKind.BOUNCE
    ticket = tickets(event.token.ticket if event.token is not None and signed else None)
    seen = replace(seen, by_token=ticket) if ticket is not None else seen
    seen = deeds.seen(tx, event, seen) if _is_work(event) else seen
    if ticket is not None and not _is_work(event):
        return seen
    banks = bank.of_work(tx, event, ticket)
    return replace(seen, banks=banks, worked=bank.worked(tx, ticket)) if banks or ticket is not None else seen


def _addresses(event: MailReceived) -> frozenset[str]:
    """Whoever may be answered now."""
    author = event.mail.sender.mail if event.mail.sender else ""
    return frozenset(address.lower() for address in (author, event.envelope_from) if address)


def _turns(tx: Tx) -> Mapping[str, str]:
    return {row.team: row.technician for row in rows.ask(tx, _TURN)}


def _load(tx: Tx) -> Mapping[str, int]:
    return {row.assignee: row.carried for row in rows.ask(tx, _CARRIED)}


def _twins(tx: Tx, event: MailReceived) -> tuple[Twin, ...]:
    """The newest of the mails that were decided before, with the same content from the same sender, oldest first.

    One in quarantine was not decided; when it is at last, the sender may have sent it again since. A technician's work
    is done once, whoever hands the same mail in again (hazards A28); what was refused of it was not done, and may be
    now. The newest are taken first and then those that count, as in `_lately`."""
    twins = set(_decided(tx, event, _TWINS))
    if _is_work(event):
        twins.update(_decided(tx, event, _OBEYED))
    return tuple(sorted(twins, key=lambda twin: twin.inbox_id))[-CANDIDATES:]


def _decided(tx: Tx, event: MailReceived, same: Select[*tuple[Any, ...]]) -> Iterator[Twin]:
    """Twins among the newest of the mails like these."""
    values = {"digest": event.digest, "own": event.inbox_id, "sender": event.envelope_from}
    since = event.received_at - _alike(event.mail)
    for row in rows.ask(tx, same, values):
        if row.received_at > since and not (row.outcome is Outcome.REFUSED and _is_work(event)):
            yield Twin(row.id, row.recipients, row.ticket)


def _is_work(event: MailReceived) -> bool:
    return event.token is not None and event.token.kind is TokenKind.TECHNICIAN


def _alike(mail: Mail) -> timedelta:
    """For how long the same octets are the same mail: without Message-ID and Date a device says the same each time."""
    return EVER if mail.message_id or mail.header("date") else UNDATED


def _lately(tx: Tx, event: MailReceived) -> tuple[Earlier, ...]:
    """What the envelope sender sent before; the null reverse-path is nobody's.

    Not what came after it, which in a flood is all that would be found, and nobody decided yet. The newest are taken
    first and then those of the day: the other way round, years of mails are looked at to find today's few."""
    if not event.envelope_from:
        return ()
    newest = rows.ask(tx, _LATELY, {"sender": event.envelope_from, "before": event.inbox_id})
    since = event.received_at - LATELY
    return tuple(
        Earlier(outcome, ticket, to) for at, outcome, ticket, to in newest if at > since and outcome is not None
    )


def _same_id(tx: Tx, event: MailReceived) -> int | None:
    """The ticket of the newest other mail that has this mail's Message-ID and not its content."""
    if not event.mail.message_id:
        return None
    values = {"message_id": event.mail.message_id, "digest": event.digest, "own": event.inbox_id}
    found = rows.ask(tx, _SAME_ID, values).scalar()
    return None if found is None else int(found)


def _retried(tx: Tx, event: RetryAsked) -> int | None:
    if event.box != "outbox":
        return None
    return tx.exec(select(OutboxRow.ticket).where(OutboxRow.id == event.row)).first()
