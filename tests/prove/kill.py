"""kill -9 at the N-th write (hazards F1-F3): what got its 250 becomes one ticket, and every promise leaves.

    load       a real `serve` under SMTP load, killed in its acceptor, engine and sender
    timers     the same with nothing but deadlines to work off, its clock hours ahead
    backup     `mailgate backup` beside a daemon, killed: its file is whole or not there
    migration  the upgrade of a database of an earlier version, killed: the next start completes it

The recorder counts the writes (and what is said to clients and relay) of each thread, and kills before the N-th.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from tests.prove.deaths import CERTAIN, PLACES, STRIDE, Deaths, points, together
from tests.prove.desk import ProvenDesk, proven_desk
from tests.prove.figures import Figures
from tests.prove.kill_backup import kill_backups
from tests.prove.kill_upgrade import kill_upgrades
from tests.prove.later import Later, open_always, work_off_deadlines
from tests.prove.library import preload
from tests.prove.preloaded import Prepare, nothing
from tests.prove.recorder import SOURCE, Dying, Point
from tests.prove.rig import Rig, Trial

ROUND = 100
"""Kills before a new desk: the tickets of a long run would be a flood."""

MAILS = 12
"""Tickets with deadlines."""

PAUSE = 0.5
"""Seconds between the mails of one client: a desk that dies all the time must keep up with them."""

LONGEST_LIFE = 20.0
"""Seconds in which a daemon under load comes to its point; else it has survived."""

FIRST_DEADLINE = timedelta(hours=26)
BETWEEN = timedelta(hours=3)
"""How far ahead the clock is at the first start, and how much further at each next one: a deadline is always due."""

DEADLINE_OPERATIONS = 120
"""The points among the engine's operations, when it has deadlines only: before the first decision of a start, in its
commit, and between it and the next ones."""

WANTED = ("acceptor", "engine", "sender", "timers", "backup", "migration")


def run(trial: Trial) -> Figures:
    """All of it; a broken build is put under load only, and killed where it must break."""
    preload(SOURCE)
    if trial.build is not None:
        return together([_load(trial, CERTAIN)], ())
    quiet = (trial.folder / f"quiet-{number}" for number in range(trial.scale(short=1, long=5, caught=0)))
    parts = [
        *_loads(trial, tuple(points(trial.scale(short=55, long=4700, caught=0)))),
        *(_quiet(replace(trial, folder=folder)) for folder in quiet),
        kill_upgrades(trial.folder, trial.scale(short=95, long=1000, caught=0)),
    ]
    return together(parts, WANTED, trial.scale(short=200, long=5000, caught=0))


def _loads(trial: Trial, chosen: Sequence[Point]) -> Iterator[Deaths]:
    for start in range(0, len(chosen), ROUND):
        folder = trial.folder / f"load-{start}"
        yield _load(replace(trial, folder=folder), chosen[start : start + ROUND])


def _load(trial: Trial, chosen: Sequence[Point]) -> Deaths:
    with proven_desk(trial) as desk, desk.clients.pouring(2, PAUSE) as finish:
        killed = [_kill(desk, point) for point in chosen]
        with desk.serving():
            finish()
            desk.drain()
        return _told(desk, killed)


def _quiet(trial: Trial) -> Deaths:
    """A desk that nobody writes to: backups beside it, then its deadlines."""
    with proven_desk(trial) as desk:
        open_always(desk)
        with desk.serving():
            desk.clients.send_many(MAILS)
            desk.drain()
            backups = kill_backups(desk, trial.scale(short=50, long=100, caught=0))
        times = trial.scale(short=20, long=60, caught=0)
        ahead = [FIRST_DEADLINE + number * BETWEEN for number in range(times)]
        killed = [
            replace(
                _kill(desk, Point("engine", 1 + number * STRIDE % DEADLINE_OPERATIONS), partial(Later, moment)),
                place="timers",
            )
            for number, moment in enumerate(ahead)
        ]
        with desk.serving(Later(ahead[-1], nothing)):
            work_off_deadlines(desk, ahead[-1])
        return _told(desk, killed, backups)


@dataclass(frozen=True, slots=True)
class Killed:
    """One process: whose work was cut off (None: its point never came) and what was in flight."""

    place: str
    died: bool
    in_flight: int


def _kill(desk: ProvenDesk, point: Point, wrapped: Callable[[Prepare], Prepare] = lambda inner: inner) -> Killed:
    dying = Dying(desk.root / "var", point, desk.root / "died", desk.sink.port)
    with desk.serving(wrapped(dying)) as process, suppress(TimeoutError):
        process.popen.wait(LONGEST_LIFE)
    leased = desk.ask("SELECT count(*) FROM outbox WHERE state = 'leased'")[0][0]
    return Killed(PLACES.get(point.room, point.room), dying.died(), leased)


def _told(desk: ProvenDesk, killed: Sequence[Killed], backups: Sequence[str] = ()) -> Deaths:
    places = [one.place for one in killed if one.died]
    return Deaths(
        desk.figures(len(places)),
        (*places, *backups),
        sum(not one.died for one in killed),
        sum(one.in_flight for one in killed),
    )


RIG = Rig(
    "kill -9",
    "kills",
    run,
    ("250 before the commit", "settle before send", "done in a second transaction"),
    needs=("gcc",),
)
