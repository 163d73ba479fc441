"""The upgrade of a database of an earlier version, killed before each of its writes: whoever starts next completes it,
and the database is the one that an upgrade without a death makes, row for row."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from mailgate.store import sqlite
from mailgate.store.database import Database
from tests.prove.deaths import Deaths, spread
from tests.prove.figures import Figures, total
from tests.prove.preloaded import FORKING, Prepare
from tests.prove.recorder import Dying, Point, Telling
from tests.prove.recording import operations
from tests.store.test_upgrade import VERSIONS, fill


def kill_upgrades(folder: Path, times: int) -> Deaths:
    """Kill so many: half of them on the way from the last version before this one, which is short, the rest from the
    first."""
    last = _kill_some(folder / "last", VERSIONS[-2], times // 2)
    first = _kill_some(folder / "first", VERSIONS[0], times - last.faults)
    died = last.faults + first.faults
    return Deaths(total((last, first)), ("migration",) * died)


def _kill_some(folder: Path, version: str, times: int) -> Figures:
    old, place, record = folder / "old.db", folder / "upgraded" / "mailgate.db", folder / "record"
    _make_old(old, version)
    _renew(old, place)
    _upgrade_in_fork(place, Telling(place.parent, record))
    whole = _dump(place)
    most = len(list(operations(record)))
    died, wrong = 0, []
    for number in spread(most, times):
        _renew(old, place)
        dying = Dying(place.parent, Point("", number), folder / "died")
        _upgrade_in_fork(place, dying)
        died += dying.died()
        _upgrade(place)
        if _dump(place) != whole:
            wrong.append(f"an upgrade from {version} that was killed at {number} ended elsewhere")
    return Figures(faults=died, wrong=tuple(wrong))


def _make_old(old: Path, version: str) -> None:
    sqlite.create_file(old)
    engine = sqlite.writer(old, checkpoint=True)
    fill(engine, version)
    engine.dispose()


def _renew(old: Path, place: Path) -> None:
    shutil.rmtree(place.parent, ignore_errors=True)
    place.parent.mkdir()
    shutil.copyfile(old, place)


def _upgrade_in_fork(place: Path, prepare: Prepare) -> None:
    process = FORKING.Process(target=_upgrade_prepared, args=(place, prepare))
    process.start()
    process.join()


def _upgrade_prepared(place: Path, prepare: Prepare) -> None:
    prepare()
    _upgrade(place)


def _upgrade(place: Path) -> None:
    database = Database.open(f"sqlite:///{place}")
    database.upgrade()
    database.close()


def _dump(place: Path) -> list[str]:
    """Every row and every table as SQL."""
    with closing(sqlite3.connect(place)) as connection:
        return list(connection.iterdump())
