"""What is no backup, what is in the way of one, and what may not be overwritten."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mailgate.store import backup, restore, sqlite
from mailgate.store.backup import BackupRefused, Source
from mailgate.store.database import Database, DatabaseBusy, SchemaTooNew
from tests.builders import NOW
from tests.store.conftest import SERVERS
from tests.store.desk import a_delivery, keep
from tests.store.rows import rows
from tests.store.test_backup import back_up, put_back
from tests.store.test_upgrade import make


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.db"


@pytest.mark.parametrize("version", ["0001", "0008"])
def test_an_older_backup_is_brought_to_this_version(version: str, database: Database, url: str, file: Path) -> None:
    """Made by an earlier mailgate; what is in it is upgraded as the database itself would be."""
    sqlite.create_file(file)
    engine = sqlite.writer(file, checkpoint=True)
    make(engine, version)
    engine.dispose()
    database.close()
    assert put_back(file, url).next_ticket == 1001 + restore.TICKETS
    keep(database, a_delivery())


@pytest.mark.parametrize("octets", [b"", b"no database", b"SQLite format 3\0" + bytes(5000)])
def test_what_is_no_backup_is_refused(octets: bytes, database: Database, url: str, file: Path) -> None:
    """And what is there stays."""
    keep(database, a_delivery())
    file.write_bytes(octets)
    with pytest.raises(BackupRefused, match="backup"):
        put_back(file, url)
    assert len(rows(database)["inbox"]) == 1


def test_a_damaged_backup_is_refused(database: Database, url: str, file: Path) -> None:
    """A page in its middle is torn."""
    keep(database, *(a_delivery(b"x" * 9000) for _ in range(9)))
    back_up(url, file)
    with file.open("r+b") as torn:
        torn.seek(9 * 4096)
        torn.write(os.urandom(4096))
    with pytest.raises(BackupRefused, match="damaged"):
        put_back(file, url)


def test_a_newer_backup_is_refused(database: Database, url: str, file: Path) -> None:
    """The program that made it can read it."""
    back_up(url, file)
    with closing(sqlite3.connect(file)) as newer, newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaTooNew, match="newer"):
        put_back(file, url)


def test_a_damaged_database_is_put_aside(database: Database, url: str, file: Path, tmp_path: Path) -> None:
    """That is what backups are for; what is left of it is kept."""
    keep(database, a_delivery())
    back_up(url, file)
    database.close()
    path = tmp_path / "var/mailgate.db"
    path.write_bytes(b"no database at all" * 1000)
    put_back(file, url)
    assert path.with_name("mailgate.db.damaged").read_bytes().startswith(b"no database")
    assert len(rows(database)["inbox"]) == 1


def test_the_log_of_the_old_database_is_not_taken_for_the_new_ones(database: Database, url: str, file: Path) -> None:
    """Another process still has it open, and what it wrote is in the log alone."""
    keep(database, a_delivery())
    back_up(url, file)
    keep(database, *(a_delivery(b"later") for _ in range(50)))
    put_back(file, url)
    assert len(rows(database)["inbox"]) == 1
    database.close()
    assert len(rows(database)["inbox"]) == 1


class Full(sqlite3.Connection):
    """On a disk that has room for the log, and none to put it into the database's own file."""

    def execute(self, statement: str, *rest: Any) -> sqlite3.Cursor:
        if "wal_checkpoint" in statement:
            raise sqlite3.OperationalError("database or disk is full")
        return super().execute(statement, *rest)


def test_what_is_committed_is_not_called_refused(
    database: Database, url: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator would take the desk for the old one, and start it."""
    keep(database, a_delivery())
    back_up(url, file)
    keep(database, a_delivery())
    database.close()
    monkeypatch.setattr(sqlite, "overwriter", lambda path: sqlite3.connect(path, factory=Full))
    put_back(file, url)
    assert len(rows(database)["inbox"]) == 1


def test_where_there_is_no_room_is_said(database: Database, url: str, file: Path, tmp_path: Path) -> None:
    """The backup is well; its copy could not be made."""
    back_up(url, file)
    place = tmp_path / "nowhere/staged"
    with pytest.raises(BackupRefused, match=f"cannot be copied to {place}"):
        restore.stage(file, place, NOW, Source(url))


def test_two_backups_do_not_write_one_file(database: Database, url: str, file: Path) -> None:
    """And what a killed one left is taken over."""
    partial = file.with_name("backup.db.partial")
    partial.write_bytes(b"half a backup")
    with partial.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(DatabaseBusy, match="at this moment"):
            back_up(url, file)
        assert partial.exists()
    back_up(url, file)
    assert not partial.exists()
    assert backup.damage(file) is None


def test_the_database_is_not_its_own_backup(database: Database, url: str, tmp_path: Path) -> None:
    """In its own place, its log would be another's."""
    with pytest.raises(BackupRefused, match="itself"):
        backup.write(Source(url), tmp_path / "var/../var/mailgate.db", True, NOW)


@pytest.mark.parametrize("server", [SERVERS[1]])
def test_a_server_in_use_is_not_restored(database: Database, url: str, file: Path) -> None:
    """Every node has sessions."""
    back_up(url, file)
    with database.read() as tx:
        tx.connection().exec_driver_sql("SELECT 1")
        with pytest.raises(DatabaseBusy, match="stop every"):
            put_back(file, url)
