"""How answers look: JSON for programs, tables for people.

JSON follows the frozen values field by field, so a listing's shape is the shape of its dataclass in `store.query`;
times are RFC 3339 in UTC with Z. Tables show the desk's local time. Text that a stranger wrote reaches a terminal only
through `plain`, so that no mail can send it control sequences.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, time
from enum import Enum
from pathlib import Path
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from mailgate.core.hours import Calendar, Duration

Row = TypeVar("Row")
WIDEST_CELL = 60
"""Columns on the screen that one cell of a table may take."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column of a table: its heading, and what it shows of a row."""

    heading: str
    cell: Callable[[Row], object]


def jsonable(value: object) -> object:
    """The value in the types that `json` writes; TypeError for one that has no agreed shape.

    A field that Python's keywords forced to end in "_" (`from_`) is written without it, a calendar as its key."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return utc(value)
        case date() | time():
            return value.isoformat()
        case Duration() | Path():
            return str(value)
        case Calendar():
            return value.name
        case Mapping():
            return {str(key): jsonable(one) for key, one in value.items()}
        case AbstractSet():
            return sorted(map(str, value))
        case list() | tuple():
            return [jsonable(one) for one in value]
    return _fields(value)


def _fields(value: object) -> object:
    if is_dataclass(value):
        return {field.name.rstrip("_"): jsonable(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"no JSON shape is agreed for {type(value).__name__}")


def print_json(value: object) -> None:
    """One JSON document on stdout."""
    print(json.dumps(jsonable(value), ensure_ascii=False, indent=2))


def print_table(columns: Sequence[Column[Row]], rows: Iterable[Row], empty: str) -> None:
    """An aligned table on stdout, or the sentence `empty` when there is no row."""
    cells = [tuple(_clipped(plain(str(column.cell(row)))) for column in columns) for row in rows]
    if not cells:
        print(empty)
        return
    lines = [tuple(column.heading for column in columns), *cells]
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(_padded(cell, wide) for cell, wide in zip(line, widths, strict=True)).rstrip())


def utc(at: datetime) -> str:
    """2026-11-23T17:00:00Z"""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local(at: datetime | None, zone: ZoneInfo) -> str:
    """2026-11-23 12:00 in `zone`; "" for no time."""
    return "" if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def plain(text: str) -> str:
    """One line without anything that a terminal obeys."""
    return "".join(char if char.isprintable() or char == "\N{NO-BREAK SPACE}" else " " for char in text)


def width(text: str) -> int:
    """Columns that a printable text takes on a terminal."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _clipped(text: str) -> str:
    if len(text) <= WIDEST_CELL and width(text) <= WIDEST_CELL:
        return text
    start = text[:WIDEST_CELL]
    while width(start) >= WIDEST_CELL:
        start = start[:-1]
    return start + "…"


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def counted(number: int, thing: str) -> str:
    """One thing, or so many things."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
