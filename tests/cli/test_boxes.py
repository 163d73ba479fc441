"""`mailgate inbox` and `mailgate outbox`"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailgate.cli.main import run
from mailgate.core.events import RetryAsked
from mailgate.store import inbox
from tests.cli.sites import MONDAY, a_database, raw_mail, receive, requested


def quarantined(config: Path) -> None:
    """A decided mail, set aside."""
    receive(config, raw_mail("Panne"))
    database = a_database(config)
    with database.write() as tx:
        inbox.quarantine(tx, 1, "ValueError: unreadable")
    database.close()


@pytest.mark.parametrize("box", ["inbox", "outbox"])
def test_boxes_of_a_site_never_served_are_empty(box: str, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty array, an obvious sentence, and no file."""
    assert run([box, "--json", "-c", str(config)]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run([box, "-c", str(config)]) == 0
    assert capsys.readouterr().out.startswith("nothing ")
    assert not (config.parent / "var").exists()


def test_a_quarantined_mail_is_listed_with_its_reason(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The shape is interfaces.md §2's."""
    quarantined(config)
    assert run(["inbox", "--json", "-c", str(config)]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert set(row) >= {"id", "state", "door", "from", "to", "received_at", "size", "reason"}
    assert (row["state"], row["reason"]) == ("quarantined", "ValueError: unreadable")
    assert run(["inbox", "-c", str(config)]) == 0
    assert "ValueError: unreadable" in capsys.readouterr().out


def test_what_waits_to_be_sent_is_listed(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each acknowledgement, mail and page is one row."""
    receive(config, raw_mail("Panne"))
    assert run(["outbox", "--json", "-c", str(config)]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert set(rows[0]) >= {
        *("id", "kind", "to", "subject", "ticket", "attempts", "next_attempt_at", "state", "last_error")
    }
    assert rows[0]["kind"] == "acknowledgement"
    assert run(["outbox", "-c", str(config)]) == 0
    assert "chef@acme.example" in capsys.readouterr().out


def test_a_mail_is_shown_byte_for_byte(config: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """`show` is what one pipes into `explain`, or into a file as evidence."""
    receive(config, raw_mail("Panne"))
    assert run(["inbox", "show", "1", "-c", str(config)]) == 0
    assert capfdbinary.readouterr().out == raw_mail("Panne")
    assert run(["outbox", "show", "1", "-c", str(config)]) == 0
    assert b"Auto-Submitted: auto-replied" in capfdbinary.readouterr().out


def test_a_retry_is_one_row_for_the_daemon(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command decides nothing itself: the engine is the only writer of decisions."""
    quarantined(config)
    assert run(["inbox", "retry", "1", "-c", str(config)]) == 0
    assert capsys.readouterr().out == "inbox row 1 will be tried again\n"
    assert requested(config) == RetryAsked(2, MONDAY, "inbox", 1)


def test_a_promise_can_be_retried_too(config: Path) -> None:
    """A relay that was mended should not have to wait for the next attempt."""
    receive(config, raw_mail("Panne"))
    assert run(["outbox", "retry", "1", "-c", str(config)]) == 0
    assert requested(config) == RetryAsked(2, MONDAY, "outbox", 1)


@pytest.mark.parametrize("arguments", [("inbox", "retry", "7"), ("outbox", "retry", "7"), ("inbox", "show", "7")])
def test_a_row_that_is_not_there_is_a_no(
    arguments: tuple[str, ...], config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A typing error must not become a request."""
    assert run([*arguments, "-c", str(config)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert " row 7 " in told.err


def test_an_action_needs_its_row(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong usage, told as such."""
    assert run(["inbox", "retry", "-c", str(config)]) == 2
    assert "name the row, as in `retry 12`" in capsys.readouterr().err
