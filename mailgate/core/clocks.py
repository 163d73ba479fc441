"""What a clock can do: it is started, stands still while it is somebody else's turn, and ends.

    start ──▶ running ──kept──▶ kept or late
               │   ▲
      a wait ──┘   └── resumed: later by the working time that the wait took
               │
               └──▶ no longer: what it was for went away

A promise is counted on the calendar as it was when it was made. Another severity, another queue or another calendar
file count the same promise anew from the moment it was asked for, with every wait that it has been through: elapsed
time and pauses are never erased. An automatic mail keeps nothing, and a refused reply takes its keeping back
(domain.md §1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mailgate.core.hours import Calendar, Deadline, Duration, add_working, due, holidays_between, working_between
from mailgate.core.model import Activity, Status
from mailgate.core.policy import Policy, Queue
from mailgate.core.ticket import Clock, Ending, Promise, Ticket, Wait

CUSTOMERS_TURN = frozenset({Status.WAITING_CUSTOMER, Status.WAITING_VALIDATION, Status.PARKED})

PAUSED_BY: Mapping[Promise, frozenset[Status]] = {
    Promise.CALLBACK: CUSTOMERS_TURN,
    Promise.ENGAGEMENT: CUSTOMERS_TURN,
    Promise.RESOLUTION: CUSTOMERS_TURN | {Status.WAITING_THIRD, Status.RESOLVED, Status.CLOSED},
    Promise.UPDATE: CUSTOMERS_TURN,
    Promise.VALIDATION: frozenset(),
    Promise.CLOSING: frozenset(),
}
"""Whose turn makes which clock stand still. The customer's stops them all (domain.md §5); a third party lengthens only
the way to a solution, while the customer goes on hearing from the desk until it is there (§4)."""

AWAITED = frozenset({Promise.VALIDATION, Promise.CLOSING})
"""The promises in which it is the customer who is awaited."""

HEARING = frozenset({Activity.CALL, Activity.VISIT, Activity.REPLY})
"""How a customer hears from a person. Of any other work an automatic mail tells them, and that is no contact."""


def started(kind: Promise, hours: Calendar, delay: Duration, asked_at: datetime) -> Clock:
    """The clock of a promise made at `asked_at`."""
    asked = asked_at.astimezone(UTC)
    return Clock(kind, hours.name, asked, hours.opening(asked), due(hours, asked, delay), delay, hours)


def call_back(queue: Queue, policy: Policy, at: datetime) -> Clock:
    """The clock of the call-back that a queue promises now."""
    return started(Promise.CALLBACK, policy.calendar_of(queue), queue.callback, at)


def hours_of(clock: Clock, queue: str, policy: Policy) -> Calendar:
    """The calendar that a promise is counted on: as it was then; if nobody noted that, as the rules have it now."""
    known = clock.hours or policy.calendars.get(clock.calendar)
    return known or policy.calendar_of(policy.queues.get(queue, policy.default_queue))


def explained(ticket: Ticket, clock: Clock, policy: Policy, language: str = "") -> Deadline:
    """A promise in the form that mails explain; its holidays in a language, where the rules know them in it."""
    hours = hours_of(clock, ticket.queue, policy)
    said = policy.calendars.get(clock.calendar, hours).said
    other = language not in ("", policy.desk.language)
    passed = holidays_between(hours, clock.asked_at, clock.due_at)
    skipped = tuple((day, (said(day, language) if other else None) or name) for day, name in passed)
    asked = min(clock.asked_at, clock.starts_at)
    return Deadline(asked, clock.starts_at, clock.due_at, clock.calendar, hours.timezone, skipped)


def kept(clock: Clock, at: datetime, by: str | None, how: Activity | None = None) -> Clock:
    """The promise kept, in time or not."""
    ending = Ending.KEPT if at <= clock.due_at else Ending.LATE
    return replace(clock, ended_at=at, ending=ending, ended_by=by, how=how)


def dropped(clock: Clock, at: datetime) -> Clock:
    """The promise that nobody waits for any more."""
    return replace(clock, ended_at=at, ending=Ending.NO_LONGER)


def unkept(clock: Clock) -> Clock:
    """The promise owed again: what was to keep it never arrived."""
    return replace(clock, ended_at=None, ending=None, ended_by=None, how=None)


def keeps(ticket: Ticket, how: Activity, policy: Policy) -> bool:
    """Whether this activity keeps the ticket's call-back promise, not kept yet, as its queue allows."""
    queue, callback = policy.queues.get(ticket.queue), ticket.callback
    return callback is not None and callback.running and queue is not None and how in queue.callback_kept_by


def stands_still(ticket: Ticket, kind: Promise) -> bool:
    """Whether it is somebody else's turn, as far as this promise goes."""
    return ticket.status in PAUSED_BY[kind]


def open_wait(ticket: Ticket, at: datetime) -> Wait | None:
    """The wait that the ticket is in, as if it ended at `at`."""
    since = next((wait.since for wait in ticket.waits if wait.until is None), ticket.waiting_since)
    return None if since is None else Wait(ticket.status, since, at)


def after_wait(ticket: Ticket, clock: Clock, policy: Policy, at: datetime) -> Clock:
    """The clock when the ticket's wait ends: later by the working time that it took."""
    wait = open_wait(ticket, at)
    if wait is None or not clock.running or wait.cause not in PAUSED_BY[clock.promise]:
        return clock
    return _later(clock, hours_of(clock, ticket.queue, policy), wait)


def counted_anew(clock: Clock, hours: Calendar, delay: Duration, waits: Iterable[Wait]) -> Clock:
    """The same promise with another delay or on another calendar, from when it was asked for, less every wait."""
    return less_waits(started(clock.promise, hours, delay, clock.asked_at), hours, waits)


def less_waits(fresh: Clock, hours: Calendar, waits: Iterable[Wait]) -> Clock:
    """A promise that was just counted, later by every wait that it has been through."""
    for wait in sorted((one for one in waits if one.until is not None), key=lambda one: one.since):
        if wait.cause in PAUSED_BY[fresh.promise]:
            fresh = _later(fresh, hours, wait)
    return fresh


def in_favour(clock: Clock, hours: Calendar, waits: Iterable[Wait]) -> Clock:
    """The clock on the calendar as the rules have it now, if the customer is better off with it; else as it was. The
    desk shall be sooner, and when it is the customer who is awaited they shall have longer."""
    if clock.delay is None or not clock.running:
        return clock
    fresh = counted_anew(clock, hours, clock.delay, waits)
    better = fresh.due_at > clock.due_at if clock.promise in AWAITED else fresh.due_at < clock.due_at
    return fresh if better else clock


def _later(clock: Clock, hours: Calendar, wait: Wait) -> Clock:
    if wait.until is None or wait.since >= clock.due_at:
        return clock
    paused = working_between(hours, max(wait.since, clock.starts_at), wait.until) // timedelta(minutes=1)
    if paused <= 0:
        return clock
    due_at = add_working(hours, clock.due_at, paused)
    return replace(clock, due_at=due_at, paused_minutes=clock.paused_minutes + paused)
