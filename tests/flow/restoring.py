"""All rows of an SQLite database as they were, put back: most of a short test would be SQLAlchemy learning the same
statements again on another database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, text

from mailgate.store.database import Database, Tx
from mailgate.store.tables import CounterRow, Row


class Rows:
    """The rows of every table as they are now."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.read() as tx:
            tables = tx.connection().exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars()
            self._rows = {name: _all_of(tx, name) for name in tables.all()}

    def put_back(self) -> None:
        """Whatever happened to them since."""
        with self._database.write() as tx:
            connection = tx.connection()
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            for name, rows in self._rows.items():
                connection.exec_driver_sql(f"DELETE FROM {name}")
                if rows:
                    places = ", ".join("?" * len(rows[0]))
                    connection.exec_driver_sql(f"INSERT INTO {name} VALUES ({places})", rows)


class Untouched:
    """The same of a PostgreSQL database in which nothing has happened yet."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.read() as tx:
            counted = tx.connection().execute(select(CounterRow.__table__))  # type: ignore[attr-defined]  # it is one
            self._counters = [dict(row._mapping) for row in counted]

    def put_back(self) -> None:
        """Empty, and every number is given again from the first one."""
        names = ", ".join(table.name for table in Row.metadata.sorted_tables)
        with self._database.write() as tx:
            tx.connection().execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
            if self._counters:
                tx.connection().execute(insert(CounterRow), self._counters)


def _all_of(tx: Tx, table: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in tx.connection().exec_driver_sql(f"SELECT * FROM {table}")]
