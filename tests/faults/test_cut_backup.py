"""kill -9 before any outside call of a backup, and of a restore: what is there is whole, and there is no half of it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from mailgate.store import backup, restore
from mailgate.store.backup import Source
from mailgate.store.database import Database
from tests.builders import NOW
from tests.store.desk import a_delivery, keep

STORE = str(Path(backup.__file__).parent)
OLD, NEW = 3, 5
"""How many mails are in the database, and in the backup that takes its place."""

SERVERS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.peer("postgres")))


@pytest.fixture(params=SERVERS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/var/mailgate.db"
    return str(request.getfixturevalue("desk_url"))


def outside_calls(limit: int | None, do: Callable[[], object]) -> int:
    """Do it in a process of its own, which is killed before its outside call number `limit`; how many it made, 0 for
    one that was killed. Outside is what the store asks of the system, or of SQLite."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _count(limit, do, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as said:
        made = int(said.read() or b"0")
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or status == 0
    return made


def _count(limit: int | None, do: Callable[[], object], tell: int) -> None:
    made = 0

    def heed(frame: FrameType, event: str, _what: Any) -> None:
        nonlocal made
        if event == "c_call" and frame.f_code.co_filename.startswith(STORE):
            made += 1
            if made == limit:
                os.kill(os.getpid(), signal.SIGKILL)

    try:
        sys.setprofile(heed)
        do()
        sys.setprofile(None)
        os.write(tell, str(made).encode())
        os._exit(0)
    finally:
        os._exit(1)


def moments(do: Callable[[], object], url: str) -> Iterator[int]:
    """The calls to be killed before: evenly, and the last but one. A server takes its time."""
    made, most = outside_calls(None, do), 6 if "postgresql" in url else 25
    assert made > most
    yield from range(1, made - 1, made // most)
    yield made - 1


def mails(url: str) -> int:
    """How many there are in a database, which is whole."""
    database = Database.open(url)
    try:
        database.upgrade()
        with database.read() as tx:
            return int(tx.connection().exec_driver_sql("SELECT count(*) FROM inbox_raw").scalar_one())
    finally:
        database.close()


def fill(url: str, more: int) -> None:
    database = Database.open(url)
    database.upgrade()
    keep(database, *(a_delivery(os.urandom(9000)) for _ in range(more)))
    database.close()


def test_a_backup_that_is_killed_is_not_there_or_whole(url: str, tmp_path: Path) -> None:
    """And what it leaves behind is in nobody's way."""
    fill(url, OLD)
    file = tmp_path / "backup.db"

    def back_up() -> None:
        backup.write(Source(url), file, True, NOW)

    for moment in moments(back_up, url):
        file.unlink(missing_ok=True)
        outside_calls(moment, back_up)
        if file.exists():
            assert backup.damage(file) is None
            assert mails(f"sqlite:///{file}") == OLD
        assert {one.name for one in tmp_path.glob("backup*")} <= {"backup.db", "backup.db.partial"}
    back_up()
    assert [one.name for one in tmp_path.glob("backup*")] == ["backup.db"]


def test_a_restore_that_is_killed_leaves_the_old_desk_or_the_new_one(url: str, tmp_path: Path) -> None:
    """With the log of the old database, the locks and the half-made copy of the killed one beside it."""
    fill(url, NEW)
    backup.write(Source(url), tmp_path / "new.db", False, NOW)

    def set_back(file: Path) -> None:
        with backup.claimed(tmp_path / "staged") as staged:
            restore.stage(file, staged, NOW, Source(url))
            restore.place(staged, Source(url), True)

    outside_calls(None, lambda: set_back(tmp_path / "new.db"))
    fill(url, OLD)
    backup.write(Source(url), tmp_path / "old.db", False, NOW)
    found = list[int]()
    for moment in moments(lambda: set_back(tmp_path / "old.db"), url):
        outside_calls(moment, lambda: set_back(tmp_path / "new.db"))
        found.append(mails(url))
        if found[-1] == NEW:
            set_back(tmp_path / "old.db")
    assert set(found) == {NEW, NEW + OLD}
    assert found == sorted(found, reverse=True)
