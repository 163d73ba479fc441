"""A deadline explained is the deadline: every minute of it is on one of the days that are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.core.clocks import counted_anew, dropped, kept, started
from mailgate.core.hours import Calendar, Duration, Span, Unit, parse_duration, working_between
from mailgate.core.model import Activity, Status
from mailgate.core.reckoning import DAYS_SHOWN, MINUTE, Counted, Later, Reckoning, State, Stretch, margin, reckon
from mailgate.core.ticket import Clock, Promise, Wait
from tests.builders import HOLIDAYS, a_calendar, local

REGULAR = a_calendar()
ALWAYS = Calendar("always", "Europe/Paris", ((Span(time(0), time(0)),),) * 7, lambda _: None)
NIGHTS = Calendar("nights", "Europe/Zurich", ((Span(time(22), time(0)), Span(time(0), time(6))),) * 7, lambda _: None)
CALENDARS = (REGULAR, a_calendar("urgent", "07:00", "20:00"), ALWAYS, NIGHTS, a_calendar("paris", zone="Europe/Paris"))

CHANGES = ("2026-03-08", "2026-11-01", "2026-03-29", "2026-10-25", "2028-02-29", "2026-12-25", "2026-11-16")
"""Both changes of the clocks in America and in Europe, a leap day, a holiday, an ordinary Monday."""

MOMENTS = st.builds(
    lambda day, minutes, seconds: local(f"{day} 00:00") + timedelta(days=-1, minutes=minutes, seconds=seconds),
    st.sampled_from(CHANGES),
    st.integers(0, 3 * 1440),
    st.integers(0, 59),
)
WORKING = st.builds(Duration, st.integers(1, 3000), st.just(Unit.MINUTES))
LONG = st.builds(Duration, st.integers(1, 6), st.sampled_from((Unit.DAYS, Unit.WEEKS)))
WAITS = st.lists(
    st.tuples(st.sampled_from(list(Status)), st.integers(0, 4000), st.integers(1, 4000)), max_size=4
)  # fmt: skip


def a_clock(asked: str = "2026-11-16 10:00", delay: str = "4h", hours: Calendar = REGULAR) -> Clock:
    return started(Promise.CALLBACK, hours, parse_duration(delay), local(asked))


def a_wait(since: str, until: str | None = None, cause: Status = Status.WAITING_CUSTOMER) -> Wait:
    return Wait(cause, local(since), local(until) if until else None)


def reckoned(clock: Clock, *waits: Wait, now: str = "2026-11-16 10:00") -> Reckoning:
    return reckon(clock, clock.hours or REGULAR, waits, local(now))


def _waits(asked_at: datetime, parts: list[tuple[Status, int, int]]) -> list[Wait]:
    """One wait after the other."""
    waits, at = [], asked_at
    for cause, before, length in parts:
        since = at + before * MINUTE
        at = since + length * MINUTE
        waits.append(Wait(cause, since, at))
    return waits


@given(st.sampled_from(CALENDARS), MOMENTS, WORKING, WAITS)
@settings(max_examples=200)
def test_the_minutes_of_all_days_are_the_promised_ones_and_those_of_the_pauses(
    hours: Calendar, asked_at: datetime, delay: Duration, parts: list[tuple[Status, int, int]]
) -> None:
    """Whatever the clocks on the wall do; the pauses that are told are those that moved the deadline."""
    waits = _waits(asked_at, parts)
    clock = counted_anew(started(Promise.CALLBACK, hours, delay, asked_at), hours, delay, waits)
    found = reckon(clock, hours, waits, asked_at)
    assert found.minutes == delay.amount + clock.paused_minutes
    assert sum(pause.minutes for pause in found.pauses) == clock.paused_minutes
    assert all(pause.cause is not None for pause in found.pauses)


@given(st.sampled_from(CALENDARS), MOMENTS, LONG)
@settings(max_examples=100)
def test_the_days_lie_in_the_hours_and_in_order(hours: Calendar, asked_at: datetime, delay: Duration) -> None:
    """A promise in days or weeks is no sum of minutes, but its days are told just as truly."""
    clock = started(Promise.UPDATE, hours, delay, asked_at)
    days = reckon(clock, hours, (), asked_at).days
    assert sum(day.minutes for day in days) == working_between(hours, clock.starts_at, clock.due_at) // MINUTE
    assert all(earlier.closes <= later.opens for earlier, later in pairwise(days))
    assert all(clock.starts_at <= day.opens < day.closes <= clock.due_at for day in days)


@given(st.sampled_from(CALENDARS), MOMENTS, st.integers(1, 60))
@settings(max_examples=50)
def test_what_is_shown_together_loses_no_minute(hours: Calendar, asked_at: datetime, amount: int) -> None:
    """Twelve weeks are read in nine lines."""
    found = reckon(started(Promise.UPDATE, hours, Duration(amount, Unit.DAYS), asked_at), hours, (), asked_at)
    assert len(found.shown) <= 2 * DAYS_SHOWN + 1
    assert sum(one.minutes for one in found.shown) == found.minutes


def test_a_friday_evening_goes_on_on_monday() -> None:
    """The example of the contracts: half an hour on Friday, three and a half on Monday."""
    found = reckoned(a_clock("2026-11-20 16:30"))
    assert found.days == (
        Counted(local("2026-11-20 16:30"), local("2026-11-20 17:00"), 30),
        Counted(local("2026-11-23 08:30"), local("2026-11-23 12:00"), 210),
    )
    assert (found.later, found.holiday, found.skipped) == (None, None, ())


@pytest.mark.parametrize(
    ("asked", "later", "holiday"),
    [
        ("2026-11-16 10:00", None, None),
        ("2026-11-16 07:00", Later.HOURS, None),
        ("2026-11-16 18:00", Later.HOURS, None),
        ("2026-11-21 11:00", Later.DAY_OFF, None),
        ("2026-12-25 11:00", Later.HOLIDAY, "Noël"),
    ],
)
def test_a_clock_that_starts_later_says_why(asked: str, later: Later | None, holiday: str | None) -> None:
    """A customer who wrote on Saturday asks."""
    found = reckoned(a_clock(asked))
    assert (found.later, found.holiday) == (later, holiday)


def test_a_start_that_is_not_the_calendars_doing_gets_no_reason() -> None:
    """A parked request that was released on Tuesday: the calendar did not hold it back."""
    clock = replace(a_clock("2026-11-17 09:00"), asked_at=local("2026-11-16 10:00"))
    assert reckoned(clock).later is None


def test_holidays_are_named() -> None:
    """Christmas is on a Friday."""
    assert reckoned(a_clock("2026-12-24 15:00")).skipped == ((date(2026, 12, 25), "Noël"),)


def test_a_long_time_is_summed_up_in_its_middle() -> None:
    """Four weeks: four days, the twelve between them, four days."""
    found = reckoned(a_clock("2026-11-02 08:30", "4w"), now="2026-11-02 08:30")
    between = found.shown[DAYS_SHOWN]
    assert between == Stretch(date(2026, 11, 6), date(2026, 11, 23), 12, 12 * 510)


@pytest.mark.parametrize(
    ("now", "state", "spare"),
    [
        ("2026-11-16 10:00", State.RUNNING, 240),
        ("2026-11-16 13:30", State.RUNNING, 30),
        ("2026-11-16 14:00", State.RUNNING, 0),
        ("2026-11-16 14:20", State.OVERDUE, -20),
        ("2026-11-17 08:45", State.OVERDUE, -195),
    ],
)
def test_a_running_clock_tells_the_working_time_that_is_left(now: str, state: State, spare: int) -> None:
    """Nights do not count, neither before the deadline nor behind it."""
    standing = reckoned(a_clock(), now=now).standing
    assert (standing.state, standing.margin) == (state, spare)
    assert standing.late_minutes == (-spare if state is State.OVERDUE else None)


@pytest.mark.parametrize(
    ("at", "state", "spare", "late"),
    [("2026-11-16 13:00", State.KEPT, 60, None), ("2026-11-16 14:45", State.LATE, -45, 45)],
)
def test_an_ended_clock_tells_by_how_much(at: str, state: State, spare: int, late: int | None) -> None:
    """By whom and how is told as well."""
    standing = reckoned(kept(a_clock(), local(at), "tech2", Activity.CALL), now="2026-12-01 10:00").standing
    assert (standing.state, standing.margin, standing.late_minutes) == (state, spare, late)
    assert (standing.by, standing.how, standing.at) == ("tech2", Activity.CALL, local(at))


def test_an_answer_before_the_opening_has_the_whole_time_to_spare() -> None:
    """The clock had not even started."""
    clock = kept(a_clock("2026-11-21 11:00"), local("2026-11-21 12:00"), "tech2")
    assert reckoned(clock).standing.margin == 240


def test_a_clock_that_nobody_waits_for_is_neither_kept_nor_late() -> None:
    """What it was for went away."""
    standing = reckoned(dropped(a_clock(), local("2026-11-17 10:00"))).standing
    assert (standing.state, standing.late_minutes) == (State.NO_LONGER, None)


def test_a_clock_stands_still_and_says_for_whom() -> None:
    """Three hours were left when the customer's turn came, and they still are."""
    found = reckoned(a_clock(), a_wait("2026-11-16 11:00"), now="2026-11-18 10:00")
    assert (found.standing.state, found.standing.margin) == (State.STILL, 180)
    assert (found.standing.cause, found.standing.late_minutes) == (Status.WAITING_CUSTOMER, None)
    (pause,) = found.pauses
    assert (pause.until, pause.minutes) == (None, 360 + 510 + 90)


