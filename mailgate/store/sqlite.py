"""How this program opens an SQLite file (design.md §3).

- `synchronous=FULL`: the only setting with WAL under which "committed" survives a power cut (hazards M15).
- BEGIN IMMEDIATE: a transaction that may write takes the lock first. With the driver's default, two of them read the
  same value and one update is lost without an error (libraries.md finding 7).
- One writer connection, hence one checkpointer: older SQLite corrupts a WAL that two of them reset (hazards M23).
  Readers cannot write at all, and a command beside a running daemon leaves checkpoints to the daemon.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, NullPool, Pool, PoolProxiedConnection, QueuePool, create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_BEGINS = "begins"
"""What this program's dialect is called in URLs."""

READERS = 4
KEEPS = ("synchronous=FULL", "foreign_keys=ON")
READ_ONLY = ("query_only=ON",)
BUSY_SECONDS = 5
"""How long to wait for another process that writes."""
PAUSE_SECONDS = 0.05
QUEUE_SECONDS = 30
"""How long a thread waits for the threads before it."""


def create_file(path: Path) -> None:
    """Make the database's directory and the empty file, for their owner only.

    An existing file is not touched: closing it here would drop the locks that SQLite holds on it (POSIX advisory locks
    belong to the process)."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def writer(path: Path, checkpoint: bool) -> Engine:
    """The one connection that writes; threads queue for it."""
    checkpoints = () if checkpoint else ("wal_autocheckpoint=0",)
    pragmas = ("journal_mode=WAL", *KEEPS, *checkpoints)
    return _engine(_queue(_Opener(path, pragmas), 1), "BEGIN IMMEDIATE")


def readers(path: Path) -> Engine:
    """Connections that see one consistent state each and cannot write."""
    return _engine(_queue(_Opener(path, READ_ONLY), READERS), "BEGIN")


def onlooker(path: Path) -> Engine:
    """Connections that leave no trace on the disk; each is opened for one transaction."""
    return _engine(NullPool(_Opener(path, READ_ONLY, _untouched)), "BEGIN")


def examiner(path: Path) -> sqlite3.Connection:
    """One connection with the writer's settings that leaves no trace on the disk."""
    opened: sqlite3.Connection = _Opener(path, (*KEEPS, *READ_ONLY), _untouched)()
    return opened


def copier(path: Path) -> sqlite3.Connection:
    """One connection that cannot write to this file, and can to others (VACUUM INTO)."""
    opened: sqlite3.Connection = _Opener(path, (), _untouched)()
    return opened


def overwriter(path: Path) -> sqlite3.Connection:
    """One connection whose whole database is about to be written."""
    opened: sqlite3.Connection = _Opener(path, ("synchronous=FULL",))()
    return opened


def builder(path: Path) -> Engine:
    """The one connection to a file that nobody else knows and that is thrown away unless it is finished."""
    pragmas = ("journal_mode=MEMORY", "synchronous=OFF", "foreign_keys=OFF")
    return _engine(_queue(_Opener(path, pragmas), 1), "BEGIN IMMEDIATE")


def journal_of(path: Path, examined: sqlite3.Connection) -> str:
    """`PRAGMA journal_mode`; of a file that nobody has open, as its header says (octet 18: 2 is WAL), because a
    connection to one that does not change takes it for having no journal at all."""
    if _has_log(path):
        return str(examined.execute("PRAGMA journal_mode").fetchone()[0])
    with path.open("rb") as file:  # nobody holds locks that closing it could drop
        return "wal" if file.read(19)[18:] == b"\x02" else "delete"


def _shared(_path: Path) -> str:
    return "rw"


def _untouched(path: Path) -> str:
    """Even a reader of a WAL database makes a `-wal` and a `-shm` file where there are none. None there means that
    nobody has it open and all is in the main file, which may then be read as one that does not change."""
    return "ro" if _has_log(path) else "ro&immutable=1"


def _has_log(path: Path) -> bool:
    return path.with_name(path.name + "-wal").exists()


def _queue(opener: _Opener, connections: int) -> Pool:
    return QueuePool(opener, pool_size=connections, max_overflow=0, timeout=QUEUE_SECONDS)


def _engine(pool: Pool, begin: str) -> Engine:
    return create_engine(f"sqlite+{_BEGINS}://", pool=pool, hide_parameters=True, begin=begin)


class _Dialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's, with the statement that begins a transaction. A listener for its beginning would do the same, and
    make SQLAlchemy look for listeners at every statement."""

    supports_statement_cache = True

    def __init__(self, begin: str, **rest: Any) -> None:
        super().__init__(**rest)
        self._begin = begin

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        cursor = dbapi_connection.cursor()
        cursor.execute(self._begin)
        cursor.close()


registry.register(f"sqlite.{_BEGINS}", __name__, _Dialect.__name__)


@dataclass(frozen=True, slots=True)
class _Opener:
    """Opens one connection; `mode` answers with a query of SQLite's file URIs."""

    path: Path
    pragmas: tuple[str, ...]
    mode: Callable[[Path], str] = _shared

    def __call__(self) -> Any:  # SQLAlchemy wants its DBAPIConnection, which sqlite3.Connection does not quite fit
        connection = sqlite3.connect(
            f"file:{quote(str(self.path.absolute()))}?mode={self.mode(self.path)}",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,  # the driver begins no transaction of its own
            check_same_thread=False,  # the pool hands a connection to one thread at a time
        )
        try:
            for pragma in self.pragmas:
                _set(connection, pragma)
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def _set(connection: sqlite3.Connection, pragma: str) -> None:
    """Set a pragma. SQLite does not wait for the lock that it needs to turn a new file into WAL: it answers "locked" at
    once when several open the file together."""
    until = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute(f"PRAGMA {pragma}")
            return
        except sqlite3.OperationalError as busy:
            if busy.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            sleep(PAUSE_SECONDS)
