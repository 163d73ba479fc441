"""A database that an earlier mailgate filled is upgraded in place, and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, MetaData, Table, insert, inspect, select

from mailgate.store import schema, sqlite
from mailgate.store.database import Database, SchemaTooOld
from tests.builders import NOW

Rows = dict[str, list[Mapping[str, Any]]]

SAMPLES: Mapping[type, object] = {bool: True, int: 1, str: "x", datetime: NOW, bytes: b"x"}
"""A value for a column of each type (a list for JSON); every key is 1, so every row points to the row of its parent."""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    path = tmp_path / "mailgate.db"
    sqlite.create_file(path)
    engine = sqlite.writer(path, checkpoint=True)
    yield engine
    engine.dispose()


def first_version(engine: Engine) -> None:
    """The tables as the first mailgate made them, with one row in each, and the memory of seven timers."""
    with engine.connect() as connection, connection.begin():
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for table in _tables(connection):
            if table.name not in ("alembic_version", "counter"):
                connection.execute(insert(table).values(_sample(table)))
        timer = _table(connection, "timer")
        connection.execute(insert(timer).values(_sample(timer) | {"id": 7, "kind": "late"}))
        connection.execute(timer.delete().where(timer.c.id == 7))


def _tables(connection: Connection) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return metadata.sorted_tables


def _table(connection: Connection, name: str) -> Table:
    return Table(name, MetaData(), autoload_with=connection)


def _sample(table: Table) -> dict[str, object]:
    return {column.name: SAMPLES.get(column.type.python_type, ["x"]) for column in table.columns}


def _rows(connection: Connection) -> Rows:
    return {
        table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
        for table in _tables(connection)
        if table.name != "alembic_version"
    }


def _known(rows: Rows, before: Rows) -> Rows:
    """What was there before, of what is there now."""
    return {
        name: [{key: row[key] for key in old if key in row} for row, old in zip(rows[name], kept, strict=True)]
        for name, kept in before.items()
    }


MOVED = "callback_"
"""How the names of a ticket's columns begin that became a row of their own."""


def _without(rows: Rows, moved: str) -> Rows:
    gone = {key for key in rows["ticket"][0] if key.startswith(moved)} | {"update_due_at"}
    return rows | {"ticket": [{key: row[key] for key in row if key not in gone} for row in rows["ticket"]]}


def test_an_upgrade_loses_nothing(engine: Engine) -> None:
    """Every row of every table, every column of it, if not here then elsewhere; the upgrade checks foreign keys."""
    first_version(engine)
    with engine.connect() as connection:
        before = _rows(connection)
    schema.upgrade(engine)
    with engine.connect() as connection:
        after = _rows(connection)
    assert _known(after, before) == _without(before, MOVED)
    assert all(before.values())
    (mail,), (sent,) = after["inbox"], after["outbox"]
    (clock,), (old,) = after["clock"], before["ticket"]
    assert (clock["ticket"], clock["promise"], clock["due_at"]) == (old["number"], "callback", old["callback_due_at"])
    assert (clock["ended_at"], clock["ended_by"]) == (old["callback_kept_at"], old["callback_kept_by"])
    assert (mail["level"], mail["dkim"], sent["fate"], sent["fate_reason"], sent["fate_at"]) == (
        None, [], None, None, None,
    )  # fmt: skip


def test_ids_of_timers_go_on_where_they_were(engine: Engine) -> None:
    """A Message-ID is made from the id of the timer that sent the mail: used twice, the second mail vanishes."""
    first_version(engine)
    schema.upgrade(engine)
    with engine.connect() as connection, connection.begin():
        timer = _table(connection, "timer")
        made = connection.execute(insert(timer).values(kind="report", due_at=NOW))
        assert made.inserted_primary_key == (8,)
        assert inspect(connection).get_foreign_keys("timer")[0]["referred_table"] == "ticket"


def test_who_only_looks_is_told_to_start_the_desk(engine: Engine, tmp_path: Path) -> None:
    """Between the installation and the restart, a command would otherwise fail with the name of a column."""
    first_version(engine)
    url = f"sqlite:///{tmp_path}/mailgate.db"
    with pytest.raises(SchemaTooOld, match=r"'0001'.*serve"):
        Database.peek(url)
    schema.upgrade(engine)
    assert Database.peek(url) is not None


def test_an_empty_database_of_the_first_version_is_upgraded_too(engine: Engine) -> None:
    """A desk that was installed and never used."""
    with engine.connect() as connection, connection.begin():
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    schema.upgrade(engine)
    with engine.connect() as connection:
        assert schema.version_of(connection) == schema.latest()
