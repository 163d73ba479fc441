"""What the effects of one event do to a ticket, as far as its clocks ask: the ticket before it and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce

from mailgate.core.clocks import HEARING
from mailgate.core.effects import (
    AddIntervention,
    AddMessage,
    Assign,
    ChangeStatus,
    Effect,
    MoveToQueue,
    OpenTicket,
    Reclassify,
    SetClock,
    SetTimer,
)
from mailgate.core.lifecycle import WAITING_OVER
from mailgate.core.model import Direction, Status
from mailgate.core.page_effects import AcknowledgePages
from mailgate.core.policy import Policy
from mailgate.core.relation_effects import MergeTickets
from mailgate.core.seen import Seen
from mailgate.core.ticket import Promise, Ticket
from mailgate.core.undo_effects import UndoDeed
from mailgate.core.undoable import as_in


@dataclass(frozen=True, slots=True)
class Change:
    """A ticket before and after one event. `heard_by` is the technician whom the customer heard, `timed` says that the
    wait which begins has a length of its own, `seen` that a technician has answered."""

    before: Ticket
    after: Ticket
    at: datetime
    heard_by: str | None = None
    timed: bool = False
    seen: bool = False

    @property
    def enters(self) -> Status | None:
        """The status that is new."""
        return self.after.status if self.after.status is not self.before.status else None


def changes(effects: Sequence[Effect], seen: Seen, policy: Policy, at: datetime) -> tuple[Change, ...]:
    """What the effects do to each known ticket that they are about."""
    known = (seen.by_token, seen.by_thread, seen.by_reference, seen.by_tag, seen.by_twin, *seen.named.values())
    tickets = {ticket.number: ticket for ticket in known if ticket is not None}
    about = {number: tuple(one for one in effects if _about(one) == number) for number in tickets}
    return tuple(
        _change(_joined(tickets[number], effects), theirs, policy, at) for number, theirs in about.items() if theirs
    )


def _joined(ticket: Ticket, effects: Sequence[Effect]) -> Ticket:
    """The ticket as it stands when another one became part of it: it owes what both owed, and was graded so before.
    News that did not arrive it has owed all the time (core.unheard)."""
    merge = next((one for one in effects if isinstance(one, MergeTickets) and one.into == ticket.number), None)
    if merge is None:
        theirs = (one.clock for one in effects if isinstance(one, SetClock) and one.ticket == ticket.number)
        return ticket.with_clocks(*(one for one in theirs if one.promise is Promise.UPDATE and one.running))
    graded = (one for one in effects if isinstance(one, Reclassify) and one.ticket == ticket.number)
    ticket = reduce(lambda before, one: one.applied(before), graded, ticket)
    return replace(ticket, status=merge.status, clocks=merge.clocks)


def _about(effect: Effect) -> int | None:
    return None if isinstance(effect, OpenTicket) else getattr(effect, "ticket", None)


def _change(ticket: Ticket, effects: tuple[Effect, ...], policy: Policy, at: datetime) -> Change:
    timed = any(isinstance(one, SetTimer) and one.kind == WAITING_OVER for one in effects)
    seen = any(isinstance(one, AcknowledgePages) for one in effects)
    return Change(ticket, reduce(_after, effects, ticket), at, _heard_by(effects, policy), timed, seen)


def _after(ticket: Ticket, effect: Effect) -> Ticket:
    match effect:
        case ChangeStatus(status=status):
            return replace(ticket, status=status)
        case Assign(technician=technician):
            return replace(ticket, assignee=technician)
        case MoveToQueue(queue=queue):
            return replace(ticket, queue=queue)
        case Reclassify():
            return effect.applied(ticket)
        case UndoDeed(state=state):
            return as_in(ticket, state)
        case SetClock(clock=clock) if clock.promise is Promise.CALLBACK:
            return ticket.with_clocks(clock)
        case _:
            return ticket


def _heard_by(effects: tuple[Effect, ...], policy: Policy) -> str | None:
    for effect in effects:
        match effect:
            case AddIntervention(by=by, activity=activity, minutes=minutes) if activity in HEARING and minutes >= 0:
                return by
            case AddMessage(direction=Direction.OUT, automatic=False, sender=sender):
                return _key_of(sender, policy)
    return None


def _key_of(sender: str, policy: Policy) -> str:
    technician = policy.technician_at(sender)
    return technician.key if technician else sender
