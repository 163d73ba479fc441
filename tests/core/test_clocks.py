"""A clock is started, stands still and ends; time and pauses are never lost, whatever is changed (hazards F35, I34)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.core.clocks import (
    PAUSED_BY,
    after_wait,
    counted_anew,
    dropped,
    explained,
    hours_of,
    in_favour,
    kept,
    open_wait,
    started,
    unkept,
)
from mailgate.core.hours import Calendar, Duration, Unit, parse_duration, working_between
from mailgate.core.lifecycle import RECORDED_WAITS
from mailgate.core.model import Status
from mailgate.core.ticket import Clock, Ending, Promise, Wait
from tests.builders import NOW, a_calendar, a_policy, a_ticket, local
from tests.core.calendars import ALWAYS, CALENDARS, MOMENTS, NIGHTS, OFFICE, REGULAR, URGENT

CUSTOMER, THIRD = Status.WAITING_CUSTOMER, Status.WAITING_THIRD
MINUTE = timedelta(minutes=1)


def owed(hours: Calendar = REGULAR, delay: str = "4h", at: datetime = NOW) -> Clock:
    """A solution promised."""
    return started(Promise.RESOLUTION, hours, parse_duration(delay), at)


def paused(clock: Clock, *waits: Wait) -> Clock:
    """The same promise after these waits."""
    assert clock.hours is not None
    assert clock.delay is not None
    return counted_anew(clock, clock.hours, clock.delay, waits)


def test_every_promise_says_whose_turn_pauses_it() -> None:
    """And it names only waits that are kept with the ticket."""
    assert set(PAUSED_BY) == set(Promise)
    assert frozenset().union(*PAUSED_BY.values()) <= RECORDED_WAITS


@pytest.mark.parametrize(("at", "ending"), [("14:00", Ending.KEPT), ("14:01", Ending.LATE)])
def test_kept_is_in_time_or_late(at: str, ending: Ending) -> None:
    """Both are kept, and say by whom."""
    moment = local(f"2026-11-16 {at}")
    one = kept(owed(), moment, "tech2")
    assert (one.ending, one.ended_by, one.kept_at, one.in_time) == (ending, "tech2", moment, ending is Ending.KEPT)


def test_what_no_longer_applies_was_not_kept() -> None:
    """Neither in time nor late."""
    one = dropped(owed(), NOW)
    assert (one.running, one.kept_at, one.in_time, one.ended_at) == (False, None, None, NOW)


def test_what_was_kept_by_a_mail_that_never_arrived_is_owed_again() -> None:
    """As if nothing had been said."""
    assert unkept(kept(owed(), NOW, "tech2")) == owed()


def test_an_open_wait_counts_only_when_it_ends() -> None:
    """Until then nobody knows how long it is."""
    assert paused(owed(), Wait(CUSTOMER, local("2026-11-16 11:00"))) == owed()


def test_the_wait_of_an_older_version_is_read_from_the_ticket() -> None:
    """It noted no waits, but since when."""
    ticket = a_ticket(status=CUSTOMER, waiting_since=NOW)
    assert open_wait(ticket, NOW + MINUTE) == Wait(CUSTOMER, NOW, NOW + MINUTE)
    assert open_wait(a_ticket(), NOW) is None


def test_less_than_a_minute_is_nothing() -> None:
    """Minutes are integers; what is lost is the desk's."""
    assert paused(owed(), Wait(CUSTOMER, NOW, NOW + timedelta(seconds=59))) == owed()


def test_a_wait_that_began_before_the_promise_counts_from_the_promise_on() -> None:
    """Asked for at ten, while the customer had been awaited since nine."""
    waited = Wait(CUSTOMER, local("2026-11-16 09:00"), local("2026-11-16 11:00"))
    assert paused(owed(), waited).paused_minutes == 60


def test_an_ended_clock_is_shifted_by_nothing() -> None:
    """History stays."""
    ticket, done = a_ticket(status=CUSTOMER, waiting_since=NOW), kept(owed(), NOW, None)
    assert after_wait(ticket, done, a_policy(), NOW + timedelta(hours=2)) == done


def test_a_calendar_nobody_noted_is_the_rules_own() -> None:
    """By its key; a key that is gone leaves the queue's."""
    policy = a_policy()
    assert hours_of(replace(owed(), hours=None, calendar="regulier"), "urgent", policy).name == "regulier"
    assert hours_of(replace(owed(), hours=None, calendar="gone"), "urgent", policy).name == "urgent"


