"""A row in every table, and every row of every table: for what must not lose any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Enum, Integer, LargeBinary, Table, delete, insert, select

from mailgate.store import copying
from mailgate.store.columns import FlatObject, PlainText, Strings, UtcTime
from mailgate.store.database import Database
from mailgate.store.tables import Row
from tests.builders import NOW

Rows = dict[str, list[Mapping[str, Any]]]

SAMPLES: tuple[tuple[type, object], ...] = (
    (Strings, ("é",)),
    (FlatObject, {"word": "é"}),
    (JSON, ["é"]),
    (UtcTime, NOW),
    (Date, NOW.date()),
    (PlainText, "ticket"),
    (Boolean, True),
    (Integer, 1),
    (LargeBinary, b"\0\xff"),
)
"""A value for a column of each type; every key is the same, so that every row points to the row of its parent."""


def fill(database: Database) -> None:
    """One row in every table, every column of it."""
    with database.write() as tx:
        for table in reversed(Row.metadata.sorted_tables):
            tx.connection().execute(delete(table))
        for table in Row.metadata.sorted_tables:
            tx.connection().execute(insert(table).values(**_sample(table)))
        for name in copying.COUNTED:
            copying.reserve(tx.connection(), name, 1)


def rows(database: Database) -> Rows:
    """All there is."""
    with database.read() as tx:
        return {
            table.name: [dict(row) for row in tx.connection().execute(select(table)).mappings()]
            for table in Row.metadata.sorted_tables
        }


def _sample(table: Table) -> dict[str, object]:
    return {column.name: _value(column) for column in table.columns}


def _value(column: Column[Any]) -> object:
    if isinstance(column.type, Enum) and column.type.enum_class is not None:
        return next(iter(column.type.enum_class))
    return next(value for kind, value in SAMPLES if isinstance(column.type, kind))
