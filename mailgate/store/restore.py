"""A backup put in the place of the database, as a desk that knows what it does not know.

    stage    a copy of the file, examined, brought to this program's version, and marked (store.restored): all that is
             open is held, numbers leave room for those that were given after the backup, and mailboxes are to be read
             again from where they were
    place    SQLite: its own backup function writes the copy into the database, as one transaction that every process
             beside it respects, the log of the old one included; PostgreSQL: one transaction makes the tables and fills
             them. A crash leaves the old database or the new one.

Nobody may serve the database meanwhile: of a file the lock of `serve` says so, of a server its list of sessions.

Numbers: the customer who answers ticket 1057, which is gone, must not land in another 1057. Twice as many are left out
as the desk gave to tickets in as long a time before the backup, and at least a thousand; of the ids of inbox, outbox
and timers, which are in Message-IDs and return addresses, at least a million. What the database that is replaced has
given is known, if it can be read: a backup may be put back twice.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, NullPool, delete, func, insert, literal, text, update
from sqlmodel import col, select

from mailgate.store import copying, outbox, restored, schema, sqlite
from mailgate.store.backup import BESIDE, BackupRefused, Source, copy_file, damage, sync
from mailgate.store.columns import OutboxState, UtcTime
from mailgate.store.database import Database, DatabaseBusy, Tx, postgresql, sqlite_path
from mailgate.store.health import UNREADABLE, is_damage
from mailgate.store.query import overdue
from mailgate.store.restored import NEVER
from mailgate.store.schema import SchemaTooNew, SchemaTooOld
from mailgate.store.tables import (
    CounterRow,
    CursorRow,
    GapRow,
    HoldRow,
    InboxRow,
    JournalRow,
    OutboxRow,
    RestorePointRow,
    TenureRow,
    TicketRow,
)
from mailgate.store.tables.boxes import OPEN
from mailgate.store.ticket_changes import TICKET_COUNTER

TICKETS, IDS = 1000, 1_000_000
"""How many numbers are left out at least."""

DAMAGED = ".damaged"
"""What a file is called that was no database any more when another was put in its place."""

OTHERS = text("""
SELECT count(*), min(coalesce(nullif(application_name, ''), 'a program') || ' of process ' || pid)
FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
  AND backend_type = 'client backend'
""")


@dataclass(frozen=True, slots=True)
class Restored:
    """A database that was set back: by a backup of `backed_up_at`, `held` of it may have left since, and the next
    ticket has the number `next_ticket`."""

    file: Path
    backed_up_at: datetime
    restored_at: datetime
    next_ticket: int
    held_mails: int
    held_pages: int


def stage(file: Path, staged: Path, now: datetime, target: Source, mailboxes: Collection[str] = ()) -> Restored:
    """Fill the empty file `staged` with the database that a backup becomes in the place of `target`; `mailboxes` may
    have been read since, whether the backup knows them or not. Raises BackupRefused and SchemaTooNew."""
    _refuse_unfit(file)
    try:
        copy_file(file, staged)
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"{file} cannot be copied to {staged}: {error}") from error
    database = Database.open(f"sqlite:///{staged}")
    try:
        database.upgrade()
        with database.write() as tx:
            found = _mark(tx, file, now, _given(target))
            _reread(tx, mailboxes, found.backed_up_at)
    finally:
        database.close()
    wrong = damage(staged)
    if wrong is not None:
        raise BackupRefused(f"{file} is damaged: {wrong}")
    return found


def place(staged: Path, target: Source, replace: bool) -> None:
    """Put the staged file in the place of a database. Raises BackupRefused when there is one and `replace` is not said,
    DatabaseBusy when a server's database is in use, SchemaTooNew, and DATABASE_FAULTS."""
    path = sqlite_path(target.url)
    if path is None:
        _into_server(staged, target, replace)
        return
    if path.exists() and not replace and not _is_unused(path):
        raise BackupRefused(f"{path} holds a desk's data: say --replace when the backup shall take its place")
    if not path.exists():
        _into_new_file(staged, path)
    elif not _wrote_into(staged, path):
        _put_aside(path)
        _into_new_file(staged, path)


def _refuse_unfit(file: Path) -> None:
    if not file.is_file():
        raise BackupRefused(f"{file}: there is no such file")
    wrong = damage(file)
    if wrong is not None:
        raise BackupRefused(f"{file} is damaged, or no backup of mailgate: {wrong}")
    with sqlite.onlooker(file).connect() as connection:
        schema.refuse_newer(connection)
        if schema.version_of(connection) is None:
            raise BackupRefused(f"{file} is no backup of mailgate: it has none of its tables")


def _mark(tx: Tx, file: Path, now: datetime, given: Mapping[str, int]) -> Restored:
    point = _point(tx, now)
    away = max(now, point.backed_up_at) - point.backed_up_at
    point.restored_at = max(now, point.backed_up_at)
    tx.add(point)
    _hold_all_open(tx, point.restored_at)
    point.next_ticket = _leave_room(tx, point.backed_up_at - away, given)
    tx.exec(update(TenureRow).values(until=TenureRow.since))
    tx.flush()
    held = restored.held(tx)
    return Restored(file, point.backed_up_at, point.restored_at, point.next_ticket, held.mails, held.pages)


def _reread(tx: Tx, mailboxes: Collection[str], backed_up_at: datetime) -> None:
    """What was read after the backup may have been put away."""
    for mailbox in {*mailboxes, *tx.exec(select(CursorRow.mailbox)).all()}:
        tx.merge(GapRow(mailbox=mailbox, since=_read_until(tx, mailbox) or backed_up_at))


