"""What an event does to the clocks of a ticket, in one place: no path of the desk can forget one.

    decision ──▶ the ticket before and after it ──▶ each promise's own step ──▶ SetClock

The call-back clock is set where its promise is made and kept (opening, replies, work), and ends here when the ticket
does; every other clock follows from how the ticket changed: who has it, whose turn it is, how it is graded, and whether
the customer heard from a person. What only rules did, such as naming an assignee, keeps no promise.

    engagement   from the opening until somebody has the ticket          severity.engage
    resolution   from the opening until it is resolved                   severity.resolve
    update       from the last time the customer heard, until resolved   priority.update_every
    validation   while the customer is asked whether all is well         closing.close
    closing      while nobody says anything more                         closing.close, closing.resolved
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mailgate.core.changes import Change, changes
from mailgate.core.clocks import (
    after_wait,
    counted_anew,
    dropped,
    hours_of,
    kept,
    less_waits,
    open_wait,
    started,
    unkept,
)
from mailgate.core.decision import Decision
from mailgate.core.effects import SetClock
from mailgate.core.events import Event, TimerFired
from mailgate.core.hours import Calendar, Duration
from mailgate.core.lifecycle import ACTIVE, SETTLED
from mailgate.core.model import Status
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from mailgate.core.ticket import Clock, Ending, Promise, Ticket
from mailgate.core.undo_effects import UndoDeed


@dataclass(frozen=True, slots=True)
class Owed:
    """What the rules promise: so long, on that calendar."""

    hours: Calendar
    delay: Duration


def clocked(decision: Decision, event: Event, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """The decision with what it does to the clocks of the tickets that it changes; an undoing says itself what it puts
    back."""
    if any(isinstance(one, UndoDeed) for one in decision.effects):
        return decision
    at = now if isinstance(event, TimerFired) else event.received_at
    changed = changes(decision.effects, seen, policy, at)
    moved = tuple(SetClock(one.after.number, clock) for one in changed for clock in clocks_after(one, policy))
    return replace(decision, effects=(*decision.effects, *moved)) if moved else decision


def opened(ticket: Ticket, policy: Policy, *clocks: Clock) -> Ticket:
    """A new ticket with every clock that starts with it, and `clocks`."""
    unborn = replace(ticket, status=Status.PARKED)
    return ticket.with_clocks(*clocks_after(Change(unborn, ticket, ticket.opened_at), policy), *clocks)


def clocks_after(change: Change, policy: Policy) -> tuple[Clock, ...]:
    """The clocks that a change of their ticket starts, shifts or ends; of one promise the newest comes last."""
    moved = {kind: tuple(step(kind, change, policy)) for kind, step in STEPS.items()}
    known = {kind: (change.before.clock(kind),) for kind in STEPS}
    return tuple(
        clock for kind, clocks in moved.items() for clock in (clocks[1:] if clocks[:1] == known[kind] else clocks)
    )


def _callback(kind: Promise, change: Change, policy: Policy) -> Iterator[Clock]:
    """Who closes a ticket that nobody called back for has not kept the promise, but nobody waits for it any more, and
    has not since it was resolved."""
    clock = change.after.clock(kind)
    if clock is not None and clock.running and change.enters in (Status.CLOSED, Status.MERGED):
        shifted = clock != change.before.clock(kind)
        settled = open_wait(change.before, change.at) if change.before.status is Status.RESOLVED else None
        clock = clock if shifted else after_wait(change.before, clock, policy, change.at)
        yield dropped(clock, settled.since if settled else change.at)


def _engagement(kind: Promise, change: Change, policy: Policy) -> Iterator[Clock]:
    clock, earlier = _graded(kind, change, policy), change.before.clock(kind)
    ended = earlier is None or not earlier.running
    if clock is None or (ended and _in_hand(change.before)):
        return
    assignee = change.after.assignee if change.seen or _in_hand(change.after) else None
    by = assignee or change.heard_by
    if clock.running and by is not None and change.enters is not Status.MERGED:
        clock = _kept(clock, change, by, policy)
    elif clock.running and change.after.status not in ACTIVE | {Status.PARKED}:
        clock = dropped(clock, change.at)
    yield clock


def _in_hand(ticket: Ticket) -> bool:
    """Whether a technician has the ticket, and not only the rules' word for it."""
    return ticket.assignee is not None and ticket.status not in (Status.NEW, Status.PARKED)


def _kept(clock: Clock, change: Change, by: str, policy: Policy) -> Clock:
    """The promise kept; while it stands still nobody is late."""
    due = clock if change.enters is not None else after_wait(change.before, clock, policy, change.at)
    return kept(due, change.at, by)


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
        clock = _kept(clock, change, change.heard_by, policy)
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
        unanswered = change.after.status in (Status.CLOSED, Status.MERGED)
        yield dropped(clock, change.at) if unanswered else kept(clock, change.at, None)
    elif clock is not None:
        yield from _asked_anew(clock, change, policy)


