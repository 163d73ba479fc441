"""Opening, writing, reading, peeking, serving."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from mailgate.store import sqlite
from mailgate.store.database import DATABASE_FAULTS, Database, DatabaseBusy, ServeLock, Tx, may_be_the_rows, sqlite_path
from mailgate.store.tables import CounterRow, TurnRow


def _turns(database: Database) -> list[str]:
    with database.read() as tx:
        return list(tx.exec(select(TurnRow.technician)))


def _pragma(tx: Tx, name: str) -> object:
    return tx.connection().exec_driver_sql(f"PRAGMA {name}").scalar()


def test_a_new_database_belongs_to_its_owner_alone(database: Database, tmp_path: Path) -> None:
    """It holds customers' mail."""
    folder = tmp_path / "var"
    modes = {path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert modes == {0o600}


def test_what_is_committed_survives_a_power_cut(database: Database) -> None:
    """Only WAL with FULL keeps every acknowledged row (hazards M15); NORMAL, the usual advice, loses some."""
    with database.write() as tx:
        assert (_pragma(tx, "journal_mode"), _pragma(tx, "synchronous"), _pragma(tx, "foreign_keys")) == ("wal", 2, 1)


def test_a_locked_database_is_waited_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once for each try: SQLite waits itself where it can."""
    pauses: list[float] = []
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.3)
    monkeypatch.setattr(sqlite, "sleep", pauses.append)
    with closing(sqlite3.connect(tmp_path / "mailgate.db", isolation_level=None)) as other:
        other.executescript("CREATE TABLE held (x); BEGIN EXCLUSIVE")
        with pytest.raises(OperationalError, match="locked"):
            sqlite.writer(tmp_path / "mailgate.db", checkpoint=True).connect()
    assert len(pauses) <= 1


def test_an_exception_rolls_everything_back(database: Database) -> None:
    """Half a decision must never be seen."""

    def crash() -> None:
        with database.write() as tx:
            tx.add(TurnRow(team="support", technician="tech1"))
            tx.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        crash()
    assert _turns(database) == []


def test_no_update_is_lost_between_threads(database: Database) -> None:
    """With the driver's own transactions more than half of these were lost without any error (libraries finding 7)."""

    def count() -> None:
        for _ in range(20):
            with database.write() as tx:
                tx.get_one(CounterRow, "ticket").next += 1

    threads = [threading.Thread(target=count) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as tx:
        assert tx.get_one(CounterRow, "ticket").next == 1001 + 120


def test_a_reader_cannot_write(database: Database) -> None:
    """A listing that could write would be a second writer."""
    with database.read() as tx, pytest.raises(DATABASE_FAULTS, match="readonly"):
        tx.exec(insert(TurnRow).values(team="support", technician="tech1"))


def test_a_reader_sees_one_state_while_others_write(database: Database) -> None:
    """A ticket's story must not change between two of its queries."""
    with database.read() as reading:
        assert reading.exec(select(TurnRow)).all() == []
        with database.write() as tx:
            tx.add(TurnRow(team="support", technician="tech1"))
        assert reading.exec(select(TurnRow)).all() == []
    assert _turns(database) == ["tech1"]


def test_peeking_at_nothing_creates_nothing(url: str, tmp_path: Path) -> None:
    """`explain` works on a site that was never started, and makes not even var/."""
    assert Database.peek(url) is None
    assert list(tmp_path.iterdir()) == []


def test_peeking_at_a_stopped_desk_leaves_no_trace(database: Database, url: str, tmp_path: Path) -> None:
    """Reading a WAL database in the ordinary way would leave two files behind."""
    with database.write() as tx:
        tx.add(TurnRow(team="support", technician="tech1"))
    database.close()
    before = sorted((tmp_path / "var").iterdir())
    peeked = Database.peek(url)
    assert peeked is not None
    assert _turns(peeked) == ["tech1"]
    assert sorted((tmp_path / "var").iterdir()) == before == [tmp_path / "var" / "mailgate.db"]


def test_peeking_at_a_running_desk_sees_its_last_commit(database: Database, url: str) -> None:
    """What is only in the write-ahead log counts too."""
    with database.write() as tx:
        tx.add(TurnRow(team="support", technician="tech2"))
    peeked = Database.peek(url)
    assert peeked is not None
    assert _turns(peeked) == ["tech2"]


def test_a_desk_that_starts_while_it_is_peeked_at_is_seen(database: Database, url: str) -> None:
    """A command asks, waits, and looks again: the daemon may have started in between."""
    database.close()
    peeked = Database.peek(url)
    assert peeked is not None
    started = Database.open(url)
    with started.write() as tx:
        tx.add(TurnRow(team="support", technician="tech4"))
    assert _turns(peeked) == ["tech4"]
    started.close()


def test_whoever_peeks_cannot_write(database: Database, url: str) -> None:
    """No side effect means none."""
    peeked = Database.peek(url)
    assert peeked is not None
    with pytest.raises(DATABASE_FAULTS, match="readonly"), peeked.write() as tx:
        tx.add(TurnRow(team="support", technician="tech1"))


def test_an_empty_file_is_no_database_yet(url: str) -> None:
    """A file without tables: the desk was opened and never upgraded."""
    Database.open(url).close()
    assert Database.peek(url) is None


def test_a_guest_leaves_checkpoints_to_the_daemon(database: Database, url: str) -> None:
    """Two checkpointers at once corrupt the log of older SQLite (hazards M23)."""
    guest = Database.open(url, checkpoint=False)
    with guest.write() as tx:
        assert _pragma(tx, "wal_autocheckpoint") == 0
        tx.add(TurnRow(team="support", technician="tech3"))
    guest.close()
    assert _turns(database) == ["tech3"]


def test_a_path_with_odd_characters_is_still_a_path(tmp_path: Path) -> None:
    """The file is opened by a URI, where # and % would mean something."""
    path = tmp_path / "50 % #1" / "mailgate.db"
    Database.open(f"sqlite:///{path}").close()
    assert path.exists()


def test_a_postgresql_url_means_the_driver_that_we_ship() -> None:
    """Administrators write postgresql://; without a word of ours SQLAlchemy would look for another driver."""
    database = Database.open("postgresql://mailgate@db.example.com/mailgate", "s3cret")
    with database.read() as tx:
        engine = tx.get_bind()
        assert isinstance(engine, Engine)
        assert engine.dialect.driver == "psycopg"
        assert engine.url.password == "s3cret"
        assert "s3cret" not in repr(engine)
    database.close()


def test_a_database_in_memory_is_refused() -> None:
    """It would lose every mail at the first restart."""
    with pytest.raises(ValueError, match="loses every mail"):
        sqlite_path("sqlite://")


def test_only_one_may_serve_a_database(tmp_path: Path) -> None:
    """Two daemons on one file would send everything twice."""
    path = tmp_path / "var" / "mailgate.db"
    with ServeLock(path), pytest.raises(DatabaseBusy, match="another mailgate"), ServeLock(path):
        pass
    with ServeLock(path):
        assert path.with_name("mailgate.db.lock").stat().st_mode & 0o777 == 0o600


def test_a_killed_daemon_lets_go(tmp_path: Path) -> None:
    """After a crash the desk must start again without anybody removing files."""
    path = tmp_path / "mailgate.db"
    code = (
        "import sys, os\nfrom pathlib import Path\nfrom mailgate.store.database import ServeLock\n"
        "with ServeLock(Path(sys.argv[1])):\n    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], timeout=60, env=os.environ)
    with ServeLock(path):
        pass


def test_leaving_a_lock_that_was_never_taken_is_harmless(tmp_path: Path) -> None:
    """Start-up unwinds whatever it had set up, also when the lock was what failed."""
    ServeLock(tmp_path / "mailgate.db").__exit__(None, None, None)


@pytest.mark.parametrize(
    ("statement", "suspect"),
    [("INSERT INTO no_such_table VALUES (1)", True), ("INSERT INTO timer (ticket) VALUES (1)", False)],
)
def test_a_fault_of_the_machine_is_never_blamed_on_a_row(database: Database, statement: str, suspect: bool) -> None:
    """A read-only disk must not put good mail into quarantine; a row that no table takes may be set aside."""
    way = database.write if suspect else database.read
    with way() as tx, pytest.raises(DATABASE_FAULTS) as fault:
        tx.execute(text(statement))
    assert may_be_the_rows(fault.value) is suspect
