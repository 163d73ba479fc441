"""The call-back clock: started when a request is accepted, pushed back by the customer's turn, kept by a person.

An automatic mail never keeps the promise, and a refused reply takes its keeping back (domain.md §1).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from mailgate.core.hours import Deadline, add_working, deadline, working_between
from mailgate.core.model import Activity, Status
from mailgate.core.policy import Policy, Queue
from mailgate.core.ticket import Callback, Ticket


def promise(queue: Queue, policy: Policy, at: datetime) -> Deadline:
    """The call-back deadline of a request that is accepted now."""
    return deadline(policy.calendar_of(queue), at, queue.callback)


def started(owed: Deadline) -> Callback:
    """The clock of a promise just made."""
    return Callback(owed.calendar, owed.starts_at, owed.due_at)


def explained(ticket: Ticket, callback: Callback, policy: Policy) -> Deadline:
    """A running promise in the form that mails explain."""
    calendar = policy.calendars.get(callback.calendar)
    zone = calendar.timezone if calendar else ticket.timezone
    asked = min(ticket.opened_at, callback.starts_at)
    return Deadline(asked, callback.starts_at, callback.due_at, callback.calendar, zone)


def kept(callback: Callback, how: Activity, who: str, at: datetime) -> Callback:
    """The promise kept by `who`, in time or not."""
    return replace(callback, kept_at=at, kept_by=who, kept_how=how, in_time=at <= callback.due_at)


def unkept(callback: Callback) -> Callback:
    """The promise owed again: what was to keep it never arrived."""
    return replace(callback, kept_at=None, kept_by=None, kept_how=None, in_time=None)


def keeps(ticket: Ticket, how: Activity, policy: Policy) -> bool:
    """Whether this activity keeps the ticket's call-back promise, not kept yet, as its queue allows."""
    queue = policy.queues.get(ticket.queue)
    owed = ticket.callback is not None and ticket.callback.kept_at is None
    return owed and queue is not None and how in queue.callback_kept_by


def resumed(ticket: Ticket, policy: Policy, at: datetime) -> Callback | None:
    """The clock after the customer's turn ends: later by the working time it took. None when nothing changes."""
    callback, since = ticket.callback, ticket.waiting_since
    if ticket.status is not Status.WAITING_CUSTOMER or callback is None or callback.kept_at or since is None:
        return None
    calendar = policy.calendars.get(callback.calendar)
    if calendar is None or since >= callback.due_at:
        return None
    paused = working_between(calendar, since, at) // timedelta(minutes=1)
    if paused == 0:
        return None
    due_at = add_working(calendar, callback.due_at, paused)
    return replace(callback, due_at=due_at, paused_minutes=callback.paused_minutes + paused)
