"""`mailgate tickets` and `mailgate ticket N`"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailgate.cli.main import run
from tests.cli.sites import FIRST, REGULAR, raw_mail, receive, with_files

Captured = pytest.CaptureFixture[str]


def answered(capsys: Captured, *arguments: str) -> Any:
    """The JSON that a command prints."""
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_site_never_served_has_no_tickets(config: Path, capsys: Captured) -> None:
    """Looking is free: not even var/ is created."""
    assert answered(capsys, "tickets", "-c", str(config)) == []
    assert run(["tickets", "-c", str(config)]) == 0
    assert capsys.readouterr().out == "no tickets\n"
    assert not (config.parent / "var").exists()


def test_a_word_that_the_rules_do_not_know_is_named(config: Path, capsys: Captured) -> None:
    """ "No tickets" is a lie when the queue is misspelt."""
    assert run(["tickets", "--queue", "urgnt", "-c", str(config)]) == 0
    assert "no queue 'urgnt' (did you mean 'urgent'?)" in capsys.readouterr().err


def test_tickets_are_listed_newest_first(config: Path, capsys: Captured) -> None:
    """What came last is what one looks for."""
    receive(config, raw_mail("Premier"), raw_mail("Deuxième"))
    found = answered(capsys, "tickets", "-c", str(config))
    assert [(row["number"], row["subject"]) for row in found] == [(FIRST + 1, "Deuxième"), (FIRST, "Premier")]


def test_a_table_of_tickets_shows_the_promise_in_local_time(config: Path, capsys: Captured) -> None:
    """Received at 10:00 in Toronto, call-back within the hour."""
    receive(config, raw_mail("Panne"))
    assert run(["tickets", "-c", str(config)]) == 0
    line = capsys.readouterr().out.splitlines()[1].split()
    assert line[:4] == [str(FIRST), "new", "urgent", "acme"]
    assert line[-3:] == ["2026-11-23", "11:00", "Panne"]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (("--queue", "urgent"), [FIRST]),
        (("--queue", "regulier"), [FIRST + 1]),
        (("--customer", "acme"), [FIRST + 1, FIRST]),
        (("--status", "closed"), []),
        (("--assignee", "tech1"), []),
        (("--late",), []),
    ],
)
def test_filters_narrow_the_list(wanted: tuple[str, ...], numbers: list[int], config: Path, capsys: Captured) -> None:
    """Each filter of interfaces.md §2."""
    receive(config, raw_mail("Panne"), raw_mail("Une question", to=REGULAR))
    found = answered(capsys, "tickets", "-c", str(config), *wanted)
    assert [row["number"] for row in found] == numbers


def test_a_ticket_has_the_keys_that_programs_rely_on(config: Path, capsys: Captured) -> None:
    """interfaces.md §2 is normative for names and shapes."""
    receive(config, raw_mail("Panne"))
    found = answered(capsys, "ticket", str(FIRST), "-c", str(config))
    assert set(found) >= {
        *("number", "queue", "kind", "status", "level", "severity", "priority", "subject", "requester", "customer"),
        *("assignee", "opened_at", "callback", "update_due_at", "closed_at"),
        *("messages", "interventions", "pages", "journal"),
    }
    assert set(found["callback"]) >= {"due_at", "kept_at", "kept_by", "calendar", "paused_minutes"}
    assert set(found["messages"][0]) >= {"direction", "from", "to", "at", "text", "automatic"}
    assert set(found["pages"][0]) >= {"to", "channel", "sent_at", "acknowledged_at", "state"}
    assert set(found["journal"][0]) >= {"at", "event", "because"}
    assert found["callback"]["due_at"] == "2026-11-23T16:00:00Z"


def test_a_ticket_is_told_as_a_story(config: Path, capsys: Captured) -> None:
    """Several people take turns on a ticket, so each must see all of it (domain.md §2)."""
    receive(config, raw_mail("Panne", body="Plus rien ne marche."))
    assert run(["ticket", str(FIRST), "-c", str(config)]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"#{FIRST} Panne\nstatus     new\nqueue      urgent\n")
    for expected in (
        "call back  by 2026-11-23 11:00 (calendar 'urgent')",
        "<- chef@acme.example",
        "    Plus rien ne marche.",
        "page to tech1 by pager (5145550101@pager.example.net): promised",
        "mail-received: ",
    ):
        assert expected in told


def test_an_unknown_ticket_is_a_no(config: Path, capsys: Captured) -> None:
    """Exit code 1, and nothing on stdout."""
    assert run(["ticket", "9", "-c", str(config)]) == 1
    assert capsys.readouterr() == ("", "there is no ticket 9\n")


def test_attachments_are_extracted_under_names_of_their_own(config: Path, tmp_path: Path, capsys: Captured) -> None:
    """Two files of one name must both arrive, and no name leads out of the directory."""
    receive(config, with_files("journal.txt", "journal.txt", "../../evil.txt"))
    files = tmp_path / "files"
    for _ in range(2):
        assert run(["ticket", str(FIRST), "-c", str(config), "--attachments", str(files)]) == 0
    written = {path.name: path.read_text().strip() for path in files.iterdir()}
    assert len(written) == 6
    assert written["journal.txt"] == "file 0"
    assert written["journal-2.txt"] == "file 1"
    assert not (tmp_path / "evil.txt").exists()
    assert str(files / "journal-2.txt") in capsys.readouterr().out


def test_mails_are_written_as_they_were_received(config: Path, tmp_path: Path) -> None:
    """The bytes are the truth; somebody may have to prove them."""
    raw = raw_mail("Panne")
    receive(config, raw)
    assert run(["ticket", str(FIRST), "-c", str(config), "--raw", str(tmp_path / "mails"), "--json"]) == 0
    assert (tmp_path / "mails" / "inbox-1.eml").read_bytes() == raw
