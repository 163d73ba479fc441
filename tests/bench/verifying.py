"""What it costs to verify a large database: time, and memory above that of a small one.

    python -m tests.bench.verifying [TICKETS]

One conversation is had by the real desk, and its rows are then repeated under other numbers until there are so many
tickets (10,000 unless said otherwise, which are a gigabyte). Memory is the process's peak: it must not grow
with the database. (The copies' letters still hold the first one's numbers, and are found to.)
"""

from __future__ import annotations

import logging
import resource
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import structlog

from mailgate.store.database import Database
from mailgate.store.verify import verify
from tests.builders import NOW
from tests.flow.desk import Letter, LiveDesk, answer, live_desk

TICKETS = 10_000
APART = 1000
"""How far apart the ids of two copies are; tickets count one by one."""

POINTS = {
    ("ticket", "number"): 1, ("inbox", "id"): APART, ("inbox", "ticket"): 1, ("inbox_raw", "inbox_id"): APART,
    ("outbox", "id"): APART, ("outbox", "ticket"): 1, ("outbox_message", "outbox_id"): APART,
    ("page", "outbox_id"): APART, ("page", "ticket"): 1, ("message", "id"): APART, ("message", "ticket"): 1,
    ("message", "inbox_id"): APART, ("journal", "ticket"): 1, ("journal", "inbox_id"): APART, ("timer", "ticket"): 1,
    ("participant", "ticket"): 1, ("intervention", "ticket"): 1, ("clock", "ticket"): 1, ("wait", "ticket"): 1,
}  # fmt: skip
"""The columns that a copy has of its own, and by how much they grow from one copy to the next."""

OWN = {"page", "journal", "timer", "intervention", "clock", "wait"}
"""Tables whose ids nothing points to."""


def main(tickets: int) -> None:
    """Make the database, verify it, and say what it took."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as directory:
        small = examined(made(Path(directory) / "small", 1))
        print(f"1 ticket: {small}")
        large = examined(made(Path(directory) / "large", tickets))
        print(f"{tickets} tickets: {large}")


def made(root: Path, tickets: int) -> Path:
    """A database of so many tickets, all alike."""
    with live_desk(root) as desk:
        _converse(desk)
    path = root / "var/mailgate.db"
    with closing(sqlite3.connect(path)) as database, database:
        repeat(database, tickets)
    return path


def examined(path: Path) -> str:
    """What verifying it took."""
    database = Database.peek(f"sqlite:///{path}")
    assert database is not None
    started = time.perf_counter()
    found = tuple(verify(database, NOW))
    seconds = time.perf_counter() - started
    rows = sum({one.table: one.checked for one in found}.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f"{rows} rows, {path.stat().st_size / 1e6:.0f} MB, {seconds:.1f} s, peak {peak} MB"


def repeat(database: sqlite3.Connection, tickets: int) -> None:
    """The conversation's rows under other numbers; Message-IDs and digests stay as they are."""
    database.execute("CREATE TEMP TABLE copies (k INTEGER)")
    database.executemany("INSERT INTO copies VALUES (?)", ((k,) for k in range(1, tickets)))
    for table in ("ticket", "inbox", "inbox_raw", "outbox", "outbox_message", "page", "message", "journal", "timer",
                  "participant", "intervention", "clock", "wait"):  # fmt: skip
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        taken = [name for name in columns if not (name == "id" and table in OWN)]
        values = ", ".join(_copied(table, name) for name in taken)
        database.execute(f"INSERT INTO {table} ({', '.join(taken)}) SELECT {values} FROM {table}, copies")
    database.execute("UPDATE counter SET next = next + ?", (tickets,))


def _copied(table: str, column: str) -> str:
    step = POINTS.get((table, column))
    if step is not None:
        return f"{column} + {step} * copies.k"
    if (table, column) in (("outbox", "message_id"), ("inbox", "digest"), ("inbox", "envelope_from")):
        return f"{column} || copies.k"
    return column


def _converse(desk: LiveDesk) -> None:
    pages = desk.write(Letter("Panne " * 100))
    (page,) = [mail for mail in pages if mail.to == "tech2@example.com"]
    desk.advance(minutes=5)
    desk.write(answer(page, "#appel 15\n\nJ'arrive."))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else TICKETS)
