"""Backups: whole, of one state, and back in any kind of database."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine
from sqlmodel import select

from mailgate.core.delivery import Lane
from mailgate.core.effects import SendMail
from mailgate.core.page_effects import AcknowledgePages
from mailgate.store import backup, copying, restore, restored, schema, sqlite, timers
from mailgate.store.backup import BackupRefused, Source
from mailgate.store.columns import OutboxState
from mailgate.store.database import Database, postgresql
from mailgate.store.restore import Restored
from mailgate.store.restored import Held, NeverRestored
from mailgate.store.tables import CounterRow, CursorRow, GapRow, OutboxRow, TimerRow
from tests.builders import NOW
from tests.store.conftest import SERVERS
from tests.store.desk import a_delivery, a_letter, a_page, apply, fetched, keep, lease, open_ticket, promise
from tests.store.rows import fill, rows

DAY = timedelta(days=1)
MARKED = {"outbox", "hold", "counter", "restore_point", "imap_gap", "tenure"}
"""The tables that a restore changes."""


@pytest.fixture
def other(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A database of the other kind."""
    return (
        f"sqlite:///{tmp_path}/other/mailgate.db" if "postgresql" in url else str(request.getfixturevalue("desk_url"))
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.db"


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database.open(url)
    database.upgrade()
    yield database
    database.close()


def back_up(url: str, file: Path) -> backup.Backup:
    return backup.write(Source(url), file, False, NOW)


def put_back(file: Path, url: str, replace: bool = True) -> Restored:
    """A day later."""
    with backup.claimed(file.with_name("staged")) as staged:
        done = restore.stage(file, staged, NOW + DAY, Source(url))
        restore.place(staged, Source(url), replace)
    return done


def test_a_backup_holds_every_row(database: Database, url: str, file: Path) -> None:
    """Of every table, every column; and says when it was made."""
    fill(database)
    made = back_up(url, file)
    before = rows(database)
    with opened(f"sqlite:///{file}") as copy:
        after = rows(copy)
    assert after.pop("restore_point")[1] == {"id": 2, "backed_up_at": NOW, "restored_at": None, "next_ticket": None}
    assert before.pop("restore_point")
    assert after == before
    assert (made.at, made.size, made.schema, made.received) == (NOW, file.stat().st_size, schema.latest(), 1)
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_is_restored_is_what_was_backed_up(database: Database, url: str, file: Path) -> None:
    """In place of what came after."""
    fill(database)
    before = rows(database)
    back_up(url, file)
    keep(database, a_delivery())
    database.close()
    put_back(file, url)
    after = rows(database)
    assert {name: after[name] for name in after.keys() - MARKED} == {
        name: before[name] for name in after.keys() - MARKED
    }


def test_a_backup_goes_into_the_other_kind_of_database(database: Database, url: str, other: str, file: Path) -> None:
    """A desk that grows moves to a server, and one that shrinks moves back."""
    fill(database)
    before = rows(database)
    back_up(url, file)
    put_back(file, other, replace=False)
    with opened(other) as copy:
        after = rows(copy)
        keep(copy, a_delivery())
    assert {name: after[name] for name in after.keys() - MARKED} == {
        name: before[name] for name in after.keys() - MARKED
    }


def test_what_was_open_is_held(database: Database, url: str, file: Path) -> None:
    """It may have left in the day that is gone."""
    promise(database, SendMail(a_letter()), a_page())
    back_up(url, file)
    database.close()
    done = put_back(file, url)
    assert (done.held_mails, done.held_pages, done.backed_up_at, done.restored_at) == (1, 1, NOW, NOW + DAY)
    with database.read() as tx:
        assert restored.held(tx) == Held(1, 1, NOW)
        assert {row.state for row in tx.exec(select(OutboxRow))} == {OutboxState.HELD}


def test_a_page_that_was_in_hand_is_held_unless_somebody_had_seen_it(database: Database, url: str, file: Path) -> None:
    """Leases of a machine that is gone are over."""
    promise(database, a_page(), a_page("tech2"))
    lease(database, Lane.PAGE)
    apply(database, AcknowledgePages(1001, "tech1", NOW))
    back_up(url, file)
    database.close()
    assert put_back(file, url).held_pages == 1
    with database.read() as tx:
        states = {row.technician: row.state for row in tx.exec(select(OutboxRow))}
    assert states == {"tech1": OutboxState.CANCELLED, "tech2": OutboxState.HELD}


def test_numbers_of_the_lost_day_are_not_given_again(database: Database, url: str, file: Path) -> None:
    """Nor ids that no row has any more: a timer that fired."""
    with database.write() as tx:
        timers.set_timer(tx, None, "late", NOW)
        timers.cancel(tx, None, "late")
    promise(database, SendMail(a_letter()))
    back_up(url, file)
    database.close()
    done = put_back(file, url)
    with database.write() as tx:
        timers.set_timer(tx, None, "late", NOW)
        assert [row.id for row in tx.exec(select(TimerRow))] == [restore.IDS + 2]
        assert tx.get_one(CounterRow, "ticket").next == done.next_ticket == 1002 + restore.TICKETS
    assert keep(database, a_delivery()) == (restore.IDS + 1,)


def test_as_many_numbers_are_left_out_as_the_desk_is_busy(
    database: Database, url: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand is little where that many tickets are opened in an hour."""
    monkeypatch.setattr(restore, "TICKETS", 1)
    promise(database, SendMail(a_letter()))
    back_up(url, file)
    database.close()
    assert put_back(file, url).next_ticket == 1002 + 2


def test_numbers_given_since_a_restore_are_not_given_after_the_next(database: Database, url: str, file: Path) -> None:
    """The same backup is put back once more: a customer has the number of a ticket that is gone, signed."""
    back_up(url, file)
    database.close()
    number = put_back(file, url).next_ticket
    open_ticket(database, number=number)
    (mail,) = keep(database, a_delivery())
    database.close()
    assert put_back(file, url).next_ticket > number
    assert keep(database, a_delivery()) > (mail,)


def test_mailboxes_are_to_be_read_again(database: Database, url: str, file: Path) -> None:
    """Since the backup."""
    keep(database, fetched(3))
    back_up(url, file)
    keep(database, fetched(4))
    database.close()
    put_back(file, url)
    with database.read() as tx:
        assert [(row.mailbox, row.since) for row in tx.exec(select(GapRow))] == [("INBOX@imap.example.com", NOW)]
        assert [row.uid for row in tx.exec(select(CursorRow))] == [3]


def test_data_are_not_overwritten_unasked(database: Database, url: str, file: Path) -> None:
    """Neither a backup, nor a desk's data."""
    keep(database, a_delivery())
    back_up(url, file)
    with pytest.raises(BackupRefused, match="--replace"):
        back_up(url, file)
    database.close()
    with pytest.raises(BackupRefused, match="--replace"):
        put_back(file, url, replace=False)
    assert len(rows(database)["inbox"]) == 1


def test_a_backup_in_use_by_hand_is_refused(database: Database, url: str, file: Path) -> None:
    """Copied into place, it would send everything once more."""
    back_up(url, file)
    with opened(f"sqlite:///{file}") as copy, copy.read() as tx, pytest.raises(NeverRestored, match="restore"):
        restored.refuse_backup(tx)
    with database.read() as tx:
        restored.refuse_backup(tx)


def test_a_backup_is_one_state_while_mail_comes_in(database: Database, url: str, file: Path, tmp_path: Path) -> None:
    """Every mail that it has, it has whole; and nobody at the door waits for it."""
    stop, taken = threading.Event(), list[int]()

    def receive() -> None:
        while not stop.is_set():
            taken.extend(keep(database, a_delivery(os.urandom(3000)), a_delivery(os.urandom(3000))))

    thread = threading.Thread(target=receive)
    thread.start()
    try:
        made = [back_up(url, tmp_path / f"{number}.db") for number in range(3)]
    finally:
        stop.set()
        thread.join()
    assert [one.received % 2 for one in made] == [0, 0, 0]
    assert made[0].received < made[2].received <= len(taken)


@pytest.mark.parametrize("server", [SERVERS[1]])
def test_tables_that_change_while_a_backup_reads_are_not_empty_to_it(
    database: Database, url: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL shows a table that an upgrade wrote anew as an empty one to whoever looks at an earlier state."""
    keep(database, a_delivery())

    def upgrade() -> None:
        with database.write() as tx:
            tx.connection().exec_driver_sql("ALTER TABLE inbox ALTER COLUMN size TYPE bigint")

    def upgraded_meanwhile(source: Connection, target: Connection) -> object:
        upgrading.start()
        upgrading.join(1)
        return copy_rows(source, target)

    upgrading, copy_rows = threading.Thread(target=upgrade), copying.copy_rows
    monkeypatch.setattr(copying, "copy_rows", upgraded_meanwhile)
    assert back_up(url, file).received == 1
    upgrading.join()


@pytest.mark.parametrize("server", [SERVERS[1]])
def test_a_backup_that_meets_a_restore_waits_for_it(
    database: Database, url: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It began before; the tables that it finds are not those that it looked for, and not empty."""
    keep(database, a_delivery())
    back_up(url, file)
    begun = threading.Event()

    def set_back() -> None:
        server = postgresql(url, None)
        with server.begin() as writing, sqlite.onlooker(file).connect() as reading:
            schema.remake(writing)
            copying.copy_rows(reading, writing)
            begun.set()
            time.sleep(1)
        server.dispose()

    def upgrade_beside(into: Engine) -> None:
        upgrade(into)
        restoring.start()
        begun.wait()

    restoring, upgrade = threading.Thread(target=set_back), schema.upgrade
    monkeypatch.setattr(schema, "upgrade", upgrade_beside)
    assert back_up(url, tmp_path / "meanwhile.db").received == 1
    restoring.join()
