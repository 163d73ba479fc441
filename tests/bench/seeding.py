"""A database as years of work leave it: so many tickets, with rows in every table that grows with them.

All but the last thousand are closed. Each was opened by one mail of one of the customers in turn, acknowledged, and two
people were called by mail and by pager; a technician answered by mail, which was recorded as an intervention and a
deed, and closed it. The open ones still have their timers, clocks and nobody's name. The letters themselves are a line
each: what a mail costs depends on how many rows there are, not on how long they are.

One INSERT … SELECT for each table, without a journal: nobody needs the file when the machine stops in the middle.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailgate.core.seen import FIRST_TICKET
from mailgate.store.database import Database

OPEN = 1000
"""How many tickets at the end still wait for somebody."""

LETTERS = 5
"""An acknowledgement, and two people's mail and pager."""

AT = "strftime('%Y-%m-%d %H:%M:%f000', '2026-01-01', '-' || ((:last - n) * 3) || ' minutes')"
"""A ticket every three minutes, the last one at the beginning of 2026."""

TABLES = {
    "ticket": f"""
        SELECT n AS number, 'regulier' AS queue, 'Panne ' || n AS subject, mail AS requester_mail,
        'Chef' AS requester_name, {AT} AS opened_at, 'fr-CA' AS language, 'America/Toronto' AS timezone,
        iif(is_open, 'new', 'closed') AS status, 'assistance' AS kind, 1 AS level, customer, 1 AS registered,
        iif(is_open, NULL, 'tech' || (1 + n % 4)) AS assignee, iif(is_open, NULL, {AT}) AS closed_at,
        '[]' AS tags, 'support' AS team, 2 AS notify, '[]' AS skills FROM one""",
    "participant": "SELECT n AS ticket, mail AS address FROM one",
    "inbox": f"""
        SELECT 2 * (n - :first) + 1 + answer AS id, 'mail' AS kind, 'smtp' AS door, '127.0.0.1' AS peer, 0 AS trusted,
        '[]' AS dkim, iif(answer, 'tech1@example.com', mail) AS envelope_from,
        '["support-regulier@example.com"]' AS recipients, printf('%032x', 2 * n + answer) AS digest, 60 AS size,
        0 AS patience, {AT} AS received_at, 'done' AS state, iif(answer, 'follow-up', 'ticket') AS outcome,
        'L1' AS level, n AS ticket, {AT} AS done_at FROM one, answers WHERE NOT (answer AND is_open)""",
    "inbox_raw": "SELECT id AS inbox_id, CAST('Subject: Panne ' || id AS BLOB) AS raw FROM inbox",
    "message": f"""
        SELECT n AS ticket, iif(said, 'out', 'in') AS direction, iif(said, 'tickets@example.com', mail) AS sender,
        '["support-regulier@example.com"]' AS recipients, 'Le serveur ' || n || ' ne répond plus.' AS text,
        {AT} AS at, said = 1 AS automatic, iif(said = 0, 2 * (n - :first) + 1, NULL) AS inbox_id,
        '<' || n || '.' || said || '@seeded.example>' AS message_id
        FROM one, (SELECT 0 AS said UNION SELECT 1 UNION SELECT 2) WHERE NOT (said = 2 AND is_open)""",
    "outbox": f"""
        SELECT :letters * (n - :first) + 1 + letter AS id, iif(letter, 'page', 'bulk') AS lane,
        iif(letter, 'technician', 'acknowledgement') AS template, n AS ticket,
        iif(letter, 'tech' || (1 + letter % 2), NULL) AS technician,
        iif(letter, iif(letter < 3, 'mail', 'pager'), NULL) AS channel,
        iif(letter, 'tech' || (1 + letter % 2) || '@example.com', mail) AS target, 1 AS by_mail, '' AS envelope_from,
        '<' || n || '.l' || letter || '@example.com>' AS message_id, 'Panne ' || n AS subject, 'sent' AS state,
        1 AS attempts, {AT} AS next_attempt_at, {AT} AS promised_at, {AT} AS settled_at FROM one, letters""",
    "outbox_message": "SELECT id AS outbox_id, CAST('Subject: ' || subject AS BLOB) AS message FROM outbox",
    "page": """
        SELECT ticket, technician, channel, target, id AS outbox_id, 'acknowledged' AS state, promised_at,
        settled_at AS sent_at, settled_at AS acknowledged_at FROM outbox WHERE lane = 'page'""",
    "journal": f"""
        SELECT {AT} AS at, 'mail-received' AS event, 'door regulier opens a ticket' AS because, 'ticket' AS outcome,
        n AS ticket, 2 * (n - :first) + 1 + answer AS inbox_id, '' AS rules
        FROM one, answers WHERE NOT (answer AND is_open)""",
    "intervention": f"""
        SELECT n AS ticket, 'tech1' AS technician, 'reply' AS activity, 15 AS minutes, 0 AS charged, 1 AS public,
        {AT} AS at FROM one WHERE NOT is_open""",
    "deed": f"""
        SELECT 2 * (n - :first) + 2 AS inbox_id, n AS ticket, 'tech1' AS technician, {AT} AS at, '{{}}' AS before,
        '{{}}' AS after, '[]' AS clocks_before, '[]' AS clocks_after, 15 AS minutes, 0 AS charged, 1 AS public,
        '[]' AS lasting, 0 AS first_mail, 0 AS last_mail FROM one WHERE NOT is_open""",
    "clock": f"""
        SELECT n AS ticket, promise, 'regular' AS calendar, {AT} AS asked_at, {AT} AS starts_at,
        iif(is_open, '2036-01-01 00:00:00.000000', {AT}) AS due_at, 0 AS paused_minutes,
        iif(is_open, NULL, {AT}) AS ended_at, iif(is_open, NULL, 'kept') AS ending
        FROM one, (SELECT 'callback' AS promise UNION SELECT 'engagement')""",
    "wait": f"""
        SELECT n AS ticket, 'closed' AS cause, {AT} AS since FROM one WHERE NOT is_open""",
    "flood": f"""
        SELECT n AS ticket, customer, 'regulier' AS queue, {AT} AS at, 1 AS alone, n AS front FROM one""",
    "timer": """
        SELECT n AS ticket, kind, '2036-01-01 00:00:00.000000' AS due_at
        FROM one, (SELECT 'callback-warning' AS kind UNION SELECT 'engagement-warning') WHERE is_open""",
}
"""What each table holds: one row of `one` is a ticket. In an order in which nothing points to what is not there."""

