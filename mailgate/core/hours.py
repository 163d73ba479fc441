"""Working time. The only place in core where local time appears.

A calendar's spans are written in local time. Each span edge is converted to UTC first, and every sum and comparison is
done on UTC instants, so a night span on the day the clocks change is as long as it really is: one hour shorter in
spring, one longer in autumn. Nothing here adds minutes to a local time.

`1d` and `1w` are not sums: they mean "the same local time on the next working day" and "the same weekday and time next
week, moved to the next opening when closed" (interfaces.md §4).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

MIDNIGHT = time(0)
DAY = timedelta(days=1)
HORIZON_DAYS = 3660
"""How far ahead an opening is looked for: a calendar that never opens in ten years is a mistake in the rules."""


Windows = tuple[tuple[datetime, datetime], ...]
"""Openings, each from an instant to another, `end` excluded."""


class Unit(StrEnum):
    """The unit a duration was written in; minutes and hours are working time."""

    MINUTES = "m"
    HOURS = "h"
    DAYS = "d"
    WEEKS = "w"


@dataclass(frozen=True, slots=True)
class Duration:
    """A delay as the rules write it: "90m", "4h", "3d", "1w"."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def minutes(self) -> int:
        """Length in minutes for comparing promises; a day counts as 24 h, a week as 7 days."""
        return self.amount * MINUTES_IN[self.unit]


MINUTES_IN = {Unit.MINUTES: 1, Unit.HOURS: 60, Unit.DAYS: 1440, Unit.WEEKS: 10080}

_DURATION = re.compile(r"([0-9]{1,5})([mhdw])")


def parse_duration(text: str) -> Duration:
    """Read "90m", "4h", "3d" or "1w"; ValueError when it is anything else or 0."""
    found = _DURATION.fullmatch(text.strip().lower())
    if found is None or int(found[1]) == 0:
        raise ValueError(f"'{text}' is not a duration: write 90m, 4h, 3d or 1w")
    return Duration(int(found[1]), Unit(found[2]))


@dataclass(frozen=True, slots=True)
class Span:
    """Opening hours of one day in local time, `end` excluded; an `end` of 00:00 is the following midnight."""

    start: time
    end: time


def _unsaid(_day: date, _language: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a promise's clock runs. `week` holds the spans of Monday (0) to Sunday (6).

    `closed` names the holiday of a local date, or None when it is an ordinary day, the same whenever it is asked;
    `said` names it in a given language, or None where nobody knows how."""

    name: str
    timezone: str
    week: tuple[tuple[Span, ...], ...]
    closed: Callable[[date], str | None]
    said: Callable[[date, str], str | None] = field(default=_unsaid, compare=False)

    def __hash__(self) -> int:
        """By name: whoever looks a calendar up compares the whole of it."""
        return hash((self.name, self.timezone))

    @property
    def zone(self) -> ZoneInfo:
        """The zone that the spans are written in."""
        return ZoneInfo(self.timezone)

    def windows(self, day: date) -> Windows:
        """The opening windows of one local date as UTC instants, in order and not empty."""
        return _windows(self, day)

    def windows_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Every opening window that is not over at `start`, the first one cut to begin there."""
        day = start.astimezone(self.zone).date() - DAY
        for _ in range(HORIZON_DAYS):
            for opens, closes in self.windows(day):
                if closes > start:
                    yield max(opens, start), closes
            day += DAY
        raise ValueError(f"calendar '{self.name}' never opens again after {start.isoformat()}")

    def is_open(self, at: datetime) -> bool:
        """Whether the clock runs at this instant."""
        return self.opening(at) == at

    def opening(self, at: datetime) -> datetime:
        """`at` when open, else the next opening, in UTC."""
        return next(self.windows_from(at.astimezone(UTC)))[0]


@lru_cache(maxsize=1024)
def _windows(calendar: Calendar, day: date) -> Windows:
    """One decision asks sixty times about the same few days; a calendar is a value, so an answer stays right."""
    if calendar.closed(day) is not None:
        return ()
    zone = calendar.zone
    found: list[tuple[datetime, datetime]] = []
    for span in sorted(calendar.week[day.weekday()], key=lambda s: s.start):
        until = day + DAY if span.end == MIDNIGHT else day
        start = datetime.combine(day, span.start, zone).astimezone(UTC)
        end = datetime.combine(until, span.end, zone).astimezone(UTC)
        if end > start:
            found.append((start, end))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A promise worked out, with what a person needs to check it.

    `starts_at` is later than `asked_at` when it came outside the hours. `skipped` are the holidays passed over."""

    asked_at: datetime
    starts_at: datetime
    due_at: datetime
    calendar: str
    timezone: str
    skipped: tuple[tuple[date, str], ...] = ()

    @property
    def outside(self) -> bool:
        """Whether the clock starts later than the mail came."""
        return self.starts_at > self.asked_at


def add_working(calendar: Calendar, start: datetime, minutes: int) -> datetime:
    """The instant (UTC) by which `minutes` of working time have passed since `start`."""
    left = timedelta(minutes=minutes)
    for opens, closes in calendar.windows_from(start.astimezone(UTC)):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise AssertionError("windows_from ends by raising")


def working_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Working time between two instants; zero when `end` is not after `start`."""
    begin, until = start.astimezone(UTC), end.astimezone(UTC)
    total = timedelta()
    day, last = begin.astimezone(calendar.zone).date() - DAY, until.astimezone(calendar.zone).date()
    while day <= last:
        for opens, closes in calendar.windows(day):
            total += max(min(closes, until) - max(opens, begin), timedelta())
        day += DAY
    return total


def due(calendar: Calendar, start: datetime, delay: Duration) -> datetime:
    """The instant (UTC) at which a delay that begins at `start` is over."""
    if delay.unit in (Unit.MINUTES, Unit.HOURS):
        return add_working(calendar, start, delay.minutes)
    begin = calendar.opening(start).astimezone(calendar.zone)
    if delay.unit is Unit.WEEKS:
        return calendar.opening(_local(calendar, begin.date() + timedelta(weeks=delay.amount), begin.time()))
    return calendar.opening(_local(calendar, _nth_working_day(calendar, begin.date(), delay.amount), begin.time()))


def _local(calendar: Calendar, day: date, at: time) -> datetime:
    return datetime.combine(day, at, calendar.zone).astimezone(UTC)


def _nth_working_day(calendar: Calendar, after: date, count: int) -> date:
    day = after
    for _ in range(HORIZON_DAYS):
        day += DAY
        if any(calendar.windows(day)):
            count -= 1
            if count == 0:
                return day
    raise ValueError(f"calendar '{calendar.name}' has too few working days after {after.isoformat()}")


def holidays_between(calendar: Calendar, start: datetime, end: datetime) -> Iterator[tuple[date, str]]:
    """The holidays between two instants, those on days without hours left out."""
    day, last = start.astimezone(calendar.zone).date(), end.astimezone(calendar.zone).date()
    while day <= last:
        name = calendar.closed(day)
        if name is not None and calendar.week[day.weekday()]:
            yield day, name
        day += DAY
