"""What `verify` shows beside what is broken, what it keeps of very much, and what it does to the database: nothing."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailgate.store.database import Database
from mailgate.store.verify import Finding, State, verify
from mailgate.store.verify.findings import KEPT_ROWS
from tests.builders import NOW
from tests.flow.desk import Letter, answer, live_desk
from tests.flow.verify.stories import tell_everything


def found(database: Database, name: str, now: datetime = NOW) -> Finding:
    """What is found of one invariant."""
    return next(one for one in verify(database, now) if one.invariant == name)


def change(path: Path, statement: str) -> None:
    """Something happens to the database behind the program's back."""
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(statement)


def test_pages_that_nobody_answered_are_seen(copy: Database) -> None:
    """The alarm was raised, so nothing is broken; yet nobody may overlook it (issue 4)."""
    shown = found(copy, "exhausted")
    assert shown.state is State.NOTE
    assert [row.row for row in shown.rows] == ["1004"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ticket SET status = 'open' WHERE number = 1004",
        "UPDATE page SET state = 'acknowledged' WHERE id = (SELECT max(id) FROM page WHERE ticket = 1004)",
    ],
)
def test_pages_that_somebody_answered_late_are_seen_no_more(statement: str, broken: Path, copy: Database) -> None:
    """A note that stays for ever is one that nobody reads: as `doctor`, until somebody has the ticket."""
    change(broken, statement)
    assert found(copy, "exhausted").state is State.HOLDS


def test_a_promise_that_was_given_up_is_seen(copy: Database) -> None:
    """A dead pager."""
    shown = found(copy, "failed")
    assert shown.state is State.NOTE
    assert "page" in shown.rows[0].detail


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("quarantine", "UPDATE inbox SET state = 'quarantined', reason = 'ValueError' WHERE id = 1"),
        (
            "lease-ended",
            "UPDATE outbox SET state = 'leased', next_attempt_at = '2026-11-16 14:00:00.000000' WHERE id = 1",
        ),
    ],
)
def test_what_waits_for_somebody_is_seen(name: str, statement: str, broken: Path, copy: Database) -> None:
    """Nothing of it is lost: a mail in quarantine waits for somebody, a dead daemon's mail for the next one."""
    change(broken, statement)
    shown = found(copy, name)
    assert (shown.state, [row.row for row in shown.rows]) == (State.NOTE, ["1"])


def test_a_lease_that_runs_is_nothing_to_be_seen(broken: Path, copy: Database) -> None:
    """Somebody is sending it."""
    change(broken, "UPDATE outbox SET state = 'leased', next_attempt_at = '2026-11-16 15:05:00.000000' WHERE id = 1")
    assert found(copy, "lease-ended").state is State.HOLDS


def test_a_pagers_word_is_enough_to_take_a_ticket(tmp_path: Path) -> None:
    """It proves no more than the page that it answers (L3), and works on nothing."""
    with live_desk(tmp_path / "site") as desk:
        page = next(mail for mail in desk.write(Letter("Panne")) if mail.to == "5145550102@pager.example.net")
        desk.write(answer(page, "ok"))
        assert desk.ticket().assignee == "tech2"
        assert found(desk.database, "deed-authorised").state is State.HOLDS


def test_very_many_broken_rows_are_counted(broken: Path, copy: Database) -> None:
    """A finding is as large as a screen, not as the database."""
    row = "SELECT '2026-11-16 15:00:00.000000', 'timer-fired', '', 'recorded'"
    many = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) {row} FROM n"
    change(broken, f"INSERT INTO journal (at, event, because, outcome) {many}")
    shown = found(copy, "journal-says-why")
    assert (shown.count, len(shown.rows)) == (1000, KEPT_ROWS)


def test_what_cannot_be_read_is_broken(broken: Path, copy: Database) -> None:
    """A word that this program does not know is no reason to stop looking at the rest."""
    change(broken, "UPDATE page SET state = 'lost' WHERE id = 1")
    states = {one.invariant: one.state for one in verify(copy, NOW)}
    assert states["words"] is states["page-state"] is State.BROKEN
    assert states["digest"] is State.HOLDS


def test_a_torn_page_is_found(broken: Path, copy: Database) -> None:
    """The disk lost what it had kept."""
    with broken.open("r+b") as file:
        file.seek(-3 * 4096, 2)
        file.write(b"\xff" * 4096)
    shown = found(copy, "pages")
    assert shown.state is State.BROKEN


def test_looking_changes_nothing(broken: Path, copy: Database) -> None:
    """Not one octet, and no file beside it: a backup stays what it is."""
    before = broken.read_bytes()
    list(verify(copy, NOW))
    assert broken.read_bytes() == before
    assert [path.name for path in broken.parent.iterdir()] == [broken.name]


def test_a_daemon_may_write_meanwhile(tmp_path: Path) -> None:
    """Between the questions mails come in and are decided; nothing seems broken."""
    with live_desk(tmp_path / "site") as desk:
        desk.write(Letter("Panne"))
        for asked, one in enumerate(verify(desk.database, desk.now)):
            assert one.state is not State.BROKEN
            if asked % 10 == 0:
                desk.at(desk.now + timedelta(seconds=1))
                desk.write(Letter("Encore", subject=f"Panne {asked}"))


def test_a_daemon_may_work_at_the_same_moment(tmp_path: Path) -> None:
    """Every question sees one state, whatever is committed between its first row and its last."""
    with live_desk(tmp_path / "site") as desk, ThreadPoolExecutor(1) as threads:
        told = threads.submit(tell_everything, desk)
        broken, rounds = [], 0
        while not told.done():
            broken += [one for one in verify(desk.database, desk.now) if one.state is State.BROKEN]
            rounds += 1
        told.result()
    assert rounds > 1
    assert broken == []
