"""What a database means to do for each statement: its own plans, and which of them read a whole table that grows."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from mailgate.store.database import Database

SMALL = {"absence", "turn", "counter", "imap_cursor", "restore_point", "sqlite_sequence"}
"""As many rows as there are absences ahead, teams, numbers, mailboxes, restores, tables whose ids are never reused."""

WORK_IN_HAND = "SCAN ticket USING COVERING INDEX ix_ticket_carried"
"""Counts the tickets that technicians have in hand: an index over those alone, however many are closed."""

HELD_BACK = "SCAN held_back USING INDEX ix_held_back_budget_address"
"""Groups what was held back within the hour that its report covers; only that report asks."""

OWN_ROWS = re.compile(r"SCAN (anon_[0-9]+|due)")
"""Takes what a query inside found, whose own way to its rows is another line of the plan."""

EXPECTED = (WORK_IN_HAND, HELD_BACK)

Statement = tuple[str, Any]


@contextmanager
def watched(database: Database) -> Iterator[list[Statement]]:
    """Every statement that the database is asked to run meanwhile."""
    seen: list[Statement] = []

    def note(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    engines = {database._writer, database._reader}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def plan_of(connection: sqlite3.Connection, statement: Statement) -> list[str]:
    """The lines of SQLite's plan."""
    text, parameters = statement
    if isinstance(parameters, list):  # one of an executemany
        parameters = parameters[0]
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", parameters)]


def scans(plan: list[str]) -> list[str]:
    """Those that read a whole table that grows."""
    scanned = [line for line in plan if (found := re.match(r"SCAN (\w+)", line)) and found[1] not in SMALL]
    surprising = [line for line in scanned if line not in EXPECTED and not OWN_ROWS.fullmatch(line)]
    return [line for line in surprising if "CONSTANT ROW" not in line]
