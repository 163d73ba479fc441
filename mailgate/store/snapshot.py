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
from typing import assert_never

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select

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
from mailgate.store import bank, budgets, deeds, fates, floods, held, inbox, relations, timers, traces
from mailgate.store.absences import absences
from mailgate.store.columns import InboxKind
from mailgate.store.database import Tx
from mailgate.store.tables import CounterRow, InboxRow, MessageRow, OutboxRow, TicketRow, TurnRow, saved
from mailgate.store.tables.boxes import CARRIED_OUT, DECIDED
from mailgate.store.tables.tickets import CARRIED
from mailgate.store.ticket_changes import TICKET_COUNTER
from mailgate.store.tickets import find_ticket
from mailgate.store.traces import CANDIDATES, Tickets

UNDATED = timedelta(hours=4)
"""How late a mail may be sent again after its 250 was lost (Postfix waits at most 4000 s between attempts)."""

EVER = timedelta(days=36500)

LATELY = timedelta(days=1)

_TAG = re.compile(r"\[#([0-9]{1,9})\]")


def load(tx: Tx, event: Event, firm: str | None = None) -> Seen:
    """The snapshot for one event; of a mail's, the calls are those of the customer `firm`, or everybody's."""
    next_ticket = _next_ticket(tx)
    seen = replace(staff(tx), next_ticket=next_ticket, reporting=timers.is_set(tx, None, REPORT))
    tickets = cache(partial(find_ticket, tx))
    match event:
        case MailReceived():
            return replace(_of_mail(tx, event, seen, tickets), calls=floods.calls(tx, event.received_at, firm))
        case PageAnswered(ticket=number):
            return floods.of_ticket(tx, replace(seen, by_token=relations.followed(tickets)(number)), event)
        case TimerFired(kind=kind, ticket=None):
            return _of_desk(tx, seen, kind)
        case DeliveryFailed(ticket=number) | TimerFired(ticket=number):
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


def staff(tx: Tx) -> Seen:
    """The part of every snapshot that says whom to page."""
    return Seen(FIRST_TICKET, turns=_turns(tx), load=_load(tx), absences=absences(tx))


def _of_desk(tx: Tx, seen: Seen, kind: str) -> Seen:
    """For a timer of the desk itself."""
    if kind.startswith(AGAIN):
        return replace(seen, unread=inbox.set_aside(tx, int(kind.removeprefix(AGAIN))))
    return replace(seen, held_back=budgets.held_back(tx)) if kind == REPORT else seen


def _of_mail(tx: Tx, event: MailReceived, seen: Seen, tickets: Tickets) -> Seen:
    """Whatever names a ticket that became part of another means that one; a report is about the mail that it names."""
    reported, tickets = tickets, relations.followed(tickets)
    twins = _twins(tx, event)
    seen = held.of_answer(tx, event, seen) if _is_work(event) else seen
    return replace(
        _of_budgets(tx, event, floods.of_ticket(tx, _of_token(tx, event, seen, tickets, reported), event)),
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
    )


def _of_token(tx: Tx, event: MailReceived, seen: Seen, tickets: Tickets, reported: Tickets) -> Seen:
    """The ticket that the mail's signed address names, or the mail of ours that it is a report about."""
    row = fates.reported(tx, event)
    if row is not None:
        return replace(seen, sent=fates.sent(row, event), by_token=reported(row.ticket))
    signed = event.token is not None and event.token.kind is not TokenKind.BOUNCE
    ticket = tickets(event.token.ticket if event.token is not None and signed else None)
    seen = replace(seen, by_token=ticket)
    seen = deeds.seen(tx, event, seen) if _is_work(event) else seen
    if ticket is not None and not _is_work(event):
        return seen
    return replace(seen, banks=bank.of_work(tx, event, ticket), worked=bank.worked(tx, ticket))


