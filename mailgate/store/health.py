"""Whether a database keeps what it is given: its schema, its settings, and what is broken in it. Only looks.

For `mailgate doctor`; what the values mean for accepted mail is said there.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, NullPool, make_url
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from mailgate.store import schema, sqlite
from mailgate.store.database import postgresql
from mailgate.store.schema import SchemaTooNew, SchemaTooOld

UNREADABLE = (SQLAlchemyError, sqlite3.Error, SchemaTooNew, SchemaTooOld)
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
    """A PostgreSQL server's settings as it tells them; `replicas` are those connected now, `standby` that it is one."""

    schema: Schema
    version: str
    fsync: str
    full_page_writes: str
    synchronous_commit: str
    synchronous_standby_names: str
    standby: bool
    replicas: int


SETTINGS = """
SELECT current_setting('server_version'), current_setting('fsync'), current_setting('full_page_writes'),
       current_setting('synchronous_commit'), current_setting('synchronous_standby_names'),
       pg_is_in_recovery(), (SELECT count(*) FROM pg_stat_replication)
"""


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


def of_server(url: str, password: str | None, seconds: float) -> ServerHealth:
    """Look at a PostgreSQL server; connecting has `seconds`. Raises one of UNREADABLE."""
    engine = postgresql(_in_time(url, seconds), password, NullPool)
    with engine.connect() as connection:
        return ServerHealth(_schema(connection), *connection.exec_driver_sql(SETTINGS).one())


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
