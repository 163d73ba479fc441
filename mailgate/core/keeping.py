"""A technician's mail that is carried out is kept as a deed: what it changed, and which of its lines nothing undoes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailgate.core.decision import Decision
from mailgate.core.effects import AddIntervention, Effect
from mailgate.core.events import MailReceived
from mailgate.core.intents import (
    Acknowledge,
    AskValidation,
    AssignTo,
    Balance,
    Close,
    Correct,
    Grade,
    Help,
    Internal,
    Order,
    Reopen,
    Resolve,
    SetContact,
    SetCustomer,
    SetSubject,
    Spend,
    Take,
    Wait,
)
from mailgate.core.model import Status
from mailgate.core.people import Technician
from mailgate.core.plan import Plan
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ticket
from mailgate.core.undo_effects import KeepDeed
from mailgate.core.undoable import Work

UNDOABLE = (
    *(Take, Acknowledge, AssignTo, Grade, Internal, Spend, Wait, AskValidation, Resolve, Close, Reopen),
    *(SetSubject, SetContact, SetCustomer, Help, Balance, Correct),
)
"""The commands whose effects lie in the ticket alone."""


def deed_of(event: MailReceived, planned: Plan, effects: tuple[Effect, ...], seen: Seen) -> Iterator[KeepDeed]:
    """The mail that is carried out as what could be undone: not when it only asks the desk something. One that joined
    its ticket to another cannot be."""
    asks = bool(planned.orders) and all(isinstance(order.intent, Help | Balance) for order in planned.orders)
    if asks and not planned.text and not planned.attachments:
        return
    if seen.by_token is None or seen.by_token.number != planned.ticket.number:
        yield replace(_kept(event, planned.by, planned.ticket, seen, None), idle=True)
        return
    spent = next((one for one in effects if isinstance(one, AddIntervention)), None)
    yield _kept(event, planned.by, planned.ticket, seen, None if spent is None else _work(spent))


def idle_deed(event: MailReceived, by: Technician, seen: Seen) -> Iterator[KeepDeed]:
    """A mail that touches no ticket is the newest one all the same: what came before it is not undone in its place."""
    if seen.by_token is not None:
        yield replace(_kept(event, by, seen.by_token, seen, None), idle=True)


def kept_last(decision: Decision) -> Decision:
    """The decision with what its deed left read after everything else."""
    deeds = tuple(one for one in decision.effects if isinstance(one, KeepDeed))
    others = tuple(one for one in decision.effects if not isinstance(one, KeepDeed))
    return replace(decision, effects=(*others, *deeds)) if deeds else decision


def _work(spent: AddIntervention) -> Work:
    bank = None if spent.debit is None else spent.debit.customer
    return Work(spent.activity, spent.minutes, spent.charged, spent.public, bank)


def _kept(event: MailReceived, by: Technician, ticket: Ticket, seen: Seen, work: Work | None) -> KeepDeed:
    released = ticket.status is Status.PARKED and not any(isinstance(one.intent, Close) for one in event.orders.orders)
    lasting = tuple(order.line for order in event.orders.orders if _lasts(order, released))
    return KeepDeed(ticket, seen.marks, event.inbox_id, by.key, event.received_at, work, lasting)


def _lasts(order: Order, released: bool) -> bool:
    """Whether nothing undoes a line: it speaks of something else than the ticket, or released it."""
    return (released and isinstance(order.intent, Take | Reopen)) or not isinstance(order.intent, UNDOABLE)
