"""Clocks keep the calendar that they were promised on, whatever the rules say afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from mailgate.core.clocks import call_back
from mailgate.core.effects import ChangeStatus, OpenTicket, SetClock
from mailgate.core.events import TimerFired
from mailgate.core.model import Status
from mailgate.core.recount import CALENDAR_CHANGED
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ending, Promise, Wait
from mailgate.store.clocks import clocks_of, edition_of, outdated, take_up, waits_of
from mailgate.store.database import Database
from mailgate.store.tickets import find_ticket
from mailgate.store.timers import next_due
from tests.builders import NOW, a_calendar, a_policy, a_ticket, local
from tests.core.asking import ask, of
from tests.store.desk import apply

HOUR = timedelta(hours=1)
OLD = a_calendar("urgent", "07:00", "20:00")
POLICY = a_policy()
FRIDAY = local("2026-12-24 19:30")  # a Thursday: Christmas follows, then a weekend
PROMISED = call_back(POLICY.queues["urgent"], POLICY, FRIDAY)


def opened(database: Database) -> None:
    apply(database, OpenTicket(a_ticket(PROMISED, pages=(), notified=(), references=())))


def test_a_clock_comes_back_with_its_calendar(database: Database) -> None:
    """Hours, holidays and time zone, from the database alone."""
    opened(database)
    with database.read() as tx:
        (clock,) = clocks_of(tx, 1001)
    assert clock.hours is not None
    assert (clock.due_at, clock.delay, clock.hours.timezone) == (PROMISED.due_at, PROMISED.delay, "America/Toronto")
    assert clock.hours.week == OLD.week
    assert clock.hours.closed(date(2026, 12, 25)) == "Noël"
    assert clock.hours.closed(date(2026, 12, 24)) is None


def test_a_clock_that_is_set_again_is_the_same_one(database: Database) -> None:
    """Ended, then owed again: one row. The next period of an update is another."""
    opened(database)
    ended = replace(PROMISED, ended_at=NOW, ending=Ending.KEPT, ended_by="tech2")
    apply(database, SetClock(1001, ended), SetClock(1001, PROMISED))
    again = replace(PROMISED, promise=Promise.UPDATE)
    apply(database, SetClock(1001, again), SetClock(1001, replace(again, asked_at=NOW + HOUR)))
    with database.read() as tx:
        kinds = [(one.promise, one.ended_at) for one in clocks_of(tx, 1001)]
        ticket = find_ticket(tx, 1001)
    assert kinds == [(Promise.CALLBACK, None), (Promise.UPDATE, None), (Promise.UPDATE, None)]
    assert ticket is not None
    assert [one.asked_at for one in ticket.clocks if one.promise is Promise.UPDATE] == [NOW + HOUR]


def test_a_ticket_waits_for_one_thing_at_a_time(database: Database) -> None:
    """Each wait with its cause, its beginning and its end."""
    opened(database)
    turns = (Status.WAITING_CUSTOMER, Status.WAITING_THIRD, Status.OPEN, Status.RESOLVED)
    for hours, status in enumerate(turns, start=1):
        apply(database, ChangeStatus(1001, status, NOW + hours * HOUR))
    with database.read() as tx:
        waits = waits_of(tx, 1001)
    assert waits == (
        Wait(Status.WAITING_CUSTOMER, NOW + HOUR, NOW + 2 * HOUR),
        Wait(Status.WAITING_THIRD, NOW + 2 * HOUR, NOW + 3 * HOUR),
        Wait(Status.RESOLVED, NOW + 4 * HOUR),
    )


def test_only_promises_on_another_edition_are_looked_at_again(database: Database) -> None:
    """The same rules read anew are the same edition; a day more or less is another."""
    opened(database)
    longer = a_calendar("urgent", "06:00", "22:00")
    with database.write() as tx:
        assert outdated(tx, {"urgent": a_calendar("urgent", "07:00", "20:00")}) == ()
        assert outdated(tx, {"urgent": longer}) == (1001,)
        take_up(tx, {"urgent": longer}, NOW)
        timer = next_due(tx, NOW)
    assert timer is not None
    assert (timer.kind, timer.ticket) == (CALENDAR_CHANGED, 1001)


def test_a_better_calendar_counts_and_a_worse_one_does_not(database: Database) -> None:
    """Open on Christmas Day: due sooner. Closed all Monday: the promise stays as it was made."""
    opened(database)
    with database.read() as tx:
        seen = Seen(1002, by_token=find_ticket(tx, 1001))
    fired = TimerFired(1, CALENDAR_CHANGED, 1001, NOW)
    better = replace(OLD, closed=lambda _: None)
    worse = replace(OLD, closed=lambda day: "Fermé" if day <= date(2026, 12, 30) else None)
    sooner = of(ask(fired, seen, replace(POLICY, calendars={**POLICY.calendars, "urgent": better})), SetClock)
    assert [one.clock.due_at for one in sooner] == [local("2026-12-25 07:30")]
    later = ask(fired, seen, replace(POLICY, calendars={**POLICY.calendars, "urgent": worse}))
    assert of(later, SetClock) == []
    assert "stay as they were made" in later.because


def test_an_edition_is_known_by_what_it_says() -> None:
    """Not by which rules it came from."""
    assert edition_of(a_calendar("urgent"), 2026)[0] == edition_of(a_calendar("urgent"), 2026)[0]
    assert edition_of(a_calendar("urgent"), 2026)[0] != edition_of(a_calendar("urgent", zone="Europe/Paris"), 2026)[0]
    assert ("2026-12-25", "Noël") in edition_of(a_calendar("urgent"), 2026)[1]
