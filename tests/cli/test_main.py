"""The command line as a whole: what it costs to ask for help, and how it says no."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mailgate import __version__
from mailgate.cli.main import COMMANDS, run

HEAVY = (
    "sqlmodel",
    "sqlalchemy",
    "alembic",
    "jinja2",
    "aiosmtpd",
    "apscheduler",
    "holidays",
    "mailgate.daemon.serving",
)


def test_help_imports_nothing_heavy() -> None:
    """`mailgate --help` must answer at once; a database takes half a second to import."""
    program = f"import sys, mailgate.cli.main; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_help_names_every_command_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """The list of commands is how a newcomer learns what there is."""
    assert run(["--help"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    told = {words[0] for words in lines if len(words) > 2}
    assert {name for name, _ in COMMANDS} <= told


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever reports a problem is asked for it first."""
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"mailgate {__version__}\n"


@pytest.mark.parametrize("arguments", [["tickts"], ["tickets", "--jsn"], ["ticket", "x"], ["inbox", "forget", "1"]])
def test_wrong_usage_is_told_with_the_way_to_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and nothing on stdout that a script might take for an answer."""
    assert run(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "--help" in told.err


def test_a_missing_site_is_told_with_the_way_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first thing that goes wrong for a newcomer."""
    assert run(["check", "-c", str(tmp_path / "config.toml")]) == 1
    told = capsys.readouterr()
    assert "there is no such file. `mailgate init DIR` writes a starter site" in told.err
    assert "Traceback" not in told.err


def test_a_directory_is_told_with_the_file_to_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`mailgate check -c desk` is soon written after `mailgate init desk`."""
    assert run(["check", "-c", str(tmp_path)]) == 1
    assert f"is a directory: name the file, as in `-c {tmp_path / 'config.toml'}`" in capsys.readouterr().err


def test_a_reader_that_stops_reading_is_no_failure(tmp_path: Path) -> None:
    """`mailgate ... | head` ends quietly."""
    line = f"{sys.executable} -m mailgate --help | true"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
