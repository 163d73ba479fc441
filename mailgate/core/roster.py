"""Who stands first, by the calendar on the wall: hand-overs at a local time, and exceptions to them.

Nothing is counted in seconds. A hand-over is a local date and a local time, turned into UTC only to be compared, so a
week with a change of clocks is as long as it really is and the hand-over stays at eight o'clock. (A time that a change
of clocks leaves out happens an hour later on the clock; one that comes twice happens the first time.)

Nor is anything remembered: the turn at any instant follows from the number of hand-overs since an anchor, so a desk
that stood still for a month, or was moved to another machine, still agrees with the calendar in the kitchen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from mailgate.core.hours import Calendar, Span

ANCHOR = date(2024, 1, 1)
"""A Monday: where hand-overs are counted from when the rules say no `since`."""


@dataclass(frozen=True, slots=True)
class Handover:
    """When the first place of a team goes to the next member: every `weekday` (0 is Monday), or every day.

    The first hand-over on or after the date `since` is the one at which the first member takes over."""

    at: time
    timezone: str
    weekday: int | None = None
    since: date = ANCHOR

    @property
    def days(self) -> int:
        """From one hand-over to the next."""
        return 1 if self.weekday is None else 7

    def turns_at(self, now: datetime) -> int:
        """How many hand-overs after the first one `now` is; negative before it."""
        return (self._latest(now) - self._on_or_after(self.since)).days // self.days

    def last(self, now: datetime) -> datetime:
        """When whoever stands first took over, in UTC."""
        return self._instant(self._latest(now))

    def next(self, now: datetime) -> datetime:
        """When the next member takes over, in UTC."""
        latest = self._latest(now)
        later = (self._instant(latest + timedelta(days=self.days * step)) for step in count(1))
        return next(at for at in later if at > now)

    def _latest(self, now: datetime) -> date:
        """The date of the last hand-over that is not after `now`."""
        tomorrow = now.astimezone(ZoneInfo(self.timezone)).date() + timedelta(days=1)
        day = self._on_or_after(tomorrow)
        while self._instant(day) > now:
            day -= timedelta(days=self.days)
        return day

    def _on_or_after(self, day: date) -> date:
        return day if self.weekday is None else day + timedelta(days=(self.weekday - day.weekday()) % 7)

    def _instant(self, day: date) -> datetime:
        return datetime.combine(day, self.at, ZoneInfo(self.timezone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody stands first from `start` until `end` (excluded), whoever's turn it is, and is on duty meanwhile."""

    technician: str
    start: datetime
    end: datetime

    def holds(self, now: datetime) -> bool:
        """Whether it is in force."""
        return self.start <= now < self.end


def override_at(overrides: tuple[Override, ...], now: datetime) -> Override | None:
    """The one in force: of several, the one written last."""
    return next((one for one in reversed(overrides) if one.holds(now)), None)


def duty_hours(technician: str, timezone: str, week: tuple[tuple[Span, ...], ...]) -> Calendar:
    """A technician's hours of duty: no holidays, which are written as absences."""
    return Calendar(f"duty of {technician}", timezone, week, _no_holiday)


def edges(calendar: Calendar, start: datetime, end: datetime) -> Iterator[datetime]:
    """Every instant between two at which a calendar opens or closes."""
    day, last = start.astimezone(calendar.zone).date() - timedelta(days=1), end.astimezone(calendar.zone).date()
    while day <= last:
        yield from (at for window in calendar.windows(day) for at in window if start < at < end)
        day += timedelta(days=1)


def _no_holiday(_day: date) -> str | None:
    return None
