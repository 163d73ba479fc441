"""A copy of the whole database in one file, made while the desk works.

SQLite copies itself by VACUUM INTO: one reading transaction, beside which mail goes on being accepted, and a compact
file at its end. PostgreSQL is read in one transaction that sees one state (store.copying): a backup is then the same
kind of file, and no client program of the right version has to be there.

The file is written under a name of its own (FILE.partial), examined, and on the disk before it gets its name: whatever
happens, FILE is a whole backup or not there. What a killed backup leaves behind, the next one takes over.

A backup holds every mail, and no key: whoever finds it can read, but not sign. The key ring has to be kept, too, or the
addresses that customers have find no ticket any more.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import NullPool, func
from sqlmodel import select

from mailgate.store import copying, schema, sqlite
from mailgate.store.database import Database, DatabaseBusy, postgresql, sqlite_path
from mailgate.store.tables import InboxRow, RestorePointRow, TicketRow

BESIDE = ("-journal", "-wal", "-shm")
"""What SQLite may have left beside a file."""


class BackupRefused(Exception):
    """There is nothing to back up, something in the way, or a file that is no whole backup."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the database is; `password` is PostgreSQL's."""

    url: str
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that is on the disk: `size` in octets, what it holds, and the version of its tables."""

    file: Path
    at: datetime
    size: int
    schema: str
    tickets: int
    received: int


def write(source: Source, file: Path, replace: bool, now: datetime) -> Backup:
    """Make a backup. Raises BackupRefused, DatabaseBusy while another writes to the same file, SchemaTooOld (of a
    server), and DATABASE_FAULTS."""
    path = sqlite_path(source.url)
    if path is not None and file.exists() and path.exists() and file.samefile(path):
        raise BackupRefused(f"{file} is the database itself: name another file")
    if file.exists() and not replace:
        raise BackupRefused(f"{file} is there already: name another file, or say --replace")
    with claimed(file.with_name(file.name + ".partial")) as partial:
        _fill(source, partial, now)
        found = _examined(partial)
        _put(partial, file, replace)
    return Backup(file, now, file.stat().st_size, *found)


@contextmanager
def claimed(path: Path) -> Iterator[Path]:
    """An empty file for its owner only, ours until the block ends; it is gone then, unless it was renamed."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        raise BackupRefused(f"there is no directory {path.parent}") from None
    try:
        _take(descriptor, path)
    except DatabaseBusy:
        os.close(descriptor)
        raise
    try:
        for beside in BESIDE:
            path.with_name(path.name + beside).unlink(missing_ok=True)
        os.ftruncate(descriptor, 0)
        os.fchmod(descriptor, 0o600)
        yield path
    finally:
        if _is_still(descriptor, path):
            path.unlink()
        os.close(descriptor)


def sync(path: Path) -> None:
    """What was written to a file or a directory is on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        os.close(descriptor)


def copy_file(path: Path, into: Path) -> None:
    """Copy an SQLite database, its log included, into an empty file."""
    with closing(sqlite.copier(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(into),))


def damage(path: Path) -> str | None:
    """What is wrong with an SQLite file, None when it is whole."""
    try:
        with closing(sqlite.examiner(path)) as connection:
            found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
            orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    if found != "ok":
        return found
    return None if orphan is None else f"a row of {orphan[0]} points nowhere"


def _fill(source: Source, partial: Path, now: datetime) -> None:
    path = sqlite_path(source.url)
    if path is None:
        _copy_server(source, partial)
    elif path.exists():
        try:
            copy_file(path, partial)
        except sqlite3.Error as error:
            raise BackupRefused(f"{path} cannot be copied to {partial}: {error}") from error
    else:
        raise BackupRefused(f"there is no database at {path}: this desk was never served")
    _note(partial, now)


def _copy_server(source: Source, partial: Path) -> None:
    database = Database.peek(source.url, source.password)
    if database is None:
        raise BackupRefused("the database has no tables: this desk was never served")
    database.close()
    server = postgresql(source.url, source.password, NullPool).execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )
    into = sqlite.builder(partial)
    schema.upgrade(into)
    with server.connect() as reading, into.begin() as writing:
        copying.hold_still(reading)
        schema.refuse_newer(reading)
        schema.refuse_older(reading)
        writing.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        copying.copy_rows(reading, writing)
    into.dispose()


def _note(partial: Path, now: datetime) -> None:
    """The file says that it is a backup, and of when. Tables of an earlier version have no place for it."""
    engine = sqlite.builder(partial)
    with engine.begin() as connection:
        if schema.version_of(connection) is None:
            raise BackupRefused("the database has no tables: this desk was never served")
        if schema.version_of(connection) == schema.latest():
            table = RestorePointRow.metadata.tables["restore_point"]
            connection.execute(table.insert().values(backed_up_at=now))
    engine.dispose()


def _examined(partial: Path) -> tuple[str, int, int]:
    """The version of the copy's tables, its tickets, and what it received."""
    wrong = damage(partial)
    if wrong is not None:
        raise BackupRefused(f"the database is damaged, and so is its copy, which was not kept: {wrong}")
    with sqlite.onlooker(partial).connect() as connection:
        version = schema.version_of(connection)
        tickets = connection.execute(select(func.count()).select_from(TicketRow)).scalar_one()
        received = connection.execute(select(func.count()).select_from(InboxRow)).scalar_one()
    return str(version), tickets, received


def _put(partial: Path, file: Path, replace: bool) -> None:
    """The copy gets its name, once it is on the disk."""
    sync(partial)
    if replace or not _linked(partial, file):
        partial.replace(file)
    else:
        partial.unlink()
    sync(file.parent)


def _linked(partial: Path, file: Path) -> bool:
    """A second name, unless it is taken meanwhile; False where files have one only."""
    try:
        os.link(partial, file)
    except FileExistsError:
        raise BackupRefused(f"{file} has come into being meanwhile: name another file, or say --replace") from None
    except OSError:
        return False
    return True


def _take(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DatabaseBusy(f"somebody writes to {path} at this moment: wait for them") from None
    if not _is_still(descriptor, path):
        raise DatabaseBusy(f"somebody wrote to {path} at this moment: look at what they made")


def _is_still(descriptor: int, path: Path) -> bool:
    """Whether the name is still that of our file."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False
