"""Migrations: complete, locked, reversible by failing."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, event

from mailgate.store import schema, sqlite
from mailgate.store.database import Database, SchemaTooNew
from mailgate.store.schema import SchemaDamaged
from mailgate.store.tables import Row

TWINS = ("ix_inbox_decided", "ix_inbox_carried_out")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    path = tmp_path / "mailgate.db"
    sqlite.create_file(path)
    return sqlite.writer(path, checkpoint=True)


def _statements(connection: Connection) -> dict[str, str]:
    found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {row.name: row.sql for row in found}


def test_the_migrations_make_exactly_the_tables(engine: Engine) -> None:
    """A column that only the code knows fails at the first mail, on a site that was upgraded."""
    schema.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []
    engine.dispose()


def test_partial_indexes_and_ids_are_as_declared(engine: Engine) -> None:
    """What autogeneration does not compare: conditions of indexes, and ids that are never used twice."""
    schema.upgrade(engine)
    with engine.connect() as connection:
        made = _statements(connection)
        Row.metadata.drop_all(connection)
        Row.metadata.create_all(connection)
        declared = _statements(connection)
    engine.dispose()
    for name in ("ix_outbox_open", "ix_ticket_carried", "ix_timer_desk", "ix_journal_refused", *TWINS):
        assert made[name] == declared[name]
    assert all(("AUTOINCREMENT" in made[name]) == ("AUTOINCREMENT" in declared[name]) for name in Row.metadata.tables)


def test_an_upgrade_happens_once_and_keeps_what_is_there(database: Database) -> None:
    """Every start upgrades; only the first one after an installation has something to do."""
    database.upgrade()
    with database.read() as tx:
        assert tx.connection().exec_driver_sql("SELECT next FROM counter").scalars().all() == [1001]


def test_two_that_start_together_migrate_once(url: str) -> None:
    """Two nodes after one installation (hazards F11)."""
    failures: list[Exception] = []

    def start() -> None:
        database = Database.open(url)
        try:
            database.upgrade()
        except Exception as failure:  # noqa: BLE001 - the thread would swallow it
            failures.append(failure)
        database.close()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_newer_schema_is_refused_in_words(database: Database, url: str) -> None:
    """An older program would damage what it does not know; the sentence says what to do."""
    with database.write() as tx:
        tx.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaTooNew, match=r"'9999'.*newer"):
        database.upgrade()
    with pytest.raises(SchemaTooNew, match="newer"):
        Database.peek(url)


def test_a_migration_that_breaks_references_changes_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Foreign keys are off while tables are copied, so they are checked before the commit."""

    def orphan(config: Config, _revision: str) -> None:
        config.attributes["connection"].exec_driver_sql("INSERT INTO participant VALUES (4711, 'x@example.com')")

    monkeypatch.setattr(command, "upgrade", orphan)
    monkeypatch.setattr(schema, "latest", lambda: "a later one")
    with pytest.raises(SchemaDamaged, match="participant"):
        database.upgrade()
    with database.write() as tx:
        assert tx.connection().exec_driver_sql("SELECT count(*) FROM participant").scalar() == 0
        assert tx.connection().exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_start_that_finds_nothing_to_do_reads_no_table(database: Database) -> None:
    """Of a million tickets, the check of every reference would keep the doors shut for minutes."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(database._writer, "before_cursor_execute", note)
    database.upgrade()
    assert asked
    assert not [one for one in asked if "foreign_key_check" in one]