NUMBERED = """
    CREATE TEMP TABLE one AS WITH RECURSIVE tickets(n) AS
    (SELECT :first UNION ALL SELECT n + 1 FROM tickets WHERE n < :last)
    SELECT n, 'c' || (n % :customers) AS customer, 'chef@c' || (n % :customers) || '.example' AS mail,
    n > :last - :open AS is_open FROM tickets
"""


SERIES = """
    CREATE TEMP TABLE letters AS WITH RECURSIVE some(letter) AS
    (SELECT 0 UNION ALL SELECT letter + 1 FROM some WHERE letter < :letters - 1) SELECT letter FROM some
"""


@dataclass(frozen=True, slots=True)
class Stock:
    """Seeded databases by their number of tickets, each made once in a folder and copied to whoever wants one."""

    folder: Path
    customers: int

    def put(self, path: Path, tickets: int) -> None:
        """A copy at this path, all of it on the disk."""
        seeded = self.folder / f"{tickets}.db"
        if not seeded.exists():
            seed(seeded, tickets, self.customers)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(seeded, path)
        _settle(path)


@contextmanager
def stocked(customers: int) -> Iterator[Stock]:
    """A stock for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        yield Stock(Path(folder), customers)


def seed(path: Path, tickets: int, customers: int) -> None:
    """Make a database of so many tickets; `customers` are called c0, c1 …, and write as chef@c0.example …"""
    database = Database.open(f"sqlite:///{path}")
    database.upgrade()
    database.close()
    if tickets:
        with sqlite3.connect(path) as connection:
            _fill(connection, tickets, customers)
        connection.close()
        _settle(path)


def _settle(path: Path) -> None:
    """Have it all on the disk: else the first commit of whoever opens it next waits for that."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _fill(connection: sqlite3.Connection, tickets: int, customers: int) -> None:
    last = FIRST_TICKET + tickets - 1
    values = {"first": FIRST_TICKET, "last": last, "customers": customers, "letters": LETTERS, "open": OPEN}
    connection.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-200000; PRAGMA temp_store=MEMORY;")
    connection.execute(NUMBERED, values)
    connection.executescript("CREATE TEMP TABLE answers AS SELECT 0 AS answer UNION SELECT 1")
    connection.execute(SERIES, values)
    for table, select in TABLES.items():
        names = [one[0] for one in connection.execute(f"SELECT * FROM ({select}) LIMIT 0", values).description]
        connection.execute(f"INSERT INTO {table} ({', '.join(names)}) {select}", values)
    connection.execute("UPDATE counter SET next = :last + 1 WHERE name = 'ticket'", values)
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