def test_a_holiday_that_a_pause_brings_into_the_span_is_explained() -> None:
    """Two working hours from the 24th at 15:00, of which one is left after a pause over Christmas."""
    clock = owed(delay="2h", at=local("2026-12-24 15:00"))
    later = paused(clock, Wait(CUSTOMER, local("2026-12-24 16:00"), local("2026-12-28 09:30")))
    assert later.due_at == local("2026-12-28 10:30")
    assert [name for _, name in explained(a_ticket(), later, a_policy()).skipped] == ["Noël"]


TORONTO, ZURICH, PARIS = ZoneInfo("America/Toronto"), ZoneInfo("Europe/Zurich"), ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("hours", "zone", "asked", "until", "due"),
    [
        (ALWAYS, TORONTO, "2026-03-07 20:00", "2026-03-08 01:00", "2026-03-08 06:00"),
        (ALWAYS, TORONTO, "2026-10-31 20:00", "2026-11-01 00:30", "2026-11-01 03:30"),
        (NIGHTS, ZURICH, "2026-03-28 22:00", "2026-03-29 01:00", "2026-03-29 06:00"),
        (NIGHTS, ZURICH, "2026-10-24 22:00", "2026-10-25 01:00", "2026-10-25 04:00"),
        (OFFICE, PARIS, "2026-03-27 16:30", "2026-03-30 09:00", "2026-03-30 14:30"),
        (OFFICE, PARIS, "2026-10-23 16:30", "2026-10-26 09:00", "2026-10-26 14:30"),
        (REGULAR, TORONTO, "2028-02-28 16:00", "2028-02-29 09:30", "2028-02-29 13:30"),
        (NIGHTS, ZURICH, "2028-02-28 23:00", "2028-02-29 01:00", "2028-02-29 05:00"),
    ],
)
def test_a_pause_over_the_night_when_clocks_change(
    hours: Calendar, zone: ZoneInfo, asked: str, until: str, due: str
) -> None:
    """The customer is awaited at once, until the next day: four real hours are left, whatever the wall clock does."""
    at, end, expected = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in (asked, until, due))
    clock = started(Promise.RESOLUTION, hours, Duration(4, Unit.HOURS), at)
    later = paused(clock, Wait(CUSTOMER, clock.asked_at, end))
    assert later.due_at == expected
    assert working_between(hours, end, later.due_at) == timedelta(hours=4)


DELAYS = st.sampled_from([parse_duration(text) for text in ("30m", "1h", "4h", "8h", "1d", "3d", "1w")])
HOURS = st.sampled_from(CALENDARS)
PROMISES = st.sampled_from(list(Promise))


@st.composite
def waits(draw: st.DrawFn, begin: datetime) -> tuple[Wait, ...]:
    """Waits that follow each other within a fortnight, as a ticket keeps them."""
    minutes = sorted(draw(st.lists(st.integers(0, 20_000), max_size=8, unique=True)))
    moments = [begin + minute * MINUTE for minute in minutes]
    causes = draw(st.lists(st.sampled_from([CUSTOMER, THIRD]), min_size=len(moments), max_size=len(moments)))
    return tuple(Wait(cause, since, until) for cause, (since, until) in zip(causes, pairwise(moments), strict=False))


@settings(max_examples=150)
@given(MOMENTS, DELAYS, HOURS, st.data())
def test_a_promise_ends_after_it_begins_and_pauses_only_move_it_on(
    at: datetime, delay: Duration, hours: Calendar, data: st.DataObject
) -> None:
    """due ≥ start ≥ asked, with and without waits (I34)."""
    clock = started(Promise.RESOLUTION, hours, delay, at)
    later = paused(clock, *data.draw(waits(at)))
    assert clock.asked_at <= clock.starts_at <= clock.due_at <= later.due_at
    assert later.paused_minutes >= 0


@settings(max_examples=150)
@given(MOMENTS, DELAYS, HOURS, st.data())
def test_the_order_in_which_waits_are_known_does_not_matter(
    at: datetime, delay: Duration, hours: Calendar, data: st.DataObject
) -> None:
    """They are counted as they happened."""
    clock, found = started(Promise.RESOLUTION, hours, delay, at), data.draw(waits(at))
    assert paused(clock, *found) == paused(clock, *data.draw(st.permutations(found)))


