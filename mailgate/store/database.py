"""The database as the rest of the program sees it: transactions that write, transactions that read, and a lock.

Nobody calls `commit()` by name: leaving `with database.write() as tx` commits, an exception rolls back.

PostgreSQL has several writers and perhaps several nodes. Who writes sees at every statement what others committed
(READ COMMITTED), so that who waited for a lock goes on with the truth; who reads sees one state. A node that stops in
the middle of a transaction, held by a signal or cut off from the network, would keep its locks for ever: the server
ends its session after `PATIENCE`, unless the administrator set another time.

A URL may name several servers (`host=a,b` with `target_session_attrs=read-write`), of which one takes writes at a time.
After a failover a connection may stand that leads to a server that takes none any more: the first write that it refuses
closes all, and new ones find the right one. A server that went without a word is given up after seconds (`REACH`).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine, NullPool, Pool, QueuePool, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as QueueTimeout
from sqlmodel import Session

from mailgate.store import schema, sqlite
from mailgate.store.schema import SchemaTooNew, SchemaTooOld

__all__ = [
    "DATABASE_FAULTS",
    "Database",
    "DatabaseBusy",
    "DatabaseUnfit",
    "SchemaTooNew",
    "SchemaTooOld",
    "ServeLock",
    "Tx",
    "may_be_the_rows",
]

Tx = Session

DATABASE_FAULTS = (OperationalError, InterfaceError, InternalError, QueueTimeout)
"""Trouble of the database, not of the event: wait and try again, never quarantine. Disk full, locked, unreachable."""


OF_THE_MACHINE = frozenset({"BUSY", "LOCKED", "FULL", "IOERR", "READONLY", "CANTOPEN", "NOMEM", "PROTOCOL"})
"""SQLite's primary result codes that no row can bring about."""

OF_THE_SERVER = frozenset({"08", "25", "40", "53", "55", "57", "58"})
"""The same of PostgreSQL, by class of SQLSTATE: connection, read-only, conflict, resources, locks, operator, system."""

IDLE, UNHEARD = "idle_in_transaction_session_timeout", "tcp_user_timeout"
PATIENCE = "30s"
"""How long PostgreSQL waits for the next word of an open transaction, and for a node that takes no more of an answer.
Every other node may be waiting for it, too."""


READ_ONLY = "25006"
"""SQLSTATE of a write on a server that is a standby by now, or was told to take none."""

