"""Working time: the worked examples of the contracts, and the laws that hold for every calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.core.clocks import explained, started
from mailgate.core.hours import (
    Calendar,
    Deadline,
    Duration,
    Span,
    Unit,
    add_working,
    due,
    parse_duration,
    working_between,
)
from mailgate.core.ticket import Promise
from tests.builders import HOLIDAYS, a_policy, a_ticket, local
from tests.core.calendars import ALWAYS, CALENDARS, MOMENTS, NIGHTS, OFFICE, REGULAR, URGENT

NEVER = Calendar("never", "America/Toronto", ((),) * 7, HOLIDAYS.get)


@pytest.mark.parametrize(
    ("calendar", "asked", "promise", "expected"),
    [
        (REGULAR, "2026-11-20 16:30", "4h", "2026-11-23 12:00"),
        (URGENT, "2026-11-20 19:30", "1h", "2026-11-23 07:30"),
        (REGULAR, "2026-12-24 15:00", "4h", "2026-12-28 10:30"),
        (REGULAR, "2026-06-23 16:45", "4h", "2026-06-25 12:15"),
        (REGULAR, "2026-11-21 11:00", "4h", "2026-11-23 12:30"),
        (REGULAR, "2026-11-16 13:00", "4h", "2026-11-16 17:00"),
        (REGULAR, "2026-06-23 16:45", "1d", "2026-06-25 16:45"),
        (REGULAR, "2026-11-21 11:00", "2d", "2026-11-25 08:30"),
        (REGULAR, "2026-06-17 09:00", "1w", "2026-06-25 08:30"),
        (REGULAR, "2026-11-16 09:10", "1w", "2026-11-23 09:10"),
    ],
)
def test_a_promise_ends_when_the_contract_says(calendar: Calendar, asked: str, promise: str, expected: str) -> None:
    """The worked examples that customers check with a pencil."""
    assert due(calendar, local(asked), parse_duration(promise)) == local(expected)


def promised(asked: str) -> Deadline:
    """One hour of the urgent calendar, as mails explain it."""
    clock = started(Promise.CALLBACK, URGENT, parse_duration("1h"), local(asked))
    return explained(a_ticket(clock), clock, a_policy())


def test_a_deadline_says_when_the_clock_started_and_what_it_skipped() -> None:
    """A date nobody can follow is a date nobody believes."""
    found = promised("2026-12-24 19:30")
    assert found.starts_at == local("2026-12-24 19:30")
    assert not found.outside
    assert found.skipped == ((date(2026, 12, 25), "Noël"),)


def test_a_mail_outside_the_hours_starts_the_clock_at_the_next_opening() -> None:
    """The acknowledgement says so instead of promising what nobody can keep."""
    found = promised("2026-11-20 20:00")
    assert found.outside
    assert found.starts_at == local("2026-11-23 07:00")


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [("2027-03-13 12:00", 1440, "2027-03-14 13:00"), ("2026-10-31 12:00", 1440, "2026-11-01 11:00")],
)
def test_a_day_around_the_clock_change_is_as_long_as_it_really_is(start: str, minutes: int, expected: str) -> None:
    """24 hours later is another wall-clock time on the two Sundays of the year."""
    assert add_working(ALWAYS, local(start), minutes) == local(expected)


def test_a_night_span_loses_the_hour_that_spring_takes() -> None:
    """Zurich, 2027-03-28: from 22:00 to 06:00 only seven hours pass."""
    zurich = ZoneInfo("Europe/Zurich")
    start = datetime(2027, 3, 27, 22, tzinfo=zurich)
    assert working_between(NIGHTS, start, datetime(2027, 3, 28, 6, tzinfo=zurich)) == timedelta(hours=7)


def test_the_clock_is_closed_at_closing_time_and_open_at_opening_time() -> None:
    """Spans include their start and exclude their end."""
    assert REGULAR.is_open(local("2026-11-16 08:30"))
    assert not REGULAR.is_open(local("2026-11-16 17:00"))
    assert not REGULAR.is_open(local("2026-12-25 10:00"))


def test_nothing_passes_backwards() -> None:
    """An end before the start is no working time, not a negative one."""
    assert working_between(REGULAR, local("2026-11-17 10:00"), local("2026-11-16 10:00")) == timedelta()


def test_a_calendar_that_never_opens_is_a_mistake_and_not_a_hang() -> None:
    """The rules may hold one; the engine must not look for ever."""
    with pytest.raises(ValueError, match="never opens"):
        add_working(NEVER, local("2026-11-16 10:00"), 1)


def test_a_calendar_open_one_day_a_decade_runs_out_of_working_days() -> None:
    """The same for promises in days."""
    once = Calendar(
        "once", "UTC", ((Span(time(8), time(9)),),) * 7, lambda day: None if day == date(2026, 11, 16) else "closed"
    )
    with pytest.raises(ValueError, match="too few working days"):
        due(once, datetime(2026, 11, 16, 8, tzinfo=UTC), Duration(1, Unit.DAYS))


@pytest.mark.parametrize(("text", "minutes"), [("90m", 90), ("4h", 240), ("3d", 4320), (" 1W ", 10080)])
def test_durations_are_read_as_the_rules_write_them(text: str, minutes: int) -> None:
    """One notation everywhere."""
    assert parse_duration(text).minutes == minutes


@pytest.mark.parametrize("text", ["", "0h", "4", "h4", "4 hours", "-1h", "1.5h", "999999h"])
def test_anything_else_is_no_duration(text: str) -> None:
    """The message says what would be right."""
    with pytest.raises(ValueError, match="write 90m, 4h, 3d or 1w"):
        parse_duration(text)


@settings(max_examples=150)
@given(MOMENTS, st.integers(0, 5000), st.sampled_from(CALENDARS))
def test_what_was_added_has_passed(start: datetime, minutes: int, calendar: Calendar) -> None:
    """The two halves of the arithmetic agree, across every clock change and holiday."""
    end = add_working(calendar, start, minutes)
    assert working_between(calendar, start, end) == timedelta(minutes=minutes)


@settings(max_examples=100)
@given(MOMENTS, st.integers(1, 3000), st.integers(1, 3000), st.sampled_from(CALENDARS))
def test_a_delay_may_be_split_anywhere(start: datetime, first: int, second: int, calendar: Calendar) -> None:
    """Pausing and resuming a clock neither gives nor takes time (invariant I34)."""
    whole = add_working(calendar, start, first + second)
    assert add_working(calendar, add_working(calendar, start, first), second) == whole


@settings(max_examples=100)
@given(MOMENTS, st.integers(1, 30), st.sampled_from([REGULAR, URGENT, OFFICE]))
def test_a_promise_in_days_falls_on_a_working_moment_after_it_was_made(
    start: datetime, days: int, calendar: Calendar
) -> None:
    """ "1d" must never land on a Sunday, nor in the past."""
    found = due(calendar, start, Duration(days, Unit.DAYS))
    assert found > start
    assert any(
        found.astimezone(calendar.zone).date() == day.astimezone(calendar.zone).date()
        for day, _ in calendar.windows(found.astimezone(calendar.zone).date())
    )
