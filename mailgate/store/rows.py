"""Rows as plain statements, for the path that every mail takes.

An object of the session costs three to five times what its statement does, and every mail writes fifty rows
(performance.md). So what is only written is not made an object first, what several effects write is one statement, and
a question that every mail asks is put together once, with `bindparam` where the mail comes in (store.prepared).

What the session still holds goes first: the order of the effects stays what it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Executable, Insert, Table, insert, inspect, text

from mailgate.store import prepared
from mailgate.store.database import Tx
from mailgate.store.prepared import Found
from mailgate.store.tables import Row

Values = Mapping[str, object]
"""A row to be, by the names of its columns; those that are left out have the table's own value."""

_LAST_GIVEN = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
_GIVE = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")


def add(tx: Tx, kind: type[Row], rows: Sequence[Values]) -> None:
    """Add rows of one kind, each with the same columns."""
    if rows:
        tx.flush()
        prepared.run(tx.connection(), _insert(kind), rows, tuple(rows[0]))


def add_one(tx: Tx, kind: type[Row], /, **values: object) -> None:
    """Add one row."""
    add(tx, kind, (values,))


def numbered(tx: Tx, kind: type[Row], rows: Sequence[Values]) -> Sequence[int]:
    """Add rows whose `id` the database gives; the ids, in the order of the rows."""
    if not rows:
        return ()
    tx.flush()
    return tx.connection().execute(_insert_numbered(kind), rows).scalars().all()


def reserved(tx: Tx, kind: type[Row], count: int) -> Sequence[int]:
    """Ids for so many rows to be, in ascending order, for who must know them first; of a kind whose ids are never used
    twice. On SQLite, where nobody else writes meanwhile, the rows are added before anybody asks again."""
    name = table(kind).name
    if tx.connection().dialect.name == "sqlite":
        last = ask(tx, _LAST_GIVEN, {"name": name}).scalar() or 0
        return range(last + 1, last + 1 + count)
    return ask(tx, _GIVE, {"name": name, "count": count}).scalars()


def ask(tx: Tx, statement: Executable, values: Values | Sequence[Values] = ()) -> Found:
    """Run a statement that was made once; a sequence of values runs it for each of them."""
    tx.flush()
    several = (values,) if isinstance(values, Mapping) else values or ({},)
    return prepared.run(tx.connection(), statement, several)


@cache
def table(kind: type[Row]) -> Table:
    """The table of a class."""
    found = inspect(kind).local_table
    assert isinstance(found, Table)
    return found


@cache
def _insert(kind: type[Row]) -> Insert:
    return insert(table(kind))


@cache
def _insert_numbered(kind: type[Row]) -> Any:
    return insert(table(kind)).returning(table(kind).c.id, sort_by_parameter_order=True)
