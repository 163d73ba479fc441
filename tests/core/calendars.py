"""Calendars of every shape: office hours with and without a break, around the clock, across midnight; three zones."""

from __future__ import annotations

from datetime import UTC, datetime, time

from hypothesis import strategies as st

from mailgate.core.hours import Calendar, Span
from tests.builders import HOLIDAYS, a_calendar

REGULAR = a_calendar()
URGENT = a_calendar("urgent", "07:00", "20:00")
ALWAYS = Calendar("always", "America/Toronto", ((Span(time(0), time(0)),),) * 7, lambda _: None)
NIGHTS = Calendar("nights", "Europe/Zurich", ((Span(time(22), time(0)), Span(time(0), time(6))),) * 7, lambda _: None)
OFFICE = Calendar(
    "office",
    "Europe/Paris",
    ((Span(time(13, 30), time(17, 30)), Span(time(8), time(12))),) * 5 + ((), ()),
    HOLIDAYS.get,
)
CALENDARS = [REGULAR, URGENT, ALWAYS, NIGHTS, OFFICE]

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))
"""Any moment of eleven years, to the microsecond."""
