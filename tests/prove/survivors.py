"""What a disk holds after the power went, compared with what is true."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tests.prove.replay import State

DATABASE = "mailgate.db"
RING = "secret"

Letter = tuple[str, str]
"""Message-ID and recipient."""

RAWS = "SELECT inbox_id, raw FROM inbox_raw"
OPENED = "SELECT ticket FROM inbox WHERE state = 'done' AND outcome = 'ticket'"
PROMISED = "SELECT ticket, message_id, target FROM outbox WHERE ticket IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Truth:
    """What all were told when nothing was cut: the mails by inbox row, and the promises of each ticket; None where a
    decision may have been rolled back, and made again with other Message-IDs."""

    raws: Mapping[int, bytes]
    promised: Mapping[int, frozenset[Letter]] | None
    ring: bytes
    backup: str
    backed_up: int

    @classmethod
    def of(cls, folder: Path, backup: str) -> Truth:
        """Read from the data folder of a desk that nothing was cut from, and the backup of that name, if any."""
        backed_up = 0
        if (folder / backup).exists():
            with closing(_opened(folder / backup)) as database:
                backed_up = len(database.execute(RAWS).fetchall())
        with closing(_opened(folder / DATABASE)) as database:
            raws = dict(database.execute(RAWS).fetchall())
            return cls(raws, _promised(database), (folder / RING).read_bytes(), backup, backed_up)


@dataclass(frozen=True, slots=True)
class Found:
    """How many promised mails are not there, and what else must not be."""

    lost: int
    wrong: tuple[str, ...] = ()


def examine(folder: Path, state: State, truth: Truth) -> Found:
    """Put the state's files into `folder`, in the place of what was there, and look."""
    _put(folder, state)
    try:
        lost, wrong = _database(folder / DATABASE, state, truth)
        return Found(lost, (*wrong, *_beside(folder, state, truth)))
    except sqlite3.DatabaseError as error:
        return Found(len(state.acked), (f"corrupt: {error}",))


def _put(folder: Path, state: State) -> None:
    for old in folder.iterdir():
        old.unlink()
    for path, octets in state.files.items():
        (folder / PurePosixPath(path).name).write_bytes(octets)


def _database(path: Path, state: State, truth: Truth) -> tuple[int, list[str]]:
    if not state.acked and not (path.exists() and path.stat().st_size):
        return 0, []
    with closing(_opened(path)) as database:
        wrong = _damage(database)
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'inbox_raw'").fetchone():
            return len(state.acked), wrong
        raws = dict(database.execute(RAWS).fetchall())
        lost = sum(raws.get(inbox_id) != truth.raws.get(inbox_id, b"") for inbox_id in state.acked)
        return lost, [*wrong, *_broken_promises(database, truth)]


def _damage(database: sqlite3.Connection) -> list[str]:
    says = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    return [] if says == "ok" else [f"corrupt: {says}"]


def _broken_promises(database: sqlite3.Connection, truth: Truth) -> Iterator[str]:
    if truth.promised is None:
        return
    promised = _promised(database)
    for (ticket,) in database.execute(OPENED):
        if promised.get(ticket) != truth.promised[ticket]:
            yield "a mail was decided, and not all that its decision promised is there"


def _promised(database: sqlite3.Connection) -> dict[int, frozenset[Letter]]:
    found: dict[int, set[Letter]] = defaultdict(set)
    for ticket, message_id, target in database.execute(PROMISED):
        found[ticket].add((message_id, target))
    return {ticket: frozenset(letters) for ticket, letters in found.items()}


def _beside(folder: Path, state: State, truth: Truth) -> Iterator[str]:
    """The key ring is whole before anything is promised, and a backup as soon as it has its name."""
    ring, backup = folder / RING, folder / truth.backup
    if state.acked and not ring.exists():
        yield "the key ring is gone"
    if ring.exists() and ring.read_bytes() != truth.ring:
        yield "the key ring is not whole"
    if backup.exists():
        with closing(_opened(backup)) as database:
            yield from (f"backup {one}" for one in _damage(database))
            if len(database.execute(RAWS).fetchall()) != truth.backed_up:
                yield "the backup lacks mails"


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=rw", uri=True)
