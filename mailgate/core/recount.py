"""When the calendar file changed: a promise stays on the calendar it was made on, unless the new one is better for the
customer. The steps of the escalation that are still to come go by the promise."""

from __future__ import annotations

from collections.abc import Iterator

from mailgate.core.clocks import in_favour
from mailgate.core.decision import Decision
from mailgate.core.effects import SetClock, SetTimer
from mailgate.core.escalation import awaits_somebody, first_step
from mailgate.core.events import TimerFired
from mailgate.core.model import Outcome, PageState
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from mailgate.core.ticket import Clock, Promise, Ticket

CALENDAR_CHANGED = "calendar-changed"
"""The kind of timer that is set for each ticket with a promise on a calendar that the rules have changed."""


def recount(event: TimerFired, seen: Seen, policy: Policy) -> Decision:
    """Count the ticket's promises on the calendars as the rules have them now; only what is better counts."""
    ticket = seen.by_token
    if ticket is None:
        return Decision(Outcome.RECORDED, "the changed calendar no longer matters", (), event.ticket)
    recounted = [(clock, _recounted(ticket, clock, policy)) for clock in ticket.clocks]
    better = [fresh for clock, fresh in recounted if fresh != clock]
    told = ", ".join(f"{one.promise} is now due by {one.due_at:%Y-%m-%d %H:%M} UTC" for one in better)
    because = f"the calendar changed: {told or 'the promises stay as they were made'}"
    clocks = (SetClock(ticket.number, one) for one in better)
    return Decision(Outcome.RECORDED, because, (*clocks, *_called_sooner(ticket, better, policy)), ticket.number)


def _recounted(ticket: Ticket, clock: Clock, policy: Policy) -> Clock:
    hours = policy.calendars.get(clock.calendar)
    return clock if hours is None or not clock.running else in_favour(clock, hours, ticket.waits)


def _called_sooner(ticket: Ticket, better: list[Clock], policy: Policy) -> Iterator[SetTimer]:
    """The first step of the escalation, when it is still to come: it must not fall behind the deadline."""
    stepped = any(page.state in (PageState.ESCALATED, PageState.EXHAUSTED) for page in ticket.pages)
    sooner = any(clock.promise is Promise.CALLBACK for clock in better)
    if sooner and ticket.pages and not stepped and awaits_somebody(ticket):
        yield first_step(ticket.with_clocks(*better), policy)
