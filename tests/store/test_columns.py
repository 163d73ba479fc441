"""What a column takes and gives back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import String
from sqlalchemy.exc import StatementError
from sqlmodel import select

from mailgate.core.model import Status
from mailgate.store.columns import PlainText, UtcTime
from mailgate.store.database import Database
from mailgate.store.tables import MessageRow, Row, TicketRow, TimerRow
from tests.builders import NOW, local
from tests.store.desk import a_message, open_ticket


def test_a_naive_time_never_reaches_the_database(database: Database) -> None:
    """A time without a zone would silently mean another moment on another machine."""
    open_ticket(database)
    with pytest.raises(StatementError, match="naive"), database.write() as tx:
        tx.add(TimerRow(ticket=1001, kind="callback", due_at=datetime(2026, 11, 16, 10)))


def test_a_local_time_comes_back_in_utc(database: Database) -> None:
    """SQLite forgets zones; the moment must stay the same."""
    open_ticket(database, opened_at=local("2026-11-16 10:00").astimezone())
    with database.read() as tx:
        opened_at = tx.get_one(TicketRow, 1001).opened_at
    assert opened_at == NOW
    assert opened_at.tzinfo is UTC


def test_text_that_no_database_can_hold_is_cleaned_on_the_way_in(database: Database) -> None:
    """PostgreSQL refuses NUL and both drivers raise on a lone surrogate: a mail must not be able to do that to us."""
    open_ticket(database, a_message(text="a\0b\ud800c", to=("x\0@example.com",), message_id=""))
    with database.read() as tx:
        row = tx.get_one(MessageRow, 1)
    assert row.text == "a\u2400b\ufffdc"
    assert row.recipients == ("x\u2400@example.com",)


def test_an_enum_is_stored_by_its_word(database: Database) -> None:
    """The words are the ones of --json and of the rules, and outlive the names of our members."""
    open_ticket(database, status=Status.WAITING_THIRD)
    with database.read() as tx:
        words = tx.connection().exec_driver_sql("SELECT status FROM ticket").scalars().all()
    assert words == ["waiting-third"]


def test_every_text_and_time_column_has_our_type() -> None:
    """SQLModel falls back to its own types when a field is declared in another way, and nothing would be cleaned."""
    columns = [column for table in Row.metadata.sorted_tables for column in table.columns]
    plain = [column for column in columns if isinstance(column.type, String) and not hasattr(column.type, "enums")]
    times = [column for column in columns if column.type.python_type is datetime]
    assert not plain
    assert all(isinstance(column.type, UtcTime) for column in times)
    assert any(isinstance(column.type, PlainText) for column in columns)


def test_what_was_cleaned_is_found_by_the_uncleaned_value(database: Database) -> None:
    """A comparison binds through the same type as the insert."""
    open_ticket(database, a_message(sender="x\0@example.com"))
    with database.read() as tx:
        assert tx.exec(select(MessageRow).where(MessageRow.sender == "x\0@example.com")).first() is not None
