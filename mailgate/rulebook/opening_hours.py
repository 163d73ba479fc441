"""`hours = { mon-fri = "07:00-20:00" }` to the spans of a week.

Every key adds its spans to its days, so a day may be named twice as long as its spans do not overlap. A span never
crosses midnight: a night is written as two spans, so that each one belongs to one date and its holidays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import time
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, PlainValidator

from mailgate.core.hours import MIDNIGHT, Span
from mailgate.toml.fields import OneOrMore

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{1,2}):(\d{2}) ?[-–] ?(\d{1,2}):(\d{2})", re.ASCII)

Week = tuple[tuple[Span, ...], ...]


def week(hours: Mapping[str, list[Span]]) -> Week:
    """The spans of Monday to Sunday, each day's in order; ValueError when they overlap or there are none."""
    days: list[list[Span]] = [[] for _ in DAYS]
    for key, spans in hours.items():
        for day in days_of(key):
            days[day].extend(spans)
    if not any(days):
        raise ValueError('a calendar without hours never opens: write { mon-fri = "08:30-17:00" }')
    return tuple(tuple(_in_order(day, spans)) for day, spans in enumerate(days))


def days_of(key: str) -> Iterator[int]:
    """The weekdays (0 is Monday) that "mon" or "mon-fri" names; "sat-mon" goes around the week's end."""
    first, dash, last = key.partition("-")
    start = _day(first)
    count = (_day(last) - start) % len(DAYS) + 1 if dash else 1
    return ((start + step) % len(DAYS) for step in range(count))


def span(text: object) -> Span:
    """ "08:30-17:00"; ValueError when it is none or ends before it starts."""
    start, end = times(text)
    if end != MIDNIGHT and end <= start:
        raise ValueError(f"'{text}' ends before it starts: write a night as two spans, 22:00-24:00 and 00:00-06:00")
    return Span(start, end)


def times(text: object) -> tuple[time, time]:
    """Both ends of "08:30-17:00", 24:00 as midnight; ValueError when it is no span."""
    found = _SPAN.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"'{text}' is not a span of time: write 08:30-17:00")
    try:
        start, end = time(int(found[1]), int(found[2])), _end(int(found[3]), int(found[4]))
    except ValueError:
        raise ValueError(f"'{text}' holds a time of day that does not exist") from None
    return start, end


def _known_days(key: str) -> str:
    days_of(key)
    return key


def _end(hour: int, minute: int) -> time:
    return MIDNIGHT if (hour, minute) == (24, 0) else time(hour, minute)


def _day(word: str) -> int:
    if word.lower() not in DAYS:
        raise ValueError(unknown_day(word))
    return DAYS.index(word.lower())


def unknown_day(word: str) -> str:
    """All the days, for the nearest one is wrong for who writes French: `lun` is not Sunday."""
    return f"unknown day '{word}' (known: {', '.join(DAYS)})"


def _in_order(day: int, spans: list[Span]) -> Iterator[Span]:
    ordered = sorted(spans, key=lambda one: one.start)
    for earlier, later in pairwise(ordered):
        if earlier.end == MIDNIGHT or later.start < earlier.end:
            raise ValueError(f"two spans of {DAYS[day]} overlap: {_written(earlier)} and {_written(later)}")
    yield from ordered


def _written(one: Span) -> str:
    return f"{one.start:%H:%M}-{'24:00' if one.end == MIDNIGHT else f'{one.end:%H:%M}'}"


def _makes_a_week(hours: dict[str, list[Span]]) -> dict[str, list[Span]]:
    week(hours)
    return hours


Days = Annotated[str, AfterValidator(_known_days)]
_Spans = Annotated[list[Annotated[Span, PlainValidator(span)]], OneOrMore]
Hours = Annotated[dict[Days, _Spans], AfterValidator(_makes_a_week)]
"""The type of a calendar's `hours`: what `week` takes, known to make a week."""
