"""kill -9 while mail comes in: every mail that got its 250 is one ticket, and every page leaves at least once."""

from __future__ import annotations

import smtplib
import sqlite3
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from email import message_from_bytes
from pathlib import Path

from tests.flow.desk import Letter
from tests.flow.process import Process, Taken, a_site, ask, eventually, serving, sinking

KILLS = 4
SENDERS = 6


def pour(process: Process, accepted: list[int], numbers: Counter[str], stop: threading.Event) -> None:
    """Send mail after mail until the daemon is gone; a mail without its 250 is not counted."""
    while not stop.is_set():
        numbers["next"] += 1
        number = numbers["next"]
        try:
            process.send(Letter(f"mail {number}", subject=f"n {number} .").raw(number))
        except (OSError, smtplib.SMTPException):
            return
        accepted.append(number)


def test_nothing_that_was_accepted_is_lost_by_kill_nine(tmp_path: Path) -> None:
    """Duplicate mails are bounded by the kills and the sessions in flight; never zero of anything (F1, F2)."""
    accepted: list[int] = []
    numbers: Counter[str] = Counter()
    with sinking() as sink:
        root = a_site(tmp_path / "site", **{"maildir:var/outgoing": f"smtp://127.0.0.1:{sink.port}"})
        for _ in range(KILLS):
            stop = threading.Event()
            with serving(root) as process, ThreadPoolExecutor(SENDERS) as senders:
                before = len(accepted)
                for _ in range(SENDERS):
                    senders.submit(pour, process, accepted, numbers, stop)
                eventually(lambda: len(accepted) > before + 5)  # noqa: B023 - called at once, in this round
                time.sleep(0.02 * KILLS)
                process.kill()
                stop.set()
        with serving(root):
            eventually(lambda: ask(root, "inbox") == [])
            subjects = Counter(one["subject"] for one in ask(root, "tickets"))
            eventually(lambda: ask(root, "outbox") == [])
    promised = _promised(root)
    assert max(promised.values()) == 6
    assert {number: len(_reached(sink.taken, number)) for number in promised} == promised
    assert {f"n {number} ." for number in accepted} <= set(subjects)
    assert set(subjects.values()) == {1}
    _same_bytes_each_time(sink.taken)


def _promised(root: Path) -> dict[int, int]:
    """How many addresses are paged for each ticket: six, or none for one that waits for the next page of a flood."""
    paged = "SELECT number, count(DISTINCT target) FROM ticket LEFT JOIN page ON page.ticket = number GROUP BY number"
    with closing(sqlite3.connect(root / "var/mailgate.db")) as database:
        return dict(database.execute(paged))


def _reached(taken: list[Taken], number: int) -> set[str]:
    """The people's addresses that were reached for a ticket."""
    return {one.to for one in taken if one.to != "chef@acme.example" and f"[#{number}]".encode() in one.raw}


def _same_bytes_each_time(taken: list[Taken]) -> None:
    """A second sending is the same mail, byte for byte."""
    first: dict[str, bytes] = {}
    for one in taken:
        number = message_from_bytes(one.raw)["Message-ID"]
        assert first.setdefault(number, one.raw) == one.raw
