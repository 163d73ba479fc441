"""`mailgate duty`, and what `check` and `doctor` say of a plan with gaps."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailgate.cli.main import run
from mailgate.core.effects import RecordAbsence
from tests.cli.sites import MONDAY, a_database, raw_mail, receive
from tests.cli.test_check import spoil
from tests.store.desk import apply

Captured = pytest.CaptureFixture[str]
AT = "2026-11-24T10:00"
PEOPLE = "30-people.toml"
ROTATION = 'order   = "rotation"'


def asked(capsys: Captured, config: Path, *arguments: str) -> Any:
    """The JSON for the urgent queue."""
    assert run(["duty", "--queue", "urgent", "--json", "-c", str(config), *arguments]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    return found


def tell(config: Path, technician: str, first: date, last: date) -> None:
    """Somebody said by mail that they are away."""
    database = a_database(config)
    apply(database, RecordAbsence(technician, first, last, MONDAY))
    database.close()


def test_a_site_never_served_says_who_begins(config: Path, capsys: Captured) -> None:
    """Every queue; nothing is created."""
    assert run(["duty", "--json", "-c", str(config)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["queue"] for one in found] == ["regulier", "urgent"]
    assert [one["technician"] for one in found[1]["people"]] == ["tech1", "tech2", "tech3"]
    assert not (config.parent / "var").exists()


def test_the_answer_is_the_engine_s(config: Path, capsys: Captured) -> None:
    """Three were paged a moment ago: the turn is the fourth one's."""
    receive(config, raw_mail("Panne"))
    found = asked(capsys, config, "--at", AT)
    assert [(one["technician"], one["why"]) for one in found["people"]] == [
        ("tech4", "their turn"),
        ("tech1", "next in turn"),
        ("tech2", "next in turn"),
    ]
    assert found["people"][0] | {"why": ""} == {
        "technician": "tech4",
        "name": "Sam Keller",
        "channels": ["tech4@example.com", "5145550104@pager.example.net"],
        "why": "",
    }
    assert (found["at"], found["missing"], found["away"], found["next_handover"]) == (
        "2026-11-24T15:00:00Z", 0, [], None,
    )  # fmt: skip


def test_hand_over_duty_and_absences_are_told(config: Path, capsys: Captured) -> None:
    """By the rules and by mail, each with its end."""
    spoil(config.parent / "rules" / PEOPLE, ROTATION, f'{ROTATION}\nhandover = "weekly mon 08:00"\nsince = 2026-11-09')
    spoil(config.parent / "rules" / PEOPLE, 'skills = ["formation"]', 'duty = { mon-fri = "12:00-18:00" }')
    tell(config, "tech3", date(2026, 11, 24), date(2026, 11, 26))
    found = asked(capsys, config, "--at", AT)
    assert [(one["technician"], one["why"]) for one in found["people"]] == [
        ("tech1", "next in order"),
        ("tech2", "next in order"),
        ("tech4", "off duty until 2026-11-24 12:00, too few others are on, next in order"),
    ]
    assert [(one["technician"], one["presence"], one["until"]) for one in found["away"]] == [
        ("tech3", "away", "2026-11-27T05:00:00Z"),
        ("tech4", "off-duty", "2026-11-24T17:00:00Z"),
    ]
    assert found["next_handover"] == "2026-11-30T13:00:00Z"
    assert run(["duty", "--at", AT, "--queue", "urgent", "-c", str(config)]) == 0
    shown = capsys.readouterr().out
    assert (
        "  1. tech1, Camille Tremblay: next in order\n     tech1@example.com, 5145550101@pager.example.net\n" in shown
    )
    assert "  tech3, Amélie Roy: away until 2026-11-27 00:00\n" in shown
    assert shown.endswith("  next hand-over: 2026-11-30 08:00\n")


def test_too_few_people_are_counted(config: Path, capsys: Captured) -> None:
    """The promise falls short, and says so."""
    for technician in ("tech1", "tech2"):
        tell(config, technician, date(2026, 11, 24), date(2026, 11, 24))
    assert run(["duty", "--at", AT, "--queue", "urgent", "-c", str(config)]) == 0
    assert "  1 of 3 people missing\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("option", "words"),
    [(("--queue", "urgnt"), "no queue 'urgnt' (did you mean 'urgent'?)"), (("--at", "noon"), "'noon' is not a time")],
)
def test_a_wrong_word_is_named(config: Path, capsys: Captured, option: tuple[str, str], words: str) -> None:
    """Not a traceback."""
    assert run(["duty", *option, "-c", str(config)]) != 0
    assert words in capsys.readouterr().err


def test_a_gap_is_a_warning_of_check_and_bad_for_doctor(config: Path, capsys: Captured) -> None:
    """All four said by mail that they are away on one Tuesday."""
    for number in range(1, 5):
        tell(config, f"tech{number}", date(2026, 11, 24), date(2026, 11, 24))
    assert run(["check", "-c", str(config)]) == 0
    gap = "nobody is there to page for queue 'urgent' on 2026-11-24: all of team 'support' are away"
    assert capsys.readouterr().err == f"warning: rules: {gap}\n"
    run(["doctor", "--json", "-c", str(config)])
    found = json.loads(capsys.readouterr().out)
    assert {"check": "queues", "state": "bad", "says": gap} in found


def test_absences_of_another_year_are_no_gap(config: Path, capsys: Captured) -> None:
    """A plan is looked at for two weeks."""
    far = MONDAY.date() + timedelta(days=40)
    for number in range(1, 5):
        tell(config, f"tech{number}", far, far)
    assert run(["check", "-c", str(config)]) == 0
    assert capsys.readouterr().err == ""
