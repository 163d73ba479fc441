"""Promises counted: what was due, what was kept, and what counts apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.core.clocks import dropped, kept, started
from mailgate.core.hours import parse_duration, working_between
from mailgate.core.measure import MINUTE, Measure
from mailgate.core.model import Status
from mailgate.core.sla import DELAYS, QUARTERS, Fate, Owed, Report, Tally, report, share
from mailgate.core.ticket import Clock, Promise
from tests.builders import TORONTO, a_calendar, local

HOURS = a_calendar()
NOW = local("2026-12-01 10:00")


def a_clock(delay: str = "4h", asked: str = "2026-11-16 10:00") -> Clock:
    """Due at 14:00."""
    return started(Promise.CALLBACK, HOURS, parse_duration(delay), local(asked))


def owed(clock: Clock, status: Status = Status.OPEN, **changes: Any) -> Owed:
    return replace(Owed(clock, "urgent", "acme", status), **changes)


def kept_at(at: str, **changes: Any) -> Owed:
    return owed(kept(a_clock(), local(at), "tech1"), **changes)


def reported(*promises: Owed, now: datetime = NOW) -> Report:
    return report(promises, local("2026-11-01 00:00"), now, TORONTO, now)


def tally(*promises: Owed, now: datetime = NOW) -> Tally:
    (line,) = reported(*promises, now=now).promises
    return line.tally


@pytest.mark.parametrize(
    ("one", "fate"),
    [
        (kept_at("2026-11-16 13:00"), Fate.KEPT),
        (kept_at("2026-11-16 15:00"), Fate.LATE),
        (owed(a_clock()), Fate.MISSED),
        (owed(a_clock(), Status.WAITING_CUSTOMER), Fate.STILL),
        (owed(a_clock(), Status.WAITING_THIRD), Fate.MISSED),
        (owed(a_clock(), Status.WAITING_CUSTOMER, waiting_since=local("2026-11-16 13:00")), Fate.STILL),
        (owed(a_clock(), Status.WAITING_CUSTOMER, waiting_since=local("2026-11-16 15:00")), Fate.MISSED),
        (owed(dropped(a_clock(), local("2026-11-16 11:00"))), Fate.NO_LONGER),
        (owed(dropped(a_clock(), local("2026-11-16 15:00")), Status.CLOSED), Fate.MISSED),
    ],
)
def test_each_promise_has_one_fate(one: Owed, fate: Fate) -> None:
    """The table of what a report counts."""
    found = tally(one)
    assert one.fate is fate
    counts = (found.kept, found.late, found.missed, found.still, found.no_longer)
    assert dict(zip(Fate, counts, strict=True)) == {each: int(each is fate) for each in Fate}


def test_what_no_longer_applies_is_never_kept() -> None:
    """Neither is what stands still: both would make a desk look better than it is."""
    found = tally(owed(dropped(a_clock(), local("2026-11-16 11:00"))), owed(a_clock(), Status.PARKED))
    assert (found.due, found.percent(found.kept)) == (0, None)
    assert sum(found.used) == sum(found.lateness) == 0


@pytest.mark.parametrize(
    ("at", "quarter"),
    [
        ("2026-11-16 09:00", 0),
        ("2026-11-16 11:00", 0),
        ("2026-11-16 11:01", 1),
        ("2026-11-16 12:00", 1),
        ("2026-11-16 13:00", 2),
        ("2026-11-16 13:01", 3),
        ("2026-11-16 14:00", 3),
        ("2026-11-16 14:01", 4),
    ],
)
def test_the_used_time_is_counted_in_quarters(at: str, quarter: int) -> None:
    """Four hours from 10:00 on; an answer before the clock started used nothing."""
    used = tally(kept_at(at)).used
    assert used == tuple(int(place == quarter) for place in range(len(QUARTERS)))


def test_a_pause_uses_nothing_of_the_promised_time() -> None:
    """Two hours of the customer's, one of the desk's: a quarter."""
    moved = replace(a_clock(), due_at=local("2026-11-16 16:00"), paused_minutes=120)
    assert tally(owed(kept(moved, local("2026-11-16 13:00"), "tech1"))).used[0] == 1


def test_a_promise_in_days_is_measured_on_its_calendar() -> None:
    """From Monday at 10:00 to Tuesday at 10:00 are eight and a half working hours; four are used at 14:00."""
    clock = kept(a_clock("1d"), local("2026-11-16 14:00"), "tech1")
    assert tally(owed(clock)).used == (0, 1, 0, 0, 0)


@pytest.mark.parametrize(
    ("at", "place"),
    [
        ("2026-11-16 14:15", 0),
        ("2026-11-16 14:16", 1),
        ("2026-11-16 15:00", 1),
        ("2026-11-16 15:01", 2),
        ("2026-11-17 09:00", 2),
        ("2026-11-17 13:30", 3),
        ("2026-11-20 10:00", 4),
    ],
)
def test_lateness_is_working_time(at: str, place: int) -> None:
    """The night between two days makes nothing worse."""
    assert tally(kept_at(at)).lateness == tuple(int(one == place) for one in range(len(DELAYS)))


def test_a_missed_promise_is_as_late_as_it_is_now() -> None:
    """Fourteen o'clock and forty minutes."""
    assert tally(owed(a_clock()), now=local("2026-11-16 14:40")).lateness == (0, 1, 0, 0, 0)


