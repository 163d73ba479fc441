"""The tables of the people as they are written: `[technician.*]` and `[team.*]`, with hours of duty and hand-overs.

Hours of duty are written like a calendar's, but a night may run over midnight ("22:00-06:00"): it belongs to the day on
which it begins, and no holiday cuts it in two.
"""
# ruff: noqa: RUF012  pydantic gives every instance its own copy of a default

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated, Self

from pydantic import AfterValidator, Field, PlainValidator, model_validator

from mailgate.core.hours import MIDNIGHT, Span
from mailgate.core.people import Order
from mailgate.rulebook.fields import Absence, Day, Moment, PagerUrl, time_of_day
from mailgate.rulebook.names import TechnicianName
from mailgate.rulebook.opening_hours import DAYS, Days, Week, days_of, times, unknown_day, week
from mailgate.toml.fields import AddrSpec, Language, OneOrMore, Table, Text, TimeZone

_RHYTHM = re.compile(r"(?:daily|weekly +(\S+)) +(\S+)")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a first place changes hands: at a local time of every day, or of one weekday (0 is Monday)."""

    at: time
    weekday: int | None = None


def rhythm(written: object) -> Rhythm:
    """ "weekly mon 08:00" or "daily 08:00"; ValueError when it is anything else."""
    found = _RHYTHM.fullmatch(written.strip().lower()) if isinstance(written, str) else None
    if found is None:
        raise ValueError(f"'{written}' is not a hand-over: write weekly mon 08:00 or daily 08:00")
    if found[1] is not None and found[1] not in DAYS:
        raise ValueError(unknown_day(found[1]))
    at = time_of_day(found[2])
    if at.tzinfo is not None:
        raise ValueError(f"'{found[2]}' has an offset: a hand-over is at the local time of the team")
    return Rhythm(at, None if found[1] is None else DAYS.index(found[1]))


def duty_week(hours: Mapping[str, list[Span]]) -> Week:
    """The spans of Monday to Sunday, nights cut at midnight; ValueError when they overlap or there are none."""
    found: dict[str, list[Span]] = {}
    for key, spans in hours.items():
        for day in days_of(key):
            for one in spans:
                for late, part in enumerate(_cut(one)):
                    found.setdefault(DAYS[(day + late) % len(DAYS)], []).append(part)
    return week(found)


def _cut(one: Span) -> tuple[Span, ...]:
    if one.end == MIDNIGHT or one.start < one.end:
        return (one,)
    return Span(one.start, MIDNIGHT), Span(MIDNIGHT, one.end)


def _on_duty(text: object) -> Span:
    start, end = times(text)
    if start == end != MIDNIGHT:
        raise ValueError(f"'{text}' begins when it ends: write 00:00-24:00 for a whole day")
    return Span(start, end)


def _makes_a_week(hours: dict[str, list[Span]]) -> dict[str, list[Span]]:
    duty_week(hours)
    return hours


_Spans = Annotated[list[Annotated[Span, PlainValidator(_on_duty)]], OneOrMore]
DutyHours = Annotated[dict[Days, _Spans], AfterValidator(_makes_a_week)]
Rhythmic = Annotated[Rhythm, PlainValidator(rhythm)]


class TechnicianTable(Table):
    """`[technician.*]`: somebody who works on tickets; the first of several addresses is written to."""

    name: Text
    mail: Annotated[list[AddrSpec], OneOrMore, Field(min_length=1)]
    pager: Annotated[list[PagerUrl], OneOrMore] = []
    skills: Annotated[list[Text], OneOrMore] = []
    away: Annotated[list[Absence], OneOrMore] = []
    language: Language | None = None
    timezone: TimeZone | None = None
    duty: DutyHours | None = None


class OverrideTable(Table):
    """One of a team's `overrides`: somebody stands first for a time, local to the team unless it has an offset."""

    start: Annotated[Moment, Field(alias="from")]
    until: Moment
    technician: TechnicianName

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if _is_local(self.start) is not _is_local(self.until):
            raise ValueError("'from' and 'until' must both have an offset, or both have none")
        if self.until <= self.start:
            raise ValueError("the override ends before it starts")
        return self


def _is_local(moment: datetime) -> bool:
    return moment.tzinfo is None


class TeamTable(Table):
    """`[team.*]`: who may be paged, in which order, and who hears when there are too few."""

    members: Annotated[list[TechnicianName], Field(min_length=1)]
    order: Annotated[Order, Field(strict=False)] = Order.ROTATION
    leads: list[TechnicianName] = []
    handover: Rhythmic | None = None
    since: Day | None = None
    timezone: TimeZone | None = None
    overrides: list[OverrideTable] = []

    @model_validator(mode="after")
    def _hands_over(self) -> Self:
        if self.handover is not None and self.order is not Order.ROTATION:
            raise ValueError(f'a hand-over needs order = "rotation", not "{self.order.value}"')
        if self.since is not None and self.handover is None:
            raise ValueError("'since' says where hand-overs are counted from: it needs 'handover'")
        return self
