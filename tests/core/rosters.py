"""The firm with hand-overs, hours of duty and absences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

from mailgate.core.hours import Calendar, Span
from mailgate.core.policy import Policy
from mailgate.core.roster import Handover, Override, duty_hours
from tests.builders import a_policy, local

MONDAYS = Handover(time(8), "America/Toronto", weekday=0, since=date(2026, 1, 5))
DAILY = replace(MONDAYS, weekday=None)


def office(key: str, start: str = "08:00", end: str = "18:00") -> Calendar:
    """Duty from Monday to Friday, in Toronto."""
    span = Span(time.fromisoformat(start), time.fromisoformat(end))
    return duty_hours(key, "America/Toronto", ((span,),) * 5 + ((), ()))


def with_team(policy: Policy | None = None, **changes: Any) -> Policy:
    """The firm (four people) with another support team."""
    policy = policy or a_policy()
    return replace(policy, teams={**policy.teams, "support": replace(policy.teams["support"], **changes)})


def with_technician(number: int, policy: Policy | None = None, **changes: Any) -> Policy:
    """The firm with another technician of that number."""
    policy, key = policy or a_policy(), f"tech{number}"
    return replace(policy, technicians={**policy.technicians, key: replace(policy.technicians[key], **changes)})


def override(technician: str, start: str, end: str) -> Override:
    """Somebody stands first between two moments in Toronto."""
    return Override(technician, local(start), local(end))
