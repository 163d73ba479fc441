"""Statements beside the session: in the order in which they were asked for, and numbered in the order of their rows."""

from __future__ import annotations

from sqlalchemy import delete, select

from mailgate.store import rows
from mailgate.store.database import Database
from mailgate.store.tables import CounterRow, TimerRow
from tests.builders import NOW

COUNTERS, TIMERS = rows.table(CounterRow), rows.table(TimerRow)


def test_what_the_session_still_holds_goes_first(database: Database) -> None:
    """An effect that changes an object, and the next one that asks the table."""
    with database.write() as tx:
        tx.add(CounterRow(name="letters", next=7))
        asked = rows.ask(tx, select(COUNTERS.c.next).where(COUNTERS.c.name == "letters"))
        assert asked.scalar_one() == 7


def test_ids_come_in_the_order_of_the_rows(database: Database) -> None:
    """The letter of the third row must not leave under the second one's id."""
    kinds = [f"kind-{number}" for number in range(40)]
    with database.write() as tx:
        ids = rows.numbered(tx, TimerRow, [{"kind": kind, "due_at": NOW} for kind in kinds])
        found = {row.id: row.kind for row in rows.ask(tx, select(TIMERS))}
    assert [found[one] for one in ids] == kinds


def test_ids_that_are_reserved_were_never_given(database: Database) -> None:
    """A letter is signed with its id before its row is there: neither an older row nor the next one has that id."""
    with database.write() as tx:
        given = rows.numbered(tx, TimerRow, [{"kind": kind, "due_at": NOW} for kind in ("first", "last")])
        rows.ask(tx, delete(TIMERS))
        ids = rows.reserved(tx, TimerRow, 3)
        rows.add(tx, TimerRow, [{"id": one, "kind": f"kind-{one}", "due_at": NOW} for one in ids])
        (after,) = rows.numbered(tx, TimerRow, [{"kind": "after", "due_at": NOW}])
    assert max(given) < ids[0] < ids[1] < ids[2] < after


def test_no_rows_are_no_statement(database: Database) -> None:
    """An empty list is not a row of defaults."""
    with database.write() as tx:
        rows.add(tx, TimerRow, [])
        assert rows.numbered(tx, TimerRow, []) == ()
        assert rows.ask(tx, select(TIMERS)).all() == []
