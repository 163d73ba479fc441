"""`mailgate backup FILE` beside a daemon, killed: FILE is a whole backup or not there, and the next one succeeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mailgate.daemon import clock
from mailgate.store.database import Database
from mailgate.store.verify import State, verify
from tests.prove.deaths import spread
from tests.prove.desk import ProvenDesk
from tests.prove.preloaded import FORKING, Prepare, become, nothing
from tests.prove.recorder import Dying, Point, Telling
from tests.prove.recording import operations

COUNTED = ("inbox", "inbox_raw", "ticket", "outbox")


def kill_backups(desk: ProvenDesk, times: int) -> list[str]:
    """Kill so many; what is wrong is told to the desk. The places where death fell."""
    folder = desk.root / "backups"
    folder.mkdir()
    record = desk.root / "backup.record"
    _backup(desk, folder / "whole", Telling(folder, record))
    most = len(list(operations(record)))
    fell = [_kill(desk, folder / "backup", number) for number in spread(most, times)]
    _backup(desk, folder / "backup", nothing)
    desk.wrong.extend(_amiss(desk, folder / "backup"))
    if not (folder / "backup").exists():
        desk.wrong.append("no backup succeeded after those that were killed")
    return ["backup"] * sum(fell)


def _kill(desk: ProvenDesk, file: Path, number: int) -> bool:
    """Whether it died before its `number`-th operation. A backup that is there is examined, and makes room."""
    dying = Dying(file.parent, Point("", number), desk.root / "died")
    _backup(desk, file, dying)
    desk.wrong.extend(f"killed at {number}: {wrong}" for wrong in _amiss(desk, file))
    file.unlink(missing_ok=True)
    return dying.died()


def _backup(desk: ProvenDesk, file: Path, prepare: Prepare) -> None:
    log = desk.root / "serve.log"
    said = log.read_bytes()
    process = FORKING.Process(target=become, args=(desk.root, None, prepare, ("backup", str(file))))
    process.start()
    process.join()
    log.write_bytes(said)


def _amiss(desk: ProvenDesk, file: Path) -> Iterator[str]:
    """What is wrong with a backup that has its name."""
    if not file.exists():
        return
    database = Database.peek(f"sqlite:///{file}")
    if database is None:
        yield "the backup has no tables"
        return
    with database.read() as tx:
        kept = [tx.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() for table in COUNTED]
    if kept != [desk.ask(f"SELECT count(*) FROM {table}")[0][0] for table in COUNTED]:
        yield "the backup lacks rows"
    yield from (
        f"verify: {one.hazard} {one.says}" for one in verify(database, clock.now()) if one.state is State.BROKEN
    )
    database.close()