REACH: Mapping[str, int] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""How long libpq waits for a server that is not there any more: seconds, the last milliseconds; a URL may say other
values. Without, a cable that was pulled is noticed after a quarter of an hour."""


def may_be_the_rows(fault: Exception) -> bool:
    """Whether a fault might come from what is being written, rather than from the disk, a lock or the server."""
    cause = getattr(fault, "orig", None)
    state = getattr(cause, "sqlstate", "")
    code = str(getattr(cause, "sqlite_errorname", "")).removeprefix("SQLITE_").partition("_")[0]
    cut_off = isinstance(fault, QueueTimeout) or state is None
    return not cut_off and state[:2] not in OF_THE_SERVER and code not in OF_THE_MACHINE


class DatabaseBusy(Exception):
    """Another process serves this database."""


class DatabaseUnfit(Exception):
    """The server's database cannot hold the letters of every mail."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. Thread-safe; a transaction belongs to the thread that opened it.

    On SQLite a thread inside `write()` that opens another `write()` waits for itself."""

    _writer: Engine
    _reader: Engine
    _seeker: Engine

    @classmethod
    def open(cls, url: str, password: str | None = None, checkpoint: bool = True) -> Database:
        """Open, and on SQLite create what is missing (directory 0700, file 0600); call `upgrade()` next.

        `password` is PostgreSQL's. A command that writes beside a running daemon says `checkpoint=False`."""
        path = sqlite_path(url)
        if path is None:
            engine = postgresql(url, password)
            return cls(engine, _one_state(engine), engine)
        sqlite.create_file(path)
        readers = sqlite.readers(path)
        return cls(sqlite.writer(path, checkpoint), readers, readers)

    @classmethod
    def peek(cls, url: str, password: str | None = None) -> Database | None:
        """Look without touching: None when there is no database yet or it has no tables, and nothing is created.

        Raises SchemaTooNew or SchemaTooOld. Writing through it is an OperationalError."""
        path = sqlite_path(url)
        if path is not None and not path.exists():
            return None
        engine = _one_state(postgresql(url, password, NullPool)) if path is None else sqlite.onlooker(path)
        with engine.connect() as connection:
            schema.refuse_newer(connection)
            schema.refuse_older(connection)
            known = schema.version_of(connection) is not None
        return cls(engine, engine, engine) if known else None

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A transaction that may write. On SQLite they run one at a time."""
        with Session(self._writer, expire_on_commit=False) as tx, tx.begin():
            yield tx

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A transaction that only reads, and whatever happens in it is rolled back."""
        with Session(self._reader, expire_on_commit=False) as tx:
            yield tx

    @contextmanager
    def seek(self) -> Iterator[Tx]:
        """A transaction that looks for work, passes over what another node has in hand, and is rolled back."""
        with Session(self._seeker, expire_on_commit=False) as tx:
            yield tx

    def upgrade(self) -> bool:
        """Bring the tables to this program's version; whether the database is new, and has none of anybody's mail.

        Raises SchemaTooNew and then changes nothing."""
        return schema.upgrade(self._writer)

    def close(self) -> None:
        """Let go of every connection, the writer's last: SQLite then tidies up its files."""
        self._reader.dispose()
        self._writer.dispose()


class ServeLock:
    """Holds the right to serve one SQLite database, from entering until leaving (hazards A58).

    The lock file beside the database stays when the lock is gone: removing it would let two processes each lock
    their own. A killed process lets go by dying."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        """Raises DatabaseBusy when another process holds it."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise DatabaseBusy(
                f"another mailgate serves this database already: {self._path} is locked; stop it first"
            ) from None
        self._descriptor = descriptor
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def sqlite_path(url: str) -> Path | None:
    """The file of an SQLite URL, None for another database. Raises ValueError for a database in memory."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    if not parsed.database or parsed.database == ":memory:":
        raise ValueError(f"a database in memory loses every mail: name a file, as in sqlite:///var/mailgate.db ({url})")
    return Path(parsed.database)


def postgresql(url: str, password: str | None, pool: type[Pool] = QueuePool) -> Engine:
    """Connections to a server, by the driver that the extra `postgres` brings."""
    parsed = make_url(url)
    if password is not None:
        parsed = parsed.set(password=password)
    driver = "postgresql+psycopg" if parsed.drivername == "postgresql" else parsed.drivername
    engine = create_engine(
        parsed.set(drivername=driver),
        poolclass=pool,
        pool_pre_ping=True,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        connect_args={key: value for key, value in REACH.items() if key not in parsed.query},
    )
    event.listen(engine, "connect", _refuse_few_letters, insert=True)
    event.listen(engine, "connect", _be_impatient)
    event.listen(engine, "handle_error", _leave_read_only)
    return engine


def _one_state(engine: Engine) -> Engine:
    """The same connections for who only reads: one state for the whole transaction."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _leave_read_only(context: ExceptionContext) -> None:
    """Another server takes writes now, perhaps: no connection to this one is used again."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


def _refuse_few_letters(connection: DBAPIConnection, _record: object) -> None:
    """The server names the encoding to whoever connects; a pooler in between may keep it to itself."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding not in (None, "UTF8"):
        raise DatabaseUnfit(
            f"the encoding of the database is {encoding}, in which not every mail can be written: make one by "
            "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'"
        )


def _be_impatient(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for name in (IDLE, UNHEARD):
        unset = f"current_setting('{name}', true) IN ('0', '0ms')"
        cursor.execute(f"SELECT set_config('{name}', '{PATIENCE}', false) WHERE {unset}")
    cursor.close()
    connection.commit()
