"""What an event does to the clocks of a ticket, in one place: no path of the desk can forget one.

    decision ──▶ the ticket before and after it ──▶ each promise's own step ──▶ SetClock

The call-back clock is set where its promise is made and kept (opening, replies, work); every other clock follows from
how the ticket changed: who has it, whose turn it is, how it is graded, and whether the customer heard from a person.

    engagement   from the opening until somebody has the ticket          severity.engage
    resolution   from the opening until it is resolved                   severity.resolve
    update       from the last time the customer heard, until resolved   priority.update_every
    validation   while the customer is asked whether all is well         closing.close
    closing      while nobody says anything more                         closing.close, closing.resolved
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mailgate.core.clocks import after_wait, counted_anew, dropped, hours_of, kept, open_wait, started, unkept
from mailgate.core.decision import Decision
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
from mailgate.core.events import Event, TimerFired
from mailgate.core.hours import Calendar, Duration
from mailgate.core.lifecycle import ACTIVE, SETTLED, WAITING_OVER
from mailgate.core.model import Direction, Status
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from mailgate.core.ticket import Clock, Promise, Ticket


@dataclass(frozen=True, slots=True)
class Change:
    """A ticket before and after one event. `heard_by` is the technician whom the customer heard, `timed` says that the
    wait which begins has a length of its own."""

    before: Ticket
    after: Ticket
    at: datetime
    heard_by: str | None = None
    timed: bool = False

    @property
    def enters(self) -> Status | None:
        """The status that is new."""
        return self.after.status if self.after.status is not self.before.status else None


@dataclass(frozen=True, slots=True)
class Owed:
    """What the rules promise: so long, on that calendar."""

    hours: Calendar
    delay: Duration


def clocked(decision: Decision, event: Event, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """The decision with what it does to the clocks of the tickets that it changes."""
    at = now if isinstance(event, TimerFired) else event.received_at
    changed = changes(decision.effects, seen, policy, at)
    moved = tuple(SetClock(one.after.number, clock) for one in changed for clock in clocks_after(one, policy))
    return replace(decision, effects=(*decision.effects, *moved)) if moved else decision


def changes(effects: Iterable[Effect], seen: Seen, policy: Policy, at: datetime) -> tuple[Change, ...]:
    """What the effects do to each known ticket that they are about."""
    known = (seen.by_token, seen.by_thread, seen.by_reference, seen.by_tag, seen.by_twin)
    tickets = {ticket.number: ticket for ticket in known if ticket is not None}
    about = {number: [one for one in effects if _about(one) == number] for number in tickets}
    return tuple(_change(tickets[number], theirs, policy, at) for number, theirs in about.items() if theirs)


def opened(ticket: Ticket, policy: Policy, *clocks: Clock) -> Ticket:
    """A new ticket with every clock that starts with it, `clocks` among them."""
    ticket = ticket.with_clocks(*clocks)
    unborn = replace(ticket, status=Status.PARKED, clocks=())
    return ticket.with_clocks(*clocks_after(Change(unborn, ticket, ticket.opened_at), policy))


def clocks_after(change: Change, policy: Policy) -> tuple[Clock, ...]:
    """The clocks that a change of their ticket starts, shifts or ends; of one promise the newest comes last."""
    return tuple(
        clock
        for kind, step in STEPS.items()
        for clock in step(kind, change, policy)
        if clock != change.before.clock(kind)
    )


def _about(effect: Effect) -> int | None:
    return None if isinstance(effect, OpenTicket) else getattr(effect, "ticket", None)


def _change(ticket: Ticket, effects: Iterable[Effect], policy: Policy, at: datetime) -> Change:
    after, heard_by, timed = ticket, None, False
    for effect in effects:
        match effect:
            case ChangeStatus(status=status):
                after = replace(after, status=status)
            case Assign(technician=technician):
                after = replace(after, assignee=technician)
            case MoveToQueue(queue=queue):
                after = replace(after, queue=queue)
            case Reclassify():
                after = effect.applied(after)
            case AddIntervention(by=by, public=True):
                heard_by = by
            case AddMessage(direction=Direction.OUT, automatic=False, sender=sender):
                heard_by = heard_by or _key_of(sender, policy)
            case SetTimer(kind=kind):
                timed = timed or kind == WAITING_OVER
    return Change(ticket, after, at, heard_by, timed)


def _key_of(sender: str, policy: Policy) -> str:
    technician = policy.technician_at(sender)
    return technician.key if technician else sender


def _engagement(kind: Promise, change: Change, policy: Policy) -> Iterator[Clock]:
    clock = _graded(kind, change, policy)
    if clock is None:
        return
    by = change.after.assignee or change.heard_by
    if clock.running and by is not None:
        clock = kept(clock, change.at, by)
    elif clock.running and change.after.status not in ACTIVE | {Status.PARKED}:
        clock = dropped(clock, change.at)
    yield clock


def _resolution(kind: Promise, change: Change, policy: Policy) -> Iterator[Clock]:
    clock = _graded(kind, change, policy)
    if clock is None:
        return
    if clock.running and change.after.status in SETTLED:
        clock = kept(clock, change.at, change.after.assignee)
    elif clock.running and change.after.status is Status.MERGED:
        clock = dropped(clock, change.at)
    yield clock


def _update(kind: Promise, change: Change, policy: Policy) -> Iterator[Clock]:
    """Each time the customer hears from a person, the next period begins."""
    clock, owed = _graded(kind, change, policy), _owed(kind, change.after, policy)
    if clock is None:
        return
    under_way = change.after.status in ACTIVE
    if clock.running and change.heard_by is not None:
        clock = kept(clock, change.at, change.heard_by)
    elif clock.running and not under_way and change.after.status is not Status.PARKED:
        clock = dropped(clock, change.at)
    yield clock
    if not clock.running and under_way and owed is not None:
        yield started(kind, owed.hours, owed.delay, change.at)


def _validation(kind: Promise, change: Change, policy: Policy) -> Iterator[Clock]:
    clock = change.before.clock(kind)
    if change.enters is Status.WAITING_VALIDATION:
        yield from _silence(kind, policy.closing.close, change, policy)
    elif change.enters is not None and clock is not None and clock.running:
        closed_by_silence = change.after.status is Status.CLOSED and change.heard_by is None
        yield dropped(clock, change.at) if closed_by_silence else kept(clock, change.at, None)


def _closing(kind: Promise, change: Change, policy: Policy) -> Iterator[Clock]:
    clock = change.before.clock(kind)
    if change.enters is not None and clock is not None and clock.running:
        closes = change.after.status is Status.CLOSED
        yield kept(clock, change.at, None) if closes else dropped(clock, change.at)
    if change.enters is Status.RESOLVED:
        yield from _silence(kind, policy.closing.resolved, change, policy)
    elif change.enters is Status.WAITING_CUSTOMER and not change.timed:
        yield from _silence(kind, policy.closing.close, change, policy)


STEPS: Mapping[Promise, Callable[[Promise, Change, Policy], Iterator[Clock]]] = {
    Promise.ENGAGEMENT: _engagement,
    Promise.RESOLUTION: _resolution,
    Promise.UPDATE: _update,
    Promise.VALIDATION: _validation,
    Promise.CLOSING: _closing,
}


def _silence(kind: Promise, delay: Duration | None, change: Change, policy: Policy) -> Iterator[Clock]:
    if delay is not None:
        hours = _calendar(policy.closing.calendar, change.after, policy)
        yield started(kind, hours, delay, change.at)


def _graded(kind: Promise, change: Change, policy: Policy) -> Clock | None:
    """The clock of a promise that severity or priority makes, before it may end: started, moved or taken up again."""
    owed, clock = _owed(kind, change.after, policy), change.before.clock(kind)
    if clock is None:
        return _begun(kind, change, owed)
    if kind is Promise.RESOLUTION and change.before.status in SETTLED and change.after.status in ACTIVE:
        return _owed_again(clock, change, policy)
    if not clock.running:
        return clock
    if owed is None:
        return dropped(clock, change.at)
    if owed != _owed(kind, change.before, policy):
        clock = counted_anew(clock, owed.hours, owed.delay, change.before.waits)
    return after_wait(change.before, clock, policy, change.at) if change.enters is not None else clock


def _owed_again(clock: Clock, change: Change, policy: Policy) -> Clock:
    """A solution that was none: the time in which everybody took it for one does not count."""
    wait = open_wait(change.before, change.at)
    if clock.delay is None or wait is None:
        return unkept(clock)
    hours = hours_of(clock, change.before.queue, policy)
    return counted_anew(clock, hours, clock.delay, (*change.before.waits, wait))


def _begun(kind: Promise, change: Change, owed: Owed | None) -> Clock | None:
    """A promise that the ticket has had since it was opened, or since it was released."""
    if owed is None or change.after.status not in ACTIVE:
        return None
    asked_at = change.at if change.before.status is Status.PARKED else change.after.opened_at
    clock = started(kind, owed.hours, owed.delay, asked_at)
    wait = open_wait(change.before, change.at)
    waits = (*change.before.waits, *((wait,) if wait is not None and change.enters is not None else ()))
    return counted_anew(clock, owed.hours, owed.delay, [one for one in waits if one.since >= asked_at])


def _owed(kind: Promise, ticket: Ticket, policy: Policy) -> Owed | None:
    """What the ticket's severity or priority promises, None when it promises nothing."""
    severity = policy.severities.get(ticket.severity or "")
    priority = policy.priorities.get(ticket.priority or "")
    delay: Duration | None = None
    if kind is Promise.UPDATE and priority is not None:
        delay, calendar = priority.update_every, priority.calendar
    elif kind is not Promise.UPDATE and severity is not None:
        delay, calendar = (severity.engage if kind is Promise.ENGAGEMENT else severity.resolve), severity.calendar
    return None if delay is None else Owed(_calendar(calendar, ticket, policy), delay)


def _calendar(key: str | None, ticket: Ticket, policy: Policy) -> Calendar:
    named = policy.calendars.get(key or "")
    return named or policy.calendar_of(policy.queues.get(ticket.queue, policy.default_queue))
