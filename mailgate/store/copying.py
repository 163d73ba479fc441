"""All rows of one database put into another, which may be of the other kind.

A backup is always an SQLite file of this program's tables, whatever it was made of: it can be examined wherever
mailgate runs, needs no program of a server's version, and goes back to either kind. One transaction reads, so it is one
state; one writes, so it is whole or not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, LargeBinary, RowMapping, Table, delete, func, insert, select, text

from mailgate.store.tables import Row

FEW, MANY = 4, 500
"""Rows that are held at a time: of mails, which may have 25 MB each, and of anything else."""

COUNTED = ("inbox", "outbox", "timer")
"""The tables whose ids are never used twice: the highest one may have no row any more."""


LAST_GIVEN = {
    "sqlite": text("SELECT seq FROM sqlite_sequence WHERE name = :name"),
    "postgresql": text("SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence(:name, 'id') AS regclass))"),
}

GIVE_ABOVE = {
    "sqlite": (
        text("DELETE FROM sqlite_sequence WHERE name = :name AND :last IS NOT NULL"),
        text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"),
    ),
    "postgresql": (text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),),
}


def copy_rows(source: Connection, target: Connection) -> Mapping[str, int]:
    """Put every row of `source` in place of those of `target`, which has the same tables; how many of each."""
    tables = Row.metadata.sorted_tables
    for table in reversed(tables):
        target.execute(delete(table))
    copied = {table.name: _copy(table, source, target) for table in tables}
    for name in COUNTED:
        reserve(target, name, highest(source, name))
    for table in tables:
        if target.dialect.name == "postgresql" and table.name not in COUNTED and _is_numbered(table):
            reserve(target, table.name, highest(target, table.name))
    return copied


def hold_still(server: Connection) -> None:
    """Until this transaction ends, nobody changes the tables or makes them anew. To be asked first: the one state is
    that of the first question, and a table that was made after it looks empty."""
    named = [server.dialect.identifier_preparer.format_table(table) for table in Row.metadata.sorted_tables]
    server.exec_driver_sql(f"LOCK TABLE alembic_version, {', '.join(named)} IN ACCESS SHARE MODE")


def highest(connection: Connection, table: str) -> int:
    """The highest id that was ever given in a table."""
    known = connection.execute(select(func.max(Row.metadata.tables[table].c.id))).scalar_one() or 0
    asked = LAST_GIVEN[connection.dialect.name]
    return max(known, connection.execute(asked, {"name": table}).scalar() or 0)


def reserve(connection: Connection, table: str, last: int) -> None:
    """The next id given in a table is above `last`."""
    if last:
        for statement in GIVE_ABOVE[connection.dialect.name]:
            connection.execute(statement, {"name": table, "last": last})


def _copy(table: Table, source: Connection, target: Connection) -> int:
    copied = 0
    for rows in _batches(table, source):
        target.execute(insert(table), [dict(row) for row in rows])
        copied += len(rows)
    return copied


def _batches(table: Table, source: Connection) -> Iterator[list[RowMapping]]:
    large = any(isinstance(column.type, LargeBinary) for column in table.columns)
    options: dict[str, Any] = {"yield_per": FEW if large else MANY}
    with source.execute(select(table).order_by(*table.primary_key), execution_options=options) as found:
        for part in found.mappings().partitions():
            yield list(part)


def _is_numbered(table: Table) -> bool:
    """Whether the database gives the ids."""
    return table.autoincrement_column is not None and table.autoincrement_column.name == "id"
