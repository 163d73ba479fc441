"""A report costs what it tells of, not what the desk ever did."""

from __future__ import annotations

from sqlalchemy import text

from mailgate.store.database import Database
from mailgate.store.query import FallenDue
from mailgate.store.query.fallen_due import statement
from tests.builders import local

NOVEMBER = FallenDue(local("2026-11-01 00:00"), local("2026-12-01 00:00"))


def test_a_report_reads_along_the_deadlines(database: Database) -> None:
    """A month of a desk with 100,000 tickets costs a month, not the whole history; and nothing is sorted."""
    with database.read() as tx:
        asked = statement(NOVEMBER).compile(tx.get_bind(), compile_kwargs={"literal_binds": True})
        plan = [row[3] for row in tx.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]
    assert plan == [
        "SEARCH clock USING INDEX ix_clock_due_at (due_at>? AND due_at<?)",
        "SEARCH ticket USING INTEGER PRIMARY KEY (rowid=?)",
    ]
