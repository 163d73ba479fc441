"""The promises that fell due, as a report counts them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailgate.core.clocks import kept, started
from mailgate.core.effects import ChangeStatus, SetClock
from mailgate.core.hours import parse_duration
from mailgate.core.model import Activity, Status
from mailgate.core.sla import Fate, Owed
from mailgate.core.ticket import Clock, Promise
from mailgate.store.database import Database
from mailgate.store.query import FallenDue, fallen_due
from tests.builders import NOW, a_calendar, local
from tests.store.desk import apply, open_ticket

NOVEMBER = FallenDue(local("2026-11-01 00:00"), local("2026-12-01 00:00"))


def a_clock(promise: Promise = Promise.CALLBACK, **changes: Any) -> Clock:
    return replace(started(promise, a_calendar("urgent"), parse_duration("1h"), NOW), **changes)


def found(database: Database, wanted: FallenDue = NOVEMBER) -> list[Owed]:
    with database.read() as tx:
        return sorted(fallen_due(tx, wanted), key=lambda one: (one.queue, one.clock.promise))


@pytest.fixture
def two_tickets(database: Database) -> Database:
    """1001 kept its call-back and owes a solution, 1002 of another queue and nobody's customer waits."""
    open_ticket(database, callback=None)
    call = kept(a_clock(), local("2026-11-16 10:20"), "tech1", Activity.CALL)
    apply(database, SetClock(1001, call), SetClock(1001, a_clock(Promise.RESOLUTION)))
    open_ticket(database, callback=None, number=1002, queue="regulier", customer=None)
    apply(database, SetClock(1002, a_clock()), ChangeStatus(1002, Status.WAITING_CUSTOMER, NOW))
    return database


def test_each_promise_is_found_with_what_a_report_needs(two_tickets: Database) -> None:
    """Its ticket's queue, customer and status among it, and the calendar as it was."""
    waits, callback, resolution = found(two_tickets)
    assert (waits.queue, waits.customer, waits.fate) == ("regulier", None, Fate.STILL)
    assert (callback.clock.promise, callback.fate, resolution.fate) == (Promise.CALLBACK, Fate.KEPT, Fate.MISSED)
    assert (callback.clock.delay, callback.clock.ended_at) == (parse_duration("1h"), local("2026-11-16 10:20"))
    assert callback.clock.hours is resolution.clock.hours is not None


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (NOVEMBER, 3),
        (replace(NOVEMBER, queue="urgent"), 2),
        (replace(NOVEMBER, customer="acme"), 2),
        (replace(NOVEMBER, queue="regulier", customer="acme"), 0),
        (replace(NOVEMBER, until=local("2026-11-16 11:00")), 0),
        (replace(NOVEMBER, since=local("2026-11-16 11:00")), 3),
    ],
)
def test_a_report_reads_what_it_is_asked_for(two_tickets: Database, wanted: FallenDue, count: int) -> None:
    """All are due at 11:00; the end of the time is not part of it."""
    assert len(found(two_tickets, wanted)) == count


def test_the_customers_own_deadlines_are_none_of_the_desks(two_tickets: Database) -> None:
    """Whoever closes by silence keeps no promise."""
    apply(two_tickets, SetClock(1001, a_clock(Promise.CLOSING)), SetClock(1001, a_clock(Promise.VALIDATION)))
    assert len(found(two_tickets)) == 3