@settings(max_examples=150)
@given(MOMENTS, DELAYS, HOURS, st.integers(0, 3000), st.integers(1, 3000), st.integers(1, 3000))
def test_a_wait_may_be_cut_in_two(
    at: datetime, delay: Duration, hours: Calendar, after: int, first: int, second: int
) -> None:
    """A second « #attente client » in the middle of the first gives and takes no more than a minute of rounding."""
    clock = started(Promise.RESOLUTION, hours, delay, at)
    since = clock.starts_at + after * MINUTE
    middle, end = since + first * MINUTE, since + (first + second) * MINUTE
    if middle >= clock.due_at:
        return
    whole = paused(clock, Wait(CUSTOMER, since, end))
    halves = paused(clock, Wait(CUSTOMER, since, middle), Wait(CUSTOMER, middle, end))
    assert 0 <= whole.paused_minutes - halves.paused_minutes <= 1
    assert working_between(hours, halves.due_at, whole.due_at) <= MINUTE


@settings(max_examples=150)
@given(MOMENTS, HOURS, st.integers(1, 600), st.integers(0, 600), st.integers(1, 5000))
def test_what_was_left_at_the_beginning_of_a_wait_is_left_at_its_end(
    at: datetime, hours: Calendar, delay: int, after: int, length: int
) -> None:
    """To the minute; on the nights when clocks change, too (F35)."""
    clock = started(Promise.RESOLUTION, hours, Duration(delay, Unit.MINUTES), at)
    since = clock.starts_at + after * MINUTE
    if since >= clock.due_at:
        return
    later = paused(clock, Wait(CUSTOMER, since, since + length * MINUTE))
    before, afterwards = (
        working_between(hours, since, clock.due_at),
        working_between(hours, since + length * MINUTE, later.due_at),
    )
    assert timedelta() <= before - afterwards < MINUTE


@settings(max_examples=150)
@given(MOMENTS, HOURS, HOURS, DELAYS, DELAYS, st.data())
def test_grading_there_and_back_is_as_if_nothing_had_been(
    at: datetime, hours: Calendar, others: Calendar, delay: Duration, other: Duration, data: st.DataObject
) -> None:
    """Another severity, another queue, and back: no working time and no pause is erased."""
    clock, found = started(Promise.RESOLUTION, hours, delay, at), data.draw(waits(at))
    there = counted_anew(paused(clock, *found), others, other, found)
    assert counted_anew(there, hours, delay, found) == paused(clock, *found)


@settings(max_examples=100)
@given(MOMENTS, DELAYS, PROMISES, st.data())
def test_a_wait_pauses_what_the_table_says_and_nothing_else(
    at: datetime, delay: Duration, promise: Promise, data: st.DataObject
) -> None:
    """A third party's turn moves no call-back."""
    clock, found = started(promise, URGENT, delay, at), data.draw(waits(at))
    pausing = tuple(one for one in found if one.cause in PAUSED_BY[promise])
    assert paused(clock, *found) == paused(clock, *pausing)
    assert pausing or paused(clock, *found) == clock


@settings(max_examples=150)
@given(MOMENTS, DELAYS, PROMISES, HOURS, HOURS, st.data())
def test_another_calendar_file_counts_only_in_the_customers_favour(
    at: datetime, delay: Duration, promise: Promise, hours: Calendar, others: Calendar, data: st.DataObject
) -> None:
    """The desk is never given more time than it promised, the customer never less than they were told."""
    found = data.draw(waits(at))
    clock = counted_anew(started(promise, hours, delay, at), hours, delay, found)
    better = in_favour(clock, others, found)
    awaited = promise in (Promise.VALIDATION, Promise.CLOSING)
    assert better.due_at >= clock.due_at if awaited else better.due_at <= clock.due_at
    assert better == clock or better.hours is others


def test_a_new_holiday_moves_no_promise_and_longer_hours_do() -> None:
    """Noted on the calendar that it was made on."""
    clock = owed(at=local("2026-11-16 15:00"))
    longer = a_calendar("regular", "08:30", "20:00")
    assert in_favour(clock, longer, ()).due_at == local("2026-11-16 19:00")
    tuesday = replace(REGULAR, closed=lambda day: "fermé" if day.day == 17 else None)
    assert in_favour(clock, tuesday, ()) == clock


@pytest.mark.parametrize("clock", [kept(owed(), NOW, "tech1"), replace(owed(), delay=None)])
def test_what_has_ended_or_was_never_noted_stays_as_it_is(clock: Clock) -> None:
    """An older version wrote no delay down."""
    assert in_favour(clock, ALWAYS, ()) is clock
