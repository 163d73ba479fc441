"""A firm whose severities and priorities promise something, and tickets that live there.

`step` does to a ticket what one event does, with its waits kept as the store keeps them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from mailgate.core.changes import Change
from mailgate.core.clocks import after_wait, call_back
from mailgate.core.clockwork import clocks_after, opened
from mailgate.core.decision import Decision
from mailgate.core.effects import SetClock
from mailgate.core.hours import parse_duration
from mailgate.core.lifecycle import RECORDED_WAITS
from mailgate.core.model import Status
from mailgate.core.policy import Policy, Priority, Severity
from mailgate.core.ticket import Clock, Ending, Promise, Ticket, Wait
from tests.builders import a_policy, a_ticket, local
from tests.core.asking import of

SEVERITIES = {
    "basse": Severity("basse", parse_duration("3d")),
    "haute": Severity("haute", parse_duration("4h"), parse_duration("3d")),
    "critique": Severity("critique", parse_duration("1h"), parse_duration("8h")),
    "muette": Severity("muette"),
}
PRIORITIES = {
    "P1": Priority("P1", parse_duration("2h")),
    "P2": Priority("P2", parse_duration("1d")),
    "P4": Priority("P4", parse_duration("1w")),
    "P9": Priority("P9"),
}
FIRM = a_policy(severities=SEVERITIES, priorities=PRIORITIES)


def moment(at: str | datetime) -> datetime:
    """A time of Monday 2026-11-16 in Toronto ("10:30"), a local date and time, or an instant."""
    if isinstance(at, datetime):
        return at
    return local(at if " " in at else f"2026-11-16 {at}")


def born(at: str | datetime = "10:00", policy: Policy = FIRM, **changes: Any) -> Ticket:
    """A critical P1 ticket of the urgent queue (7:00 to 20:00), with every clock that starts with it."""
    graded = {"severity": "critique", "priority": "P1", "callback": None, **changes}
    ticket = a_ticket(opened_at=moment(at), **graded)
    return opened(ticket, policy, call_back(policy.queues[ticket.queue], policy, ticket.opened_at))


def step(ticket: Ticket, at: str | datetime, policy: Policy = FIRM, **changes: Any) -> Ticket:
    """The ticket after an event at `at`; `heard_by`, `timed` and `seen` belong to the event, the rest to the ticket."""
    when, said = moment(at), {key: changes.pop(key) for key in ("heard_by", "timed", "seen") if key in changes}
    after = replace(ticket, **changes)
    if after.status is not ticket.status and ticket.callback is not None:
        after = after.with_clocks(after_wait(ticket, ticket.callback, policy, when))
    moved = clocks_after(Change(ticket, after, when, **said), policy)
    return replace(after.with_clocks(*moved), waits=_waits(ticket, after, when))


def taken(at: str = "10:05", **changes: Any) -> Ticket:
    """The same ticket, which tech2 took and answered at `at`."""
    return step(born(**changes), at, status=Status.OPEN, assignee="tech2", heard_by="tech2", seen=True)


def clock(ticket: Ticket, promise: Promise) -> Clock:
    """The newest clock of a promise."""
    found = ticket.clock(promise)
    assert found is not None
    return found


def due(ticket: Ticket, promise: Promise) -> datetime:
    """When it is due."""
    return clock(ticket, promise).due_at


def ending(ticket: Ticket, promise: Promise) -> Ending | None:
    """How it ended."""
    return clock(ticket, promise).ending


def set_clocks(decision: Decision, promise: Promise) -> list[Clock]:
    """The clocks of a promise that a decision sets, in order."""
    return [effect.clock for effect in of(decision, SetClock) if effect.clock.promise is promise]


def _waits(before: Ticket, after: Ticket, at: datetime) -> tuple[Wait, ...]:
    if after.status is before.status:
        return before.waits
    ended = tuple(one if one.until else replace(one, until=at) for one in before.waits)
    return (*ended, Wait(after.status, at)) if after.status in RECORDED_WAITS else ended
