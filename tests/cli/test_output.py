"""JSON for programs, tables for people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailgate.cli.output import WIDEST_CELL, Column, jsonable, local, plain, print_json, print_table, width
from mailgate.core.hours import Duration, Unit
from mailgate.core.model import Status
from tests.builders import a_calendar

NOON = datetime(2026, 11, 23, 12, 0, 0, 999, tzinfo=timezone(timedelta(hours=-5)))
COLUMNS: tuple[Column[tuple[int, str]], ...] = (
    Column("no", lambda row: row[0]),
    Column("subject", lambda row: row[1]),
)


@dataclass(frozen=True, slots=True)
class Inner:
    at: datetime
    status: Status


@dataclass(frozen=True, slots=True)
class Outer:
    number: int
    rows: tuple[Inner, ...]
    none: None = None


def test_a_value_becomes_json_field_by_field() -> None:
    """Programs rely on names and shapes: they are those of the frozen values."""
    assert jsonable(Outer(1, (Inner(NOON, Status.WAITING_THIRD),))) == {
        "number": 1,
        "rows": [{"at": "2026-11-23T17:00:00Z", "status": "waiting-third"}],
        "none": None,
    }


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (NOON, "2026-11-23T17:00:00Z"),
        (date(2026, 11, 23), "2026-11-23"),
        (Duration(4, Unit.HOURS), "4h"),
        (Path("a/b"), "a/b"),
        (frozenset({"b", "a"}), ["a", "b"]),
        ({"a": (1, True, 1.5)}, {"a": [1, True, 1.5]}),
        (a_calendar("urgent"), "urgent"),
    ],
)
def test_every_agreed_type_has_a_shape(value: object, shape: object) -> None:
    """Sets are sorted, so that the same answer prints the same bytes."""
    assert jsonable(value) == shape


def test_an_unknown_type_is_not_guessed_at() -> None:
    """A repr in somebody's JSON would be relied upon."""
    with pytest.raises(TypeError, match="no JSON shape is agreed for bytes"):
        jsonable(b"x")


def test_json_keeps_accents(capsys: pytest.CaptureFixture[str]) -> None:
    """A person reads JSON too."""
    print_json({"subject": "Numéro"})
    assert json.loads(printed := capsys.readouterr().out) == {"subject": "Numéro"}
    assert "é" in printed


def test_a_table_is_aligned_by_what_is_seen(capsys: pytest.CaptureFixture[str]) -> None:
    """Wide and combining characters take two columns and none."""
    print_table(COLUMNS, [(7, "日本"), (1042, "e\u0301t\u0301")], "nothing")
    assert capsys.readouterr().out.splitlines() == ["no    subject", "7     日本", "1042  e\u0301t\u0301"]


def test_a_long_subject_does_not_break_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """A cell is cut, and says so."""
    print_table(COLUMNS, [(7, "x" * 100_000)], "nothing")
    cell = capsys.readouterr().out.split()[-1]
    assert width(cell) == WIDEST_CELL
    assert cell.endswith("…")


def test_an_empty_table_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing at all would leave one wondering."""
    print_table(COLUMNS, [], "no tickets")
    assert capsys.readouterr().out == "no tickets\n"


def test_a_stranger_cannot_command_the_terminal() -> None:
    """Escape sequences and line breaks in a subject are shown as blanks (hazards: terminal injection)."""
    assert plain("a\x1b[2Jb\nc\u202ed\u00a0e") == "a [2Jb c d\u00a0e"


def test_tables_show_local_time() -> None:
    """People read the clock on their wall."""
    assert local(datetime(2026, 11, 23, 17, 0, tzinfo=UTC), ZoneInfo("America/Toronto")) == "2026-11-23 12:00"
    assert local(None, ZoneInfo("America/Toronto")) == ""