def _closing(kind: Promise, change: Change, policy: Policy) -> Iterator[Clock]:
    clock = change.before.clock(kind)
    if clock is not None:
        yield from _asked_anew(clock, change, policy)
    if change.enters is not None and clock is not None and clock.running:
        closes = change.after.status is Status.CLOSED
        yield replace(kept(clock, change.at, None), ending=Ending.KEPT) if closes else dropped(clock, change.at)
    if change.enters is Status.RESOLVED:
        yield from _silence(kind, policy.closing.resolved, change, policy)
    elif change.enters is Status.WAITING_CUSTOMER and not change.timed:
        yield from _silence(kind, policy.closing.close, change, policy)


STEPS: Mapping[Promise, Callable[[Promise, Change, Policy], Iterator[Clock]]] = {
    Promise.CALLBACK: _callback,
    Promise.ENGAGEMENT: _engagement,
    Promise.RESOLUTION: _resolution,
    Promise.UPDATE: _update,
    Promise.VALIDATION: _validation,
    Promise.CLOSING: _closing,
}


def _asked_anew(clock: Clock, change: Change, policy: Policy) -> Iterator[Clock]:
    """Whoever is asked again while they are awaited has the whole time again, or as long as they were given."""
    goes_on = change.enters is None and change.after.status in (Status.WAITING_CUSTOMER, Status.WAITING_VALIDATION)
    if clock.running and goes_on and (change.timed or change.heard_by is not None):
        yield dropped(clock, change.at)
        if not change.timed or clock.promise is Promise.VALIDATION:
            yield from _silence(clock.promise, policy.closing.close, change, policy)


def _silence(kind: Promise, delay: Duration | None, change: Change, policy: Policy) -> Iterator[Clock]:
    if delay is not None:
        hours = _calendar(policy.closing.calendar, change.after, policy)
        yield started(kind, hours, delay, change.at)


def _graded(kind: Promise, change: Change, policy: Policy) -> Clock | None:
    """The clock of a promise that severity or priority makes, before it may end: started, moved or taken up again."""
    owed, clock = _owed(kind, change.after, policy), change.before.clock(kind)
    if clock is None or _is_promised_again(clock, change):
        return _begun(kind, change, owed)
    if kind is Promise.RESOLUTION and change.before.status in SETTLED and change.after.status in ACTIVE:
        return clock if owed is None else _owed_again(clock, owed, change, policy)
    if not clock.running:
        return clock
    if owed is None:
        return dropped(after_wait(change.before, clock, policy, change.at), change.at)
    if owed != _owed(kind, change.before, policy):
        clock = counted_anew(clock, owed.hours, owed.delay, change.before.waits)
    return after_wait(change.before, clock, policy, change.at) if change.enters is not None else clock


def _is_promised_again(clock: Clock, change: Change) -> bool:
    """Whether a grade that promised nothing took the promise away, while the ticket was under way all the time."""
    unengaged = clock.promise is Promise.ENGAGEMENT and clock.ending is Ending.NO_LONGER
    unsolved = clock.promise is Promise.RESOLUTION and not clock.running
    return (unengaged or unsolved) and change.before.status in ACTIVE


def _owed_again(clock: Clock, owed: Owed, change: Change, policy: Policy) -> Clock:
    """A solution that was none: the time in which everybody took it for one does not count."""
    wait = open_wait(change.before, change.at)
    if clock.delay is None or wait is None:
        return unkept(clock)
    as_it_was = (clock.delay, clock.calendar) == (owed.delay, owed.hours.name)
    hours = hours_of(clock, change.before.queue, policy) if as_it_was else owed.hours
    return counted_anew(clock, hours, owed.delay, (*change.before.waits, wait))


def _begun(kind: Promise, change: Change, owed: Owed | None) -> Clock | None:
    """A promise that the ticket has had since it was opened, or since it was released; news are owed from now on."""
    earlier = change.before.clock(kind)
    if owed is None or change.after.status not in ACTIVE:
        return earlier
    new = change.before.status is Status.PARKED or kind is Promise.UPDATE
    asked_at = earlier.asked_at if earlier is not None else change.at if new else change.after.opened_at
    clock = started(kind, owed.hours, owed.delay, asked_at)
    wait = open_wait(change.before, change.at)
    waits = (*change.before.waits, *((wait,) if wait is not None and change.enters is not None else ()))
    return less_waits(clock, owed.hours, [one for one in waits if one.since >= asked_at])


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
