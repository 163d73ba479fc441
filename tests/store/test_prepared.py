"""Statements that are put together once: what stands in their text, what is bound, and how they fail."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError, NoResultFound, StatementError

from mailgate.store import rows
from mailgate.store.database import Database
from mailgate.store.tables import InboxRow, TimerRow
from tests.builders import NOW
from tests.store.plans import watched

TIMERS = rows.table(TimerRow)
NAMED = select(TIMERS.c.id, TIMERS.c.kind).where(TIMERS.c.kind.in_(bindparam("kinds", expanding=True)))
FIRST = select(TIMERS.c.due_at).where(TIMERS.c.kind == "first").limit(1)
PUT_OFF = update(TIMERS).where(TIMERS.c.kind == bindparam("named")).values(due_at=bindparam("later"))


def three_timers(database: Database) -> None:
    """Of the desk itself."""
    with database.write() as tx:
        rows.add(tx, TimerRow, [{"kind": kind, "due_at": NOW} for kind in ("first", "second", "third")])


@pytest.mark.parametrize("kinds", [["first"], ["third", "first"], ["first", "second", "third"], []])
def test_a_sequence_may_have_any_length_from_run_to_run(database: Database, kinds: list[str]) -> None:
    """The same statement, with one text for each length."""
    three_timers(database)
    with database.read() as tx:
        assert {row.kind for row in rows.ask(tx, NAMED, {"kinds": kinds})} == set(kinds)
        assert [row.kind for row in rows.ask(tx, NAMED, {"kinds": ["second"]})] == ["second"]


def test_what_never_changes_stands_in_the_text(database: Database) -> None:
    """Or SQLite makes a new plan at every run of a question that a partial index may answer."""
    three_timers(database)
    with watched(database) as seen, database.read() as tx:
        assert rows.ask(tx, FIRST).scalar_one() == NOW
    text, parameters = seen[-1]
    assert "'first'" in text
    assert "first" not in str(parameters)


def test_several_values_are_one_statement_for_each(database: Database) -> None:
    """And a time that is written comes back as it was."""
    three_timers(database)
    with database.write() as tx:
        rows.ask(tx, PUT_OFF, [{"named": "first", "later": NOW.replace(year=2027)}, {"named": "second", "later": NOW}])
        assert rows.ask(tx, PUT_OFF, {"named": "third", "later": NOW}).rowcount == 1
        assert rows.ask(tx, FIRST).scalar_one() == NOW.replace(year=2027)


def test_columns_that_are_left_out_have_the_tables_own_value(database: Database) -> None:
    """Whatever the columns that are given."""
    with database.write() as tx:
        rows.add_one(tx, InboxRow, kind="mail", door="smtp", received_at=NOW)
        found = rows.ask(tx, select(rows.table(InboxRow))).one()
    assert (found.state, found.patience, found.recipients) == ("pending", 0, ())


def test_trouble_is_told_as_sqlalchemy_tells_it(database: Database) -> None:
    """The engine knows the database's faults from a mail's by these classes."""
    with pytest.raises(StatementError, match="naive"), database.write() as tx:
        rows.add_one(tx, TimerRow, kind="bad", due_at=datetime(2026, 11, 16, 10))
    with pytest.raises(IntegrityError), database.write() as tx:
        rows.add(tx, TimerRow, [{"kind": "twice", "due_at": NOW}, {"kind": "twice", "due_at": NOW}])
    with pytest.raises(NoResultFound), database.read() as tx:
        rows.ask(tx, FIRST).one()
