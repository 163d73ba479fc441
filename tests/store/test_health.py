"""Looking into a database: what is told of it, and that looking changes nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mailgate.core.effects import OpenTicket
from mailgate.store import health
from mailgate.store.database import Database
from mailgate.store.health import UNREADABLE, Schema, SqliteHealth
from tests.builders import a_ticket
from tests.store.desk import apply

SOUND = SqliteHealth(Schema.OURS, "wal", 2, None, finished=True)


@pytest.fixture
def path(database: Database, url: str) -> Path:
    """The file of a database that is open, and has a row."""
    apply(database, OpenTicket(a_ticket()))
    return Path(url.removeprefix("sqlite:///"))


def test_a_sound_database_waits_for_the_disk(path: Path) -> None:
    """WAL and FULL (2), the only setting under which "accepted" survives a power cut (hazards M15)."""
    assert health.of_file(path, 5.0) == SOUND


def test_looking_at_a_closed_database_leaves_no_file(path: Path, database: Database) -> None:
    """Even a reader of WAL makes files; made by another user, they would keep the daemon from starting."""
    database.close()
    before = path.parent.stat().st_mtime_ns
    assert health.of_file(path, 5.0) == SOUND
    assert path.parent.stat().st_mtime_ns == before


@pytest.mark.parametrize(("version", "schema"), [("9999", Schema.NEWER), ("0001", Schema.OLDER)])
def test_the_tables_of_another_mailgate_are_told_apart(path: Path, version: str, schema: Schema) -> None:
    """An older one will be upgraded, a newer one refused."""
    with sqlite3.connect(path) as tampering:
        tampering.execute("UPDATE alembic_version SET version_num = ?", (version,))
    tampering.close()
    assert health.of_file(path, 5.0).schema is schema


def test_a_file_without_tables_has_no_version(tmp_path: Path) -> None:
    """A start that ended before the first migration."""
    (tmp_path / "empty.db").touch()
    found = health.of_file(tmp_path / "empty.db", 5.0)
    assert (found.schema, found.journal) == (Schema.NONE, "delete")


def test_damage_is_found(path: Path, database: Database) -> None:
    """A page of zeros, as a dying disk leaves them."""
    database.close()
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(bytes(4096))
    assert health.of_file(path, 5.0).damage


def test_a_file_that_is_no_database_cannot_be_looked_into(tmp_path: Path) -> None:
    """Restored from the wrong backup."""
    (tmp_path / "other.db").write_bytes(b"not a database, by any means" * 100)
    with pytest.raises(UNREADABLE):
        health.of_file(tmp_path / "other.db", 5.0)


def test_the_check_ends_in_time(path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database of many gigabytes is read for minutes, and nobody waits so long."""
    monkeypatch.setattr(health, "STEPS", 1)
    found = health.of_file(path, 0.0)
    assert (found.damage, found.finished) == (None, False)
