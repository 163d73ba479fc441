"""A database that an earlier mailgate filled is upgraded in place, and loses nothing: from every version, on every kind
of database, by one of those that start together, or not at all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, NullPool, Table, event, insert, inspect, select

from mailgate.store import schema, sqlite
from mailgate.store.database import Database, SchemaTooOld, postgresql
from tests.builders import NOW
from tests.store.conftest import SERVERS

Rows = dict[str, list[Mapping[str, Any]]]

SAMPLES: Mapping[type, object] = {bool: True, int: 1, str: "x", datetime: NOW, date: NOW.date(), bytes: b"x"}
"""A value for a column of each type (a list for JSON); every key is 1, so every row points to the row of its parent."""

VERSIONS = tuple(
    script.revision for script in reversed(list(ScriptDirectory.from_config(schema._config()).walk_revisions()))
)
"""Every version that there was, the first one first."""

Opener = Callable[[], Engine]


@pytest.fixture(params=SERVERS)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens one empty database, as often as it is asked."""
    if request.param == "sqlite":
        path = tmp_path / "mailgate.db"
        sqlite.create_file(path)
        yield lambda: sqlite.writer(path, checkpoint=True)
    else:
        server = request.getfixturevalue("postgres")
        name = server.create()
        yield lambda: postgresql(server.url(name), None, NullPool)
        server.drop(name)


@pytest.fixture
def engine(opener: Opener) -> Iterator[Engine]:
    engine = opener()
    yield engine
    engine.dispose()


def make(engine: Engine, version: str) -> None:
    """The tables as that version made them."""
    with engine.connect() as connection, connection.begin():
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, version)


def fill(engine: Engine, version: str) -> Rows:
    """The tables of a version, with one row in each."""
    make(engine, version)
    with engine.connect() as connection, connection.begin():
        for table in _tables(connection):
            if table.name not in ("alembic_version", "counter"):
                connection.execute(insert(table).values(_sample(table)))
    return rows_of(engine)


def rows_of(engine: Engine) -> Rows:
    with engine.connect() as connection:
        return _rows(connection)


def remember_seven_timers(engine: Engine) -> None:
    """The last of them is gone."""
    with engine.connect() as connection, connection.begin():
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


@pytest.mark.parametrize("version", VERSIONS)
def test_an_upgrade_loses_nothing(version: str, engine: Engine) -> None:
    """Every row of every table, every column of it; the upgrade checks foreign keys."""
    before = fill(engine, version)
    schema.upgrade(engine)
    assert all(before.values())
    assert _known(rows_of(engine), before) == _without(before, MOVED)


def test_a_new_database_draws_its_salt_once(engine: Engine) -> None:
    """Whoever opens it later finds the same."""
    assert schema.upgrade(engine)
    (drawn,) = rows_of(engine)["beginning"]
    assert len(drawn["salt"]) == 32
    assert not schema.upgrade(engine)
    assert rows_of(engine)["beginning"] == [drawn]


def test_a_database_from_before_salts_keeps_its_addresses(engine: Engine) -> None:
    """They are signed with the keys as they are."""
    make(engine, "0015")
    assert not schema.upgrade(engine)
    assert rows_of(engine)["beginning"] == []


def test_what_moved_is_elsewhere(engine: Engine) -> None:
    """The promises, which were columns of a ticket."""
    before = fill(engine, "0001")
    schema.upgrade(engine)
    after = rows_of(engine)
    (mail,), (sent,) = after["inbox"], after["outbox"]
    (clock,), (old,) = after["clock"], before["ticket"]
    assert (clock["ticket"], clock["promise"], clock["due_at"]) == (old["number"], "callback", old["callback_due_at"])
    assert (clock["ended_at"], clock["ended_by"]) == (old["callback_kept_at"], old["callback_kept_by"])
    assert (mail["level"], mail["dkim"], sent["fate"], sent["fate_reason"], sent["fate_at"]) == (
        None, [], None, None, None,
    )  # fmt: skip


@contextmanager
def counting(engine: Engine, fails_at: int | None = None) -> Iterator[list[str]]:
    """Every statement meanwhile; the one of that number fails."""
    said: list[str] = []

    def heed(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)
        if len(said) == fails_at:
            raise RuntimeError("the disk is full")

    event.listen(engine, "before_cursor_execute", heed)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", heed)


def test_an_upgrade_that_fails_changes_nothing(engine: Engine) -> None:
    """At whatever statement; and it is made the next time."""
    before, statements = fill(engine, "0001"), _statements(engine)
    assert statements > 60
    for number in (2, statements // 3, statements // 2, statements - 1, statements):
        with counting(engine, number), pytest.raises(RuntimeError, match="full"):
            schema.upgrade(engine)
        with engine.connect() as connection:
            assert schema.version_of(connection) == "0001"
        assert rows_of(engine) == before
    schema.upgrade(engine)
    assert _known(rows_of(engine), before) == _without(before, MOVED)


def _statements(engine: Engine) -> int:
    """How many an upgrade makes; this one is taken back."""
    with (
        counting(engine) as said,
        engine.connect() as connection,
        schema._foreign_keys_off(connection),
        connection.begin() as transaction,
    ):
        schema._upgrade(connection)
        transaction.rollback()
    return len(said)


def test_of_nodes_that_start_together_one_upgrades(opener: Opener, engine: Engine) -> None:
    """The others wait for it, and find it done (hazards F11)."""
    before = fill(engine, "0001")
    engines, failures = [opener() for _ in range(3)], list[Exception]()
    said = list[str]()

    def heed(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    def start(node: Engine) -> None:
        try:
            schema.upgrade(node)
        except Exception as failure:  # noqa: BLE001 - the thread would swallow it
            failures.append(failure)

    for node in engines:
        event.listen(node, "before_cursor_execute", heed)
    threads = [threading.Thread(target=start, args=(node,)) for node in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for node in engines:
        node.dispose()
    assert failures == []
    assert sum("CREATE TABLE deed" in statement for statement in said) == 1
    assert _known(rows_of(engine), before) == _without(before, MOVED)


def test_ids_of_timers_go_on_where_they_were(engine: Engine) -> None:
    """A Message-ID is made from the id of the timer that sent the mail: used twice, the second mail vanishes."""
    fill(engine, "0001")
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("SELECT setval('timer_id_seq', 7)")
    remember_seven_timers(engine)
    schema.upgrade(engine)
    with engine.connect() as connection, connection.begin():
        timer = _table(connection, "timer")
        made = connection.execute(insert(timer).values(kind="report", due_at=NOW))
        assert made.inserted_primary_key == (8,)
        assert inspect(connection).get_foreign_keys("timer")[0]["referred_table"] == "ticket"


def test_who_only_looks_is_told_to_start_the_desk(tmp_path: Path) -> None:
    """Between the installation and the restart, a command would otherwise fail with the name of a column."""
    sqlite.create_file(tmp_path / "mailgate.db")
    engine, url = sqlite.writer(tmp_path / "mailgate.db", checkpoint=True), f"sqlite:///{tmp_path}/mailgate.db"
    make(engine, "0001")
    with pytest.raises(SchemaTooOld, match=r"'0001'.*serve"):
        Database.peek(url)
    schema.upgrade(engine)
    assert Database.peek(url) is not None
    engine.dispose()


def test_an_empty_database_of_the_first_version_is_upgraded_too(engine: Engine) -> None:
    """A desk that was installed and never used."""
    make(engine, "0001")
    schema.upgrade(engine)
    with engine.connect() as connection:
        assert schema.version_of(connection) == schema.latest()
