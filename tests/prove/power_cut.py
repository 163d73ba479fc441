"""The power goes (hazards F4 to F6): whatever a disk may legally hold then, what got its 250 is there, octet for octet.

A real `serve` works under load, is backed up, stops and starts again, while the recorder keeps each operation on its
data folder and each word to its clients. The record is then played back (`replay.py`), and every state of the disk that
comes out is examined: the database opens and is whole, no promised mail is missing or changed, every decided mail has
all that its decision promised, the key ring and a backup that has its name are whole.

Another one works while its fsyncs fail, one by one, on a disk that forgets what such an fsync should have kept.

A 250 stands in the record before it is on the wire, so that a state never promises more than a client could know. That
the record tells everything is examined, too: played back without a cut it must end in the files that are there.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from tests.prove import failing, recorder
from tests.prove.clients import letter
from tests.prove.desk import ProvenDesk, proven_desk
from tests.prove.figures import Figures
from tests.prove.library import preload
from tests.prove.preloaded import FORKING, become
from tests.prove.recorder import Telling
from tests.prove.recording import Operation, operations
from tests.prove.replay import left, states
from tests.prove.rig import Rig, Trial
from tests.prove.survivors import Truth, examine

MAILS = (10, 4)
"""So many before and after the restart."""

FORGOTTEN = 8
"""So many times an fsync fails: a commit's, or one time in so many a checkpoint's."""
CHECKPOINTS = 4

SEED = 6
MEMORY = Path("/dev/shm")
BACKUP = "desk.backup"


def run(trial: Trial) -> Figures:
    """Record twice, and look at every state that is drawn."""
    preload(recorder.SOURCE, failing.SOURCE)
    wanted = trial.scale(short=2_000, long=100_000, caught=400)
    forgetful = replace(trial, folder=trial.folder / "forgetful")
    with proven_desk(trial) as desk:
        sound = _cut(desk, _recorded(desk), wanted * 3 // 4)
    with proven_desk(forgetful) as desk:
        return sound + _cut(desk, _forgotten(desk), wanted // 4, is_made_anew=True)


def _cut(desk: ProvenDesk, record: list[Operation], wanted: int, is_made_anew: bool = False) -> Figures:
    """`is_made_anew`: a decision that was rolled back may have been on the disk."""
    told = desk.figures(0)
    truth = Truth.of(desk.root / "var", BACKUP)
    missing = set(map(letter, desk.clients.acked)) - set(truth.raws.values())
    wrong = [f"{len(missing)} mails are stored as other octets"] if missing else []
    if left(record) != _files(desk.root / "var"):
        wrong.append("the record does not tell all that was done to the data folder")
    return _added(told, _examined(record, replace(truth, promised=None) if is_made_anew else truth, wanted), wrong)


def _recorded(desk: ProvenDesk) -> list[Operation]:
    """Mail, a backup beside it, an end, a beginning, and mail again."""
    record = desk.root / "record"
    telling = Telling(desk.root / "var", record, desk.sink.port)
    for number, mails in enumerate(MAILS):
        with desk.serving(telling) as process:
            desk.clients.send_many(mails, 3)
            desk.drain()
            if number == 0:
                _back_up(desk, telling)
            desk.stop(process)
    return list(operations(record))


def _forgotten(desk: ProvenDesk) -> list[Operation]:
    """Mail while one fsync after the other fails, and the disk forgets what should have been on it."""
    record = desk.root / "record"
    disk = failing.Disk(desk.root / "var", desk.root / "orders")
    watched = Watched(Telling(desk.root / "var", record, desk.sink.port), disk.under)
    with desk.clients.pouring(sessions=2) as finish, desk.serving(watched) as process:
        for number in range(FORGOTTEN):
            disk.fail_a_sync(spares_log=number % CHECKPOINTS == 0)
        finish()
        desk.drain()
        desk.stop(process)
    return list(operations(record))


@dataclass(frozen=True, slots=True)
class Watched:
    """In the fork: what fails is recorded as what failed."""

    telling: Telling
    under: failing.Obeying

    def __call__(self) -> None:
        self.under()
        self.telling()


def _back_up(desk: ProvenDesk, telling: Telling) -> None:
    arguments = ("backup", str(desk.root / "var" / BACKUP))
    process = FORKING.Process(target=become, args=(desk.root, None, telling, arguments))
    process.start()
    process.join()
    if process.exitcode:
        desk.wrong.append(f"the backup ended with exit code {process.exitcode}")


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.resolve().iterdir() if not path.name.endswith("-shm")}


def _examined(record: list[Operation], truth: Truth, wanted: int) -> tuple[int, int, Counter[str]]:
    """States, mails that one of them lacks, and what else is wrong in how many of them."""
    seen, lost, wrong = 0, 0, Counter[str]()
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        for state in states(record, wanted, Random(SEED)):
            found = examine(Path(folder), state, truth)
            seen += 1
            lost += found.lost
            wrong.update(f"{state.policy}: {one}" for one in found.wrong)
    return seen, lost, wrong


def _added(told: Figures, examined: tuple[int, int, Counter[str]], wrong: list[str]) -> Figures:
    seen, lost, found = examined
    corrupt = [f"{says} ({times} states)" for says, times in found.most_common(5)]
    return replace(told, faults=seen, lost=told.lost + lost, wrong=(*told.wrong, *wrong, *corrupt))


RIG = Rig("power cut", "states", run, ("synchronous=NORMAL",), needs=("gcc",))
