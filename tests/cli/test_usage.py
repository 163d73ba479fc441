"""A slip on the command line is told like a slip in a file: what would be right, and the nearest word."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.cli.main import run

SLIPS = [
    ("ticket abc", "'N' must be a whole number, not 'abc'"),
    ("inbox retry x", "'N' must be a whole number, not 'x'"),
    ("bank acme ad 20h", "'action' must be 'add', 'credit' or 'debit', not 'ad' (did you mean 'add'?)"),
    ("report weekly", "'sla' must be 'sla', not 'weekly'"),
    ("page test tech1 --wait x", "'--wait' must be a number, not 'x'"),
    ("page test tech1 --wait 0", "'--wait' must be at least 1, not 0"),
    ("page test tech1 --wait 601", "'--wait' must be at most 600, not 601"),
    ("page", "Missing argument 'action'. Choose from: test"),
    ("tickets --jsn", "No such option: --jsn (Possible options: --json)"),
]


@pytest.mark.parametrize(("line", "sentence"), SLIPS)
def test_a_slip_is_told_with_what_would_be_right(line: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Two lines: what is wrong, and where everything stands that the command takes."""
    arguments = line.split()
    assert run(arguments) == 2
    assert capsys.readouterr().err == f"{sentence}\n`mailgate {arguments[0]} --help` says what it takes.\n"


def test_what_a_command_has_against_its_words_is_told_alike(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody sees which of the two, Typer or the command, looked at a word."""
    assert run(["bank", "acme", "add", "20", "-c", str(config)]) == 2
    told = "'20' is not a time: write 20h, 90m or 1h30\n`mailgate bank --help` says what it takes.\n"
    assert capsys.readouterr().err == told


def test_a_status_that_is_none_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """Nine statuses are hard to remember."""
    assert run(["tickets", "--status", "opne"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("'--status' must be 'new', 'open', 'waiting-customer', ")
    assert "'parked' or 'merged', not 'opne' (did you mean 'open'?)\n" in said


def test_a_command_that_is_none_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """The first word is as easily mistyped as any other."""
    assert run(["tickts"]) == 2
    assert capsys.readouterr().err.startswith("No such command 'tickts'. Did you mean 'tickets', 'ticket'?\n")


def test_no_words_at_all_ask_for_help(capsys: pytest.CaptureFixture[str]) -> None:
    """What a newcomer writes first."""
    assert run([]) == 2
    assert "Usage: " in capsys.readouterr().err
