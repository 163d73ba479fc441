"""The hours of a week."""

from __future__ import annotations

from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.hours import Span
from mailgate.rulebook.opening_hours import DAYS, days_of, span, week


def test_midnight_may_be_written_24() -> None:
    """An `end` of 00:00 is the following midnight in the core; people write 24:00."""
    assert span("00:00-24:00") == span("00:00-00:00") == Span(time(0), time(0))


def test_typography_is_forgiven() -> None:
    """Word processors turn the hyphen into a dash."""
    assert span(" 8:30 – 17:00 ") == Span(time(8, 30), time(17))


def test_days_of_a_range_go_around_the_weekend() -> None:
    """Saturday to Monday is three days."""
    assert list(days_of("sat-mon")) == [5, 6, 0]
    assert list(days_of("Wed")) == [2]


def test_keys_add_up_and_spans_may_touch() -> None:
    """A lunch break is two spans; no break is none."""
    found = week({"mon-tue": [span("13:00-17:00")], "tue": [span("08:00-12:00"), span("12:00-13:00")]})
    assert [len(day) for day in found] == [1, 3, 0, 0, 0, 0, 0]
    assert [one.start.hour for one in found[1]] == [8, 12, 13]


@given(st.sampled_from(DAYS), st.sampled_from(DAYS))
def test_a_range_begins_and_ends_with_the_days_it_names(first: str, last: str) -> None:
    """Whatever the two days."""
    days = list(days_of(f"{first}-{last}"))
    assert (DAYS[days[0]], DAYS[days[-1]]) == (first, last)
    assert len(days) == len(set(days))
