"""`mailgate verify`"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mailgate.cli.main import run
from mailgate.store.verify import INVARIANTS
from tests.cli.sites import raw_mail, receive


def change(config: Path, statement: str) -> None:
    """Something happens to the database behind the program's back."""
    with closing(sqlite3.connect(config.parent / "var/mailgate.db")) as database, database:
        database.execute(statement)


def test_a_sound_desk_is_told_so(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """How much was asked, and of how much."""
    receive(config, raw_mail("Panne"))
    assert run(["verify", "-c", str(config)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith(f"{len(INVARIANTS)} invariants on ")
    assert last.endswith(" rows: all hold")


def test_a_broken_invariant_is_told_in_words_with_its_row(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, for a timer or a rig that asks."""
    receive(config, raw_mail("Panne"))
    change(config, "UPDATE inbox SET outcome = NULL")
    assert run(["verify", "-c", str(config)]) == 1
    told = capsys.readouterr().out
    assert "broken  I1   decided             what is done in the inbox has an outcome, and a time\n" in told
    assert "          inbox 1 (outcome none, done_at 2026-11-23T15:00:00Z)\n" in told


def test_programs_get_every_invariant(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object for each, whether it holds or not."""
    receive(config, raw_mail("Panne"))
    change(config, "UPDATE inbox SET outcome = NULL")
    assert run(["verify", "--json", "-c", str(config)]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [one["invariant"] for one in found] == [one.name for one in INVARIANTS]
    (decided,) = [one for one in found if one["invariant"] == "decided"]
    assert (decided["state"], decided["checked"], decided["count"], decided["hazard"]) == ("broken", 1, 1, "I1")
    assert decided["rows"] == [{"row": "1", "detail": "outcome none, done_at 2026-11-23T15:00:00Z"}]


def test_many_rows_are_summed_up(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody scrolls."""
    receive(config, raw_mail("Panne"), raw_mail("Autre panne"))
    change(config, "UPDATE outbox SET attempts = 0, state = 'leased'")
    run(["verify", "-c", str(config)])
    assert "\n          and 4 more\n" in capsys.readouterr().out


def test_a_site_never_served_has_nothing_to_verify(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And gets no `var/`."""
    assert run(["verify", "-c", str(config)]) == 0
    assert "nothing to verify" in capsys.readouterr().out
    assert run(["verify", "--json", "-c", str(config)]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert not (config.parent / "var").exists()


def test_a_file_that_is_no_database_is_told(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a sentence, and not by a traceback."""
    (config.parent / "var").mkdir()
    (config.parent / "var/mailgate.db").write_bytes(b"x" * 8192)
    assert run(["verify", "-c", str(config)]) == 1
    assert "the database is damaged, restore a backup: file is not a database" in capsys.readouterr().err


def test_an_older_database_is_for_later(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`serve` upgrades it; who only looks does not."""
    receive(config, raw_mail("Panne"))
    change(config, "UPDATE alembic_version SET version_num = '0001'")
    assert run(["verify", "-c", str(config)]) == 75
    assert "an earlier mailgate" in capsys.readouterr().err


def test_every_hazard_is_listed_with_what_keeps_it(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An administrator sees what the figures do not speak of; no database is needed."""
    assert run(["verify", "--list", "-c", str(config)]) == 0
    told = capsys.readouterr().out
    assert "\nI4   a mail is kept octet for octet\n     asked here: in-custody, attachments, digest\n" in told
    assert "test_smtp_in.py\n     proven under fire by `make prove`: power cut\nI5 " in told
    assert "\nI29  a contact's vote on a ticket counts once\n     not kept: there are no surveys yet\n" in told


def test_programs_get_the_list_too(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object for each hazard."""
    assert run(["verify", "--list", "--json", "-c", str(config)]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["hazard"] for one in listed] == [f"I{number}" for number in range(1, 43)]
    assert (listed[5]["invariants"], listed[5]["rigs"]) == (["duplicate-of"], ["Postfix"])
