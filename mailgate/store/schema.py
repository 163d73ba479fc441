"""The schema's way from one version to the next: Alembic, run by the program itself, all or nothing.

- One transaction holds the whole upgrade, and a lock is taken before the version is read: of two nodes that start
  together one migrates and the other finds it done (hazards F11). On SQLite that lock is BEGIN IMMEDIATE.
- SQLite changes a table by copying and dropping it, and dropping fires every ON DELETE CASCADE; foreign keys are off
  meanwhile (a pragma that only works outside a transaction) and checked before the commit. That reads every table, so
  a start that finds nothing to do does not wait for it.
- Migrations import nothing of the program: they must still run when the tables have long moved on.

A new step is a file in `migrations/versions` that names the one before it; a test compares the outcome with `tables`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from mailgate.store import beginning
from mailgate.store.tables import Row

MIGRATIONS = Path(__file__).parent / "migrations"
POSTGRESQL_LOCK = 0x6D61696C67617465
"""The advisory lock of an upgrade: "mailgate" in ASCII."""


class SchemaTooNew(Exception):
    """The database was made by a later mailgate; this one would damage it."""


class SchemaTooOld(Exception):
    """The database was made by an earlier mailgate, and who only looks does not upgrade it."""


class SchemaDamaged(Exception):
    """A migration would have left rows that point nowhere; nothing was changed."""


def upgrade(engine: Engine) -> bool:
    """Bring the schema to this program's version; whether there was none. Raises SchemaTooNew, and then changes
    nothing."""
    with engine.connect() as connection, _foreign_keys_off(connection), connection.begin():
        _lock(connection)
        refuse_newer(connection)
        before = version_of(connection)
        if before != latest():
            _upgrade(connection)
            _check_foreign_keys(connection)
        if before is None:
            beginning.begin(connection)
    return before is None


def remake(connection: Connection) -> None:
    """This program's tables, empty, in place of those that are there; in the caller's transaction."""
    Row.metadata.drop_all(connection)
    connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    _upgrade(connection)


def try_lock(connection: Connection) -> bool:
    """Take the lock of an upgrade until the transaction ends, on a server; False when somebody has it."""
    return bool(connection.exec_driver_sql(f"SELECT pg_try_advisory_xact_lock({POSTGRESQL_LOCK})").scalar())


def refuse_newer(connection: Connection) -> None:
    """Raises SchemaTooNew when the database's version is none that this program knows."""
    version = version_of(connection)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if version is not None and version not in known:
        raise SchemaTooNew(
            f"the database has schema version '{version}', which this mailgate does not know; "
            "it was upgraded by a newer one: install that, or restore a backup"
        )


def refuse_older(connection: Connection) -> None:
    """Raises SchemaTooOld when the database has tables, and they are not yet this program's."""
    version = version_of(connection)
    if version not in (None, latest()):
        raise SchemaTooOld(
            f"the database has schema version '{version}', of an earlier mailgate: "
            "`mailgate serve` upgrades it when it starts"
        )


def version_of(connection: Connection) -> str | None:
    """The schema's version, or None before the first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def latest() -> str | None:
    """The version that this program's tables have."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
        driver.close()


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({POSTGRESQL_LOCK})")


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise SchemaDamaged(f"after the upgrade {len(broken)} rows would point nowhere, the first in {broken[0][0]}")