def test_a_third_party_does_not_pause_the_call_back() -> None:
    """The customer goes on waiting for the call (domain.md §5)."""
    found = reckoned(a_clock(), a_wait("2026-11-16 11:00", cause=Status.WAITING_THIRD))
    assert (found.pauses, found.standing.state) == ((), State.RUNNING)


def test_a_wait_after_the_end_is_no_pause() -> None:
    """It moved nothing any more."""
    clock = kept(a_clock(), local("2026-11-16 11:00"), "tech2")
    assert reckoned(clock, a_wait("2026-11-16 11:30", "2026-11-16 12:00")).pauses == ()


def test_a_promise_kept_while_it_is_the_customers_turn_was_paused_until_then() -> None:
    """The wait goes on, the clock does not."""
    moved = replace(a_clock(), due_at=local("2026-11-16 14:30"), paused_minutes=30)
    clock = kept(moved, local("2026-11-16 14:20"), "tech2", Activity.CALL)
    for until in (None, "2026-11-16 16:00"):
        (pause,) = reckoned(clock, a_wait("2026-11-16 13:50", until)).pauses
        assert (pause.until, pause.minutes) == (clock.ended_at, 30)


def test_pauses_that_nobody_noted_are_told_as_such() -> None:
    """An older version kept the sum alone."""
    (pause,) = reckoned(replace(a_clock(), paused_minutes=25)).pauses
    assert (pause.cause, pause.since, pause.minutes) == (None, None, 25)


def test_a_margin_is_working_time() -> None:
    """From Friday at 16:45 to Monday at 8:45 it is half an hour, either way."""
    friday, monday = local("2026-11-20 16:45"), local("2026-11-23 08:45")
    assert (margin(REGULAR, friday, monday), margin(REGULAR, monday, friday)) == (30, -30)
    assert margin(REGULAR, friday, friday) == 0


def test_a_holiday_within_a_night_is_on_its_own_date() -> None:
    """A night shift that is closed on Christmas works until midnight before it."""
    nights = replace(NIGHTS, closed=HOLIDAYS.get)
    clock = started(Promise.CALLBACK, nights, parse_duration("4h"), datetime(2026, 12, 24, 22, 0, tzinfo=UTC))
    days = reckon(clock, nights, (), clock.asked_at).days
    assert [day.minutes for day in days] == [60, 180]
    assert days[1].opens == datetime(2026, 12, 25, 23, 0, tzinfo=UTC)
