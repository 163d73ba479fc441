"""The time that a report is about, as `--since` and `--until` name it: local days and months of the desk.

`30d` and `4w` are so many days or weeks ago, `2026-11` a month, `2026-11-23` a day. A report begins with the first
moment of what `--since` names, and ends with the last one of what `--until` names, or now if that is sooner.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import typer

USUAL = "30d"
"""What `--since` says when nobody says it."""

_AGO = re.compile(r"([0-9]{1,4})([dw])")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` until before `until`."""

    since: datetime
    until: datetime


def period(since: str, until: str | None, zone: ZoneInfo, now: datetime) -> Period:
    """What the two options name together."""
    begins = _midnight(_days("--since", since, zone, now)[0], zone)
    ends = now if until is None else min(now, _midnight(_days("--until", until, zone, now)[1], zone))
    if begins >= ends:
        raise typer.BadParameter(f"the time from --since {since} to {f'--until {until}' if until else 'now'} is empty")
    return Period(begins, ends)


def _days(option: str, text: str, zone: ZoneInfo, now: datetime) -> tuple[date, date]:
    """The first local day of what is named, and the day behind its last."""
    try:
        return _named(text.strip(), now.astimezone(zone).date())
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{option} '{text}' is no time: write 30d, 2026-11 or 2026-11-23") from None


def _named(text: str, today: date) -> tuple[date, date]:
    if ago := _AGO.fullmatch(text):
        day = today - timedelta(days=int(ago[1]) * (7 if ago[2] == "w" else 1))
        return day, day + DAY
    if month := _MONTH.fullmatch(text):
        first = date(int(month[1]), int(month[2]), 1)
        return first, (first + 31 * DAY).replace(day=1)
    day = date.fromisoformat(text)
    return day, day + DAY


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)
