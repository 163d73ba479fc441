"""Whether a database keeps what it is given: its schema, its settings, and what is broken in it. Only looks.

For `mailgate doctor`; what the values mean for accepted mail is said there.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, NullPool, make_url
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from mailgate.store import schema, sqlite
from mailgate.store.database import DatabaseUnfit, postgresql
from mailgate.store.schema import SchemaTooNew, SchemaTooOld
from mailgate.store.tables import Row

UNREADABLE = (SQLAlchemyError, sqlite3.Error, SchemaTooNew, SchemaTooOld, DatabaseUnfit)
"""What looking into a database may raise: it is broken, busy, gone, or of another program."""

SQLITE_VERSION = sqlite3.sqlite_version_info
STEPS = 20_000
"""Steps of SQLite's machine between two looks at the clock."""


class Schema(StrEnum):
    """The tables of a database beside those of this program."""

    NONE = "none"
    OLDER = "older"
    OURS = "ours"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class SqliteHealth:
    """`journal` and `synchronous` are as the pragmas of those names tell them (2 is FULL). `damage` is the first thing
    that the check found; `finished` says whether it came to its end in time."""

    schema: Schema
    journal: str
    synchronous: int
    damage: str | None
    finished: bool


@dataclass(frozen=True, slots=True)
class ServerHealth:
    """A PostgreSQL server's settings as it tells them; `standby` says that it is one. `replicas` are those connected
    now, `synchronous` those of them that commits wait for, `visible` those whose state this role may see at all.
    `connections` are as many as this role can have; `ahead` is how far the server's clock is ahead of ours; `denied` is
    what this role may not do there and must."""

    schema: Schema
    version: str
    fsync: str
    full_page_writes: str
    synchronous_commit: str
    synchronous_standby_names: str
    standby: bool
    replicas: int
    synchronous: int = 0
    visible: int = 0
    connections: int = 100
    ahead: timedelta = timedelta(0)
    denied: str | None = None


SETTINGS = """
SELECT current_setting('server_version'), current_setting('fsync'), current_setting('full_page_writes'),
       current_setting('synchronous_commit'), current_setting('synchronous_standby_names'), pg_is_in_recovery(),
       (SELECT count(*) FROM pg_stat_replication WHERE state IS NULL OR state IN ('streaming', 'catchup')),
       (SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum')),
       (SELECT count(*) FROM pg_stat_replication WHERE state IS NOT NULL)
"""

CONNECTIONS = """
SELECT least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
             (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),
             (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()))
"""


CREATING = """
SELECT 'make tables in the schema ' || coalesce(current_schema(), 'public')
WHERE has_schema_privilege(current_schema(), 'CREATE') IS NOT TRUE
"""

CHANGING = """
SELECT min('change the table ' || relname) FROM pg_class
WHERE relname = ANY(%(names)s) AND relkind = 'r' AND pg_table_is_visible(oid) AND NOT pg_has_role(relowner, 'USAGE')
"""

WRITING = """
SELECT min('read and write ' || relname) FROM pg_class
WHERE relname = ANY(%(names)s) AND pg_table_is_visible(oid) AND NOT CASE relkind
      WHEN 'S' THEN has_sequence_privilege(oid, 'USAGE')
      ELSE has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
       AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE') END
"""

NEEDED = {Schema.NONE: CREATING, Schema.OLDER: CHANGING, Schema.OURS: WRITING}
"""What asks for a right that the next start needs and this role has not, by what the start will find."""

DENIED = "42501"
"""SQLSTATE of what a role may not do."""


def is_denial(failure: Exception) -> bool:
    """Whether a server refuses a role what it has no right to."""
    return getattr(getattr(failure, "orig", None), "sqlstate", None) == DENIED


def is_damage(failure: Exception) -> bool:
    """Whether a file of SQLite is none, or is torn: the kinds of error beneath this one mean something else."""
    return type(failure) in (DatabaseError, sqlite3.DatabaseError)


def of_file(path: Path, seconds: float) -> SqliteHealth:
    """Look at an SQLite file for no longer than `seconds`. Raises one of UNREADABLE."""
    with sqlite.onlooker(path).connect() as connection:
        made_by = _schema(connection)
    examined = sqlite.examiner(path)
    try:
        journal = sqlite.journal_of(path, examined)
        synchronous = int(examined.execute("PRAGMA synchronous").fetchone()[0])
        damage, finished = _damage(examined, seconds)
    finally:
        examined.close()
    return SqliteHealth(made_by, journal, synchronous, damage, finished)


def of_server(url: str, password: str | None, seconds: float, clock: Callable[[], datetime]) -> ServerHealth:
    """Look at a PostgreSQL server; connecting has `seconds`, `clock` is this machine's. Raises one of UNREADABLE."""
    engine = postgresql(_in_time(url, seconds), password, NullPool)
    with engine.connect() as connection:
        found = ServerHealth(_schema(connection), *connection.exec_driver_sql(SETTINGS).one())
        connections = connection.exec_driver_sql(CONNECTIONS).scalar_one()
        denied = _denied(connection, found.schema)
        return replace(found, connections=connections, ahead=_ahead(connection, clock), denied=denied)


def _denied(connection: Connection, made_by: Schema) -> str | None:
    if made_by not in NEEDED:
        return None
    names = [name for table in Row.metadata.tables for name in (table, f"{table}_id_seq")]
    asked = connection.exec_driver_sql(NEEDED[made_by], {"names": names})
    denied: str | None = asked.scalar()
    return denied


def _ahead(connection: Connection, clock: Callable[[], datetime]) -> timedelta:
    """What is left when the answer's way is allowed for."""
    asked = clock()
    theirs: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    heard = clock()
    return timedelta(0) if asked <= theirs <= heard else theirs - (heard if theirs > heard else asked)


def _in_time(url: str, seconds: float) -> str:
    return make_url(url).update_query_dict({"connect_timeout": str(round(seconds))}).render_as_string(False)


def _schema(connection: Connection) -> Schema:
    version = schema.version_of(connection)
    try:
        schema.refuse_newer(connection)
    except SchemaTooNew:
        return Schema.NEWER
    if version is None:
        return Schema.NONE
    return Schema.OURS if version == schema.latest() else Schema.OLDER


def _damage(connection: sqlite3.Connection, seconds: float) -> tuple[str | None, bool]:
    """`quick_check` reads the whole file, which may take longer than anybody waits."""
    until = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > until, STEPS)
    try:
        found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError:
        if time.monotonic() > until:
            return None, False
        raise
    return (None if found == "ok" else found), True