def _of_budgets(tx: Tx, event: MailReceived, seen: Seen) -> Seen:
    """What was answered and refused lately, for whoever may be answered now."""
    author = event.mail.sender.mail if event.mail.sender else ""
    addresses = {address.lower() for address in (author, event.envelope_from) if address}
    return replace(
        seen,
        marked=fates.marked(tx, addresses),
        answered=budgets.answered(tx, addresses, event.received_at),
        refused=budgets.refused(tx, seen.by_token.number, event.received_at) if seen.by_token else 0,
    )


def _next_ticket(tx: Tx) -> int:
    return tx.exec(select(CounterRow.next).where(CounterRow.name == TICKET_COUNTER)).one()


def _turns(tx: Tx) -> Mapping[str, str]:
    return {row.team: row.technician for row in tx.exec(select(TurnRow))}


def _load(tx: Tx) -> Mapping[str, int]:
    assigned = col(TicketRow.assignee)
    carried = select(assigned, func.count()).where(assigned.is_not(None), CARRIED).group_by(assigned)
    return {technician: count for technician, count in tx.exec(carried) if technician is not None}


def _twins(tx: Tx, event: MailReceived) -> tuple[Twin, ...]:
    """The newest of the mails that were decided before, with the same content from the same sender, oldest first.

    One in quarantine was not decided; when it is at last, the sender may have sent it again since. A technician's work
    is done once, whoever hands the same mail in again (hazards A28); what was refused of it was not done, and may be
    now. The newest are taken first and then those that count, as in `_lately`."""
    twins = set(_decided(tx, event, DECIDED, col(InboxRow.envelope_from) == event.envelope_from))
    if _is_work(event):
        twins.update(_decided(tx, event, CARRIED_OUT))
    return tuple(sorted(twins, key=lambda twin: twin.inbox_id))[-CANDIDATES:]


def _decided(tx: Tx, event: MailReceived, *like: ColumnElement[bool]) -> Iterator[Twin]:
    """Twins among the newest of the mails like these."""
    same = select(InboxRow).where(InboxRow.digest == event.digest, col(InboxRow.id) != event.inbox_id, *like)
    since = event.received_at - _alike(event.mail)
    for row in tx.exec(same.order_by(col(InboxRow.id).desc()).limit(CANDIDATES)):
        if row.received_at > since and not (row.outcome is Outcome.REFUSED and _is_work(event)):
            yield Twin(saved(row.id), row.recipients, row.ticket)


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
    theirs = select(InboxRow.received_at, InboxRow.outcome, InboxRow.ticket, InboxRow.recipients).where(
        InboxRow.envelope_from == event.envelope_from,
        InboxRow.kind == InboxKind.MAIL,
        col(InboxRow.id) < event.inbox_id,
    )
    newest = tx.exec(theirs.order_by(col(InboxRow.id).desc()).limit(LATELY_MOST))
    since = event.received_at - LATELY
    decided = ((word, ticket, to) for at, word, ticket, to in newest if at > since and word is not None)
    return tuple(Earlier(Outcome(word), ticket, tuple(to)) for word, ticket, to in decided)


def _same_id(tx: Tx, event: MailReceived) -> int | None:
    """The ticket of the newest other mail that has this mail's Message-ID and not its content."""
    if not event.mail.message_id:
        return None
    others = (
        select(MessageRow.ticket)
        .join(InboxRow, col(InboxRow.id) == col(MessageRow.inbox_id))
        .where(MessageRow.message_id == event.mail.message_id, MessageRow.direction == Direction.IN)
        .where(InboxRow.digest != event.digest, InboxRow.id != event.inbox_id)
    )
    return tx.exec(others.order_by(col(MessageRow.id).desc()).limit(1)).first()


def _retried(tx: Tx, event: RetryAsked) -> int | None:
    if event.box != "outbox":
        return None
    return tx.exec(select(OutboxRow.ticket).where(OutboxRow.id == event.row)).first()
