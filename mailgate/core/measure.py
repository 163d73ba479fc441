"""Working time on one calendar, for whoever asks a hundred thousand times: the openings of each day are worked out
once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from mailgate.core.hours import Calendar

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

Openings = tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """`hours.working_between`, with a memory."""

    hours: Calendar
    _openings: dict[date, Openings] = field(default_factory=dict)

    def between(self, start: datetime, end: datetime) -> int:
        """Whole working minutes between two instants; zero when `end` is not after `start`."""
        zone, total = self.hours.zone, timedelta()
        day, last = start.astimezone(zone).date() - DAY, end.astimezone(zone).date()
        while day <= last:
            for opens, closes in self._of(day):
                if opens < end and closes > start:
                    total += min(closes, end) - max(opens, start)
            day += DAY
        return max(total, timedelta()) // MINUTE

    def _of(self, day: date) -> Openings:
        if day not in self._openings:
            self._openings[day] = tuple(self.hours.windows(day))
        return self._openings[day]