def _point(tx: Tx, now: datetime) -> RestorePointRow:
    """What the backup says of itself; of a mere copy, when something happened in it last."""
    unused = select(RestorePointRow).where(col(RestorePointRow.restored_at).is_(None))
    noted = tx.exec(unused.order_by(col(RestorePointRow.id).desc()).limit(1)).first()
    return noted or RestorePointRow(backed_up_at=overdue.newest_entry(tx) or now)


def _read_until(tx: Tx, mailbox: str) -> datetime | None:
    """When the mail came in that was read last before the backup: they are read in that order."""
    came = func.max(func.coalesce(InboxRow.arrived_at, InboxRow.received_at))
    return tx.exec(select(came).where(InboxRow.mailbox == mailbox)).one()


def _hold_all_open(tx: Tx, at: datetime) -> None:
    outbox.release(tx, at)
    open_rows = select(OutboxRow.id).where(OPEN)
    tx.exec(delete(HoldRow).where(col(HoldRow.outbox_id).in_(open_rows)))
    known = select(OutboxRow.id, literal(at, UtcTime())).where(OPEN)
    tx.exec(insert(HoldRow).from_select(["outbox_id", "at"], known))
    tx.exec(update(OutboxRow).where(OPEN).values(state=OutboxState.HELD, next_attempt_at=NEVER))


def _given(target: Source) -> Mapping[str, int]:
    """The highest number that a database has given to rows of each kind, and the next ticket's; nothing of one that is
    not there, or cannot be read."""
    path = sqlite_path(target.url)
    if path is not None and not path.exists():
        return {}
    engine = sqlite.onlooker(path) if path is not None else postgresql(target.url, target.password, NullPool)
    next_ticket = select(CounterRow.next).where(CounterRow.name == TICKET_COUNTER)
    try:
        with engine.connect() as connection:
            given = {name: copying.highest(connection, name) for name in copying.COUNTED}
            return given | {TICKET_COUNTER: connection.execute(next_ticket).scalar() or 0}
    except UNREADABLE:
        return {}


def _leave_room(tx: Tx, since: datetime, given: Mapping[str, int]) -> int:
    """For what was numbered after the backup: twice what was numbered from then until the backup; the next ticket."""
    opened = tx.exec(select(func.count()).where(col(TicketRow.opened_at) > since)).one()
    happened = tx.exec(select(func.count()).where(col(JournalRow.at) > since)).one()
    promised = tx.exec(select(func.count()).where(col(OutboxRow.promised_at) > since)).one()
    counter = tx.get_one(CounterRow, TICKET_COUNTER)
    counter.next = max(counter.next + max(TICKETS, 2 * opened), given.get(TICKET_COUNTER, 0))
    for name in copying.COUNTED:
        last = copying.highest(tx.connection(), name)
        room = max(IDS, 2 * (happened + promised))
        copying.reserve(tx.connection(), name, max(last + room, given.get(name, 0)))
    return counter.next


def _is_unused(path: Path) -> bool:
    """Whether there is a database in which nothing ever happened."""
    try:
        database = Database.peek(f"sqlite:///{path}")
    except (*UNREADABLE, SchemaTooOld, SchemaTooNew):
        return False
    if database is None:
        return True
    with closing(database), database.read() as tx:
        return _is_empty(tx.connection())


def _is_empty(connection: Connection) -> bool:
    rows = [select(func.count()).select_from(table) for table in (InboxRow, TicketRow)]
    return not any(connection.execute(count).scalar_one() for count in rows)


def _into_new_file(staged: Path, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for beside in BESIDE:
        path.with_name(path.name + beside).unlink(missing_ok=True)
    sync(staged)
    staged.replace(path)
    sync(path.parent)


def _wrote_into(staged: Path, path: Path) -> bool:
    """Whether the database there could be written; one that is damaged cannot."""
    try:
        with closing(sqlite.overwriter(path)) as old, closing(sqlite.copier(staged)) as new:
            new.backup(old)
            with suppress(sqlite3.OperationalError):  # the log holds all of it, and whoever is next takes it over
                old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        if not is_damage(error):
            raise BackupRefused(f"{path} cannot be written: {error}") from error
        return False
    return True


def _put_aside(path: Path) -> None:
    """What is damaged is kept for whoever wants to look at it; there is a file of that name at every moment."""
    for beside in BESIDE:
        with suppress(FileNotFoundError):
            path.with_name(path.name + beside).replace(path.with_name(path.name + DAMAGED + beside))
    aside = path.with_name(path.name + DAMAGED)
    aside.unlink(missing_ok=True)
    os.link(path, aside)


def _into_server(staged: Path, target: Source, replace: bool) -> None:
    server = postgresql(target.url, target.password, NullPool)
    source = sqlite.onlooker(staged)
    with server.connect() as writing, writing.begin():
        _refuse_in_use(writing)
        schema.refuse_newer(writing)
        if schema.version_of(writing) is not None and not replace and not _is_empty(writing):
            raise BackupRefused("the database holds a desk's data: say --replace when the backup shall take its place")
        schema.remake(writing)
        with source.connect() as reading:
            copying.copy_rows(reading, writing)


def _refuse_in_use(connection: Connection) -> None:
    connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
    if not schema.try_lock(connection):
        raise DatabaseBusy("another mailgate upgrades this database, or restores it: wait for it")
    sessions, one = connection.execute(OTHERS).one()
    if sessions:
        raise DatabaseBusy(
            f"{sessions} sessions use this database, the first is {one}: stop every `mailgate serve` first"
        )
