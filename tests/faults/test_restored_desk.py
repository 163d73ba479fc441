"""A desk that is backed up while it works, dies, and is set back: nothing leaves twice without somebody's word."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.faults.test_kill import pour
from tests.flow.desk import Letter
from tests.flow.process import Process, Sink, a_site, ask, command, eventually, serving, sinking

SENDERS = 2
UNDECIDED = "SELECT count(*) FROM inbox WHERE state = 'pending'"
UNSENT = "SELECT count(*) FROM outbox WHERE state IN ('promised', 'leased')"
HELD = "SELECT count(*) FROM outbox WHERE state = 'held'"
TICKETS = "SELECT count(*) FROM ticket"


def count(root: Path, what: str) -> int:
    """A look that takes no command."""
    with closing(sqlite3.connect(root / "var/mailgate.db")) as database:
        return int(database.execute(what).fetchone()[0])


def is_done(root: Path) -> bool:
    """Everything is decided, and everything that is not held has left."""
    return count(root, UNDECIDED) == count(root, UNSENT) == 0


def left(sink: Sink) -> Counter[tuple[str, str]]:
    """How often each mail left: to whom, and which."""
    return Counter((one.to, str(message_from_bytes(one.raw)["Message-ID"])) for one in sink.taken)


def backed_up_under_load(root: Path, process: Process, sink: Sink) -> int:
    """How many mails were accepted; the backup is one state in the middle of them, while the relay hangs."""
    accepted: list[int] = []
    stop, sink.is_deaf = threading.Event(), True
    numbers: Counter[str] = Counter()
    with ThreadPoolExecutor(SENDERS) as senders:
        for _ in range(SENDERS):
            senders.submit(pour, process, accepted, numbers, stop)
        try:
            eventually(lambda: len(accepted) > 5)
            before = len(accepted)
            assert command(root, "backup", str(root / "backup.db")).returncode == 0
            assert len(accepted) > before
        finally:
            stop.set()
            sink.is_deaf = False
    return len(accepted)


@pytest.mark.timeout(300)
def test_a_desk_set_back_says_nothing_twice(tmp_path: Path) -> None:
    """What was sent before stays sent; what comes now is answered; the operator says what becomes of the rest."""
    with sinking() as sink:
        root = a_site(tmp_path / "site", **{"maildir:var/outgoing": f"smtp://127.0.0.1:{sink.port}"})
        with serving(root) as process:
            accepted = backed_up_under_load(root, process, sink)
            assert command(root, "restore", str(root / "backup.db"), "--replace").returncode == 75
            eventually(lambda: is_done(root))
            process.kill()
        assert count(root, TICKETS) == accepted
        done = ask(root, "restore", str(root / "backup.db"), "--replace")
        before = left(sink)
        with serving(root) as process:
            (held,) = process.said("outbox.held")
            assert (held["mails"], held["pages"]) == (done["held_mails"], done["held_pages"])
            assert datetime.fromisoformat(held["since"]).tzinfo is not None
            process.send(Letter("Bonjour", subject="after the restore", sender="new@other.example").raw(9999))
            eventually(lambda: any(b"after the restore" in one.raw for one in sink.taken))
            eventually(lambda: is_done(root))
            _nothing_twice(sink, before)
            _released(root, sink)
        newest = "SELECT number FROM ticket WHERE subject = 'after the restore'"
        assert count(root, newest) >= done["next_ticket"]
        assert command(root, "verify").returncode == 0


def _nothing_twice(sink: Sink, before: Counter[tuple[str, str]]) -> None:
    after = left(sink)
    assert {mail: after[mail] for mail in before} == dict(before)
    fresh = [one.raw for one in sink.taken if not before[one.to, str(message_from_bytes(one.raw)["Message-ID"])]]
    assert all(b"after the restore" in raw for raw in fresh), "only the new mail is spoken of"


def _released(root: Path, sink: Sink) -> None:
    held, taken = count(root, HELD), len(sink.taken)
    assert held > 10
    assert command(root, "outbox", "release", "--all").returncode == 0
    eventually(lambda: count(root, HELD) == 0 and is_done(root))
    assert len(sink.taken) == taken + held