def test_a_promise_without_its_calendar_is_counted_but_not_measured() -> None:
    """An older version did not note it."""
    clock = replace(kept(a_clock(), local("2026-11-16 15:00"), "tech1"), hours=None)
    found = tally(owed(clock))
    assert (found.late, sum(found.used), sum(found.lateness)) == (1, 0, 0)


def test_shares_are_integers_that_never_flatter() -> None:
    """One in a thousand is not kept: that is not 100 %."""
    assert Tally(kept=999, missed=1).percent(999) == 99
    assert Tally(kept=3).percent(3) == 100
    assert (share(1, 3), share(2, 3), share(0, 0)) == (33, 66, 0)


def test_promises_are_grouped_by_queue_customer_and_month() -> None:
    """Who is nobody's customer comes last."""
    found = reported(
        kept_at("2026-11-16 13:00"),
        kept_at("2026-11-16 13:00", queue="regulier", customer=None),
        owed(replace(a_clock(), promise=Promise.UPDATE), customer="zeta"),
    )
    assert [(one.group, one.promise) for one in found.promises] == [(None, "callback"), (None, "update")]
    assert [(one.group, one.promise) for one in found.queues] == [
        ("regulier", "callback"),
        ("urgent", "callback"),
        ("urgent", "update"),
    ]
    assert [one.group for one in found.customers] == ["acme", "zeta", None]
    assert [(one.group, one.tally.due) for one in found.months] == [("2026-11", 2), ("2026-11", 1)]


def test_a_month_is_the_desks_own() -> None:
    """Half past eleven in the evening of November 30 is December in UTC."""
    late = local("2026-11-30 23:30")
    assert [one.group for one in reported(owed(replace(a_clock(), due_at=late))).months] == ["2026-11"]


def test_nothing_due_is_an_empty_report() -> None:
    """No line of zeros."""
    found = reported()
    assert (found.promises, found.queues, found.customers, found.months) == ((), (), (), ())


@given(st.integers(-20000, 60000), st.integers(-5000, 20000))
@settings(max_examples=100)
def test_a_measure_is_the_working_time_between(offset: int, length: int) -> None:
    """A memory must not change the answer, whatever it was asked before."""
    start = NOW + timedelta(minutes=offset)
    end = start + timedelta(minutes=length, seconds=30)
    assert MEASURE.between(start, end) == working_between(HOURS, start, end) // MINUTE


MEASURE = Measure(HOURS)
