"""Hand-overs: one first person at any instant, at eight o'clock whatever the clocks do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.roster import ANCHOR, Handover, override_at
from tests.builders import local
from tests.core.rosters import DAILY, MONDAYS, override

ZONES = st.sampled_from(["America/Toronto", "Europe/Zurich", "Europe/Paris", "Australia/Lord_Howe", "Pacific/Apia"])
HANDOVERS = st.builds(
    Handover,
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    timezone=ZONES,
    weekday=st.none() | st.integers(0, 6),
    since=st.dates(date(2011, 1, 1), date(2030, 12, 31)),
)
INSTANTS = st.datetimes(datetime(2011, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))


@given(HANDOVERS, INSTANTS)
def test_every_instant_lies_between_two_hand_overs(handover: Handover, now: datetime) -> None:
    """Never nobody, never two: the turn is the same from one hand-over to the next, and then it is the next one."""
    last, following = handover.last(now), handover.next(now)
    assert last <= now < following
    turn = handover.turns_at(now)
    assert handover.turns_at(last) == turn == handover.turns_at(following - timedelta(microseconds=1))
    assert handover.turns_at(following) > turn
    assert handover.last(following) == following


@given(HANDOVERS.filter(lambda one: one.timezone != "Pacific/Apia" and one.at >= time(4)), INSTANTS)
def test_a_hand_over_is_at_its_local_time(handover: Handover, now: datetime) -> None:
    """Clocks change at night; Samoa left out a whole day."""
    at = handover.next(now).astimezone(ZoneInfo(handover.timezone))
    assert at.time() == handover.at
    assert handover.weekday in (None, at.weekday())
    assert handover.turns_at(handover.next(now)) == handover.turns_at(now) + 1


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25)])
def test_the_day_of_a_clock_change_is_as_long_as_it_is(day: str, hours: int) -> None:
    """Toronto, both ways: eight o'clock to eight o'clock."""
    eve = local(f"{day} 07:59")
    assert DAILY.next(eve) - DAILY.last(eve) == timedelta(hours=hours)
    assert DAILY.next(eve) == local(f"{day} 08:00")


def test_a_time_that_a_clock_change_leaves_out_happens_once() -> None:
    """02:30 does not exist on 2026-03-08: the hand-over is at 03:30, and the next day at 02:30 again."""
    night = replace(DAILY, at=time(2, 30))
    assert night.next(local("2026-03-08 01:59")) == local("2026-03-08 03:30")
    assert night.next(local("2026-03-08 03:30")) == local("2026-03-09 02:30")


def test_the_anchor_gives_the_first_member_the_first_week() -> None:
    """`since` on a Thursday waits for its Monday; before it, turns are counted backwards."""
    thursday = replace(MONDAYS, since=date(2026, 1, 8))
    assert thursday.turns_at(local("2026-01-12 08:00")) == 0
    assert thursday.turns_at(local("2026-01-12 07:59")) == -1
    assert thursday.turns_at(local("2026-01-19 08:00")) == 1
    assert ANCHOR.weekday() == 0


def test_of_two_overrides_the_one_written_last_holds() -> None:
    """From its start until its end, which is excluded."""
    two = (
        override("tech2", "2026-12-20 08:00", "2026-12-30 08:00"),
        override("tech3", "2026-12-24 08:00", "2026-12-26 08:00"),
    )
    moments = ("2026-12-24 07:59", "2026-12-24 08:00", "2026-12-26 08:00", "2026-12-30 08:00")
    found = [override_at(two, local(at)) for at in moments]
    assert [one.technician if one else None for one in found] == ["tech2", "tech3", "tech2", None]
