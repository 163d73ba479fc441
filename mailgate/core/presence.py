"""Whether a technician can be called: on duty, off duty (called when too few others are on), or away (never called).

Absences are days of the technician's own calendar, both ends included, from the rules (`away`) and by mail (`#absent`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mailgate.core.people import Technician
from mailgate.core.policy import Policy

Days = tuple[date, date]
"""First and last day of an absence."""

Absences = Mapping[str, tuple[Days, ...]]
"""What technicians said by mail, by their keys."""


class Presence(StrEnum):
    """Whether somebody can be called."""

    ON = "on-duty"
    OFF = "off-duty"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """How a technician stands, and until when in UTC (None: for as long as anybody knows)."""

    technician: str
    presence: Presence
    until: datetime | None = None


def whereabouts(one: Technician, policy: Policy, absences: Absences, now: datetime) -> Whereabouts:
    """How somebody stands now, by their own hours and absences."""
    zone = ZoneInfo(one.timezone or policy.desk.timezone)
    back = _back(absences_of(one, absences), now.astimezone(zone).date())
    if back is not None:
        return Whereabouts(one.key, Presence.AWAY, datetime.combine(back, time(), zone).astimezone(UTC))
    if one.duty is None:
        return Whereabouts(one.key, Presence.ON)
    opens = one.duty.opening(now)
    return Whereabouts(one.key, Presence.OFF, opens) if opens > now else Whereabouts(one.key, Presence.ON)


def is_away(one: Technician, policy: Policy, absences: Absences, now: datetime) -> bool:
    """Whether today, on the technician's own calendar, is one of their days of absence."""
    return whereabouts(one, policy, absences, now).presence is Presence.AWAY


def absences_of(one: Technician, absences: Absences) -> tuple[Days, ...]:
    """Every absence that is known of somebody."""
    return (*one.away, *absences.get(one.key, ()))


def _back(absences: tuple[Days, ...], today: date) -> date | None:
    """The first day that is no absence, or None when today is none; one absence may follow on another."""
    day = today
    for first, last in sorted(absences):
        if first <= day <= last:
            day = last + timedelta(days=1)
    return None if day == today else day
