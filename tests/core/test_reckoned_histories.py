"""Whatever happens to a ticket: its deadlines can be explained, down to the last pause."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import given, settings

from mailgate.core.clocks import hours_of
from mailgate.core.hours import Unit
from mailgate.core.reckoning import reckon
from tests.core.calendars import MOMENTS
from tests.core.grading import FIRM
from tests.core.test_clock_histories import EVENTS, life


@settings(max_examples=150)
@given(MOMENTS, EVENTS)
def test_every_pause_has_its_cause_and_every_minute_its_day(
    at: datetime, events: list[tuple[int, dict[str, Any]]]
) -> None:
    """Nothing that moved a deadline is left to guess: the waits add up to what the clock noted."""
    for now in life(at, events):
        for one in now.rows.values():
            found = reckon(one, hours_of(one, now.ticket.queue, FIRM), now.ticket.waits, now.at)
            assert all(pause.cause is not None for pause in found.pauses)
            assert sum(pause.minutes for pause in found.pauses if pause.until is not None) == one.paused_minutes
            if one.delay is not None and one.delay.unit in (Unit.MINUTES, Unit.HOURS):
                assert found.minutes == one.delay.minutes + one.paused_minutes
