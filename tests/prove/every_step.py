"""The power goes at every statement that writes, before and behind every commit, and before and behind every word to
the relay, of one whole conversation (hazards F1–F3).

Each turn of the conversation is three acts: custody, decision, sending. An act is played once uncut; then again for
each of its moments, cut there, and played to its end by a program that was started again. What comes of it must be what
came of the uncut one, row by row and mail by mail (`outcomes`), and please `mailgate verify`.

Statements that only read change nothing: a cut at one is the cut behind the last commit. What the disk makes of a
commit that is cut in two, the rig "power cut" shows.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import structlog

from mailgate import site, starter
from mailgate.store.verify import State, verify
from tests.flow.desk import RING, a_database
from tests.flow.machine.cutting import Cut, CutDatabase, Moment
from tests.flow.machine.letters import Posted, Way
from tests.flow.machine.relay import Taken
from tests.flow.machine.world import World
from tests.flow.restoring import Rows
from tests.prove.builds import BUILDS
from tests.prove.conversation import TURNS, Turn
from tests.prove.figures import Figures, total
from tests.prove.outcomes import Outcome
from tests.prove.rig import Rig, Trial

UNCUT = 10**6

Act = Callable[[World], None]


class Still(World):
    """A desk whose clock stands still, so that the same decision is the same row."""

    def clock(self) -> datetime:
        """No time passes but what a turn says."""
        return self.now


@dataclass
class Play:
    """A conversation, as far as it was played. `sound` are the states that `mailgate verify` was content with."""

    world: World
    sound: set[str] = field(default_factory=set)

    def turn(self, turn: Turn) -> Iterator[Figures]:
        """The figures of each cut in it; the world stands behind the uncut turn in the end."""
        for act in self._acts(turn):
            for figures in self._cut_everywhere(act):
                yield replace(figures, wrong=tuple(f"{turn.words}: {one}" for one in figures.wrong))

    def _acts(self, turn: Turn) -> Iterator[Act]:
        if turn.writes is not None:
            yield _custody(turn.writes(self.world))
        self.world.now += turn.passes
        yield _decision
        yield World.work

    def _cut_everywhere(self, act: Act) -> Iterator[Figures]:
        before = self._state()
        for which in Moment:
            self._put_back(before)
            times, uncut = self._played(act, which, UNCUT)
            after = self._state()
            for time in range(times):
                self._put_back(before)
                _, cut = self._played(act, which, time)
                figures = cut.compared(uncut)
                wrong = (f"{which.name} {time}: {one}" for one in (*figures.wrong, *self._verified(cut)))
                yield replace(figures, faults=1, wrong=tuple(wrong))
            self._put_back(after)

    def _played(self, act: Act, which: Moment, passes: int) -> tuple[int, Outcome]:
        """How many such moments there were, and what came of it when the power went after `passes` of them."""
        had = len(self.world.relay.taken)
        self.world.cuts.arm(which, passes)
        act(self.world)
        times = passes - self.world.cuts.left
        self.world.cuts.mend()
        return times, Outcome.of(self.world.database, self.world.relay.taken[had:])

    def _verified(self, outcome: Outcome) -> Iterator[str]:
        """What `mailgate verify` finds, asked once about each state."""
        state = repr(outcome.tables)
        if state not in self.sound:
            broken = [one for one in verify(self.world.database, self.world.now) if one.state is State.BROKEN]
            self.sound |= set() if broken else {state}
            yield from (f"verify: {one.invariant}: {one.rows[0]}" for one in broken)

    def _state(self) -> tuple[Rows, tuple[Taken, ...]]:
        return Rows(self.world.database), tuple(self.world.relay.taken)

    def _put_back(self, state: tuple[Rows, tuple[Taken, ...]]) -> None:
        rows, self.world.relay.taken[:] = state
        rows.put_back()


def run(trial: Trial) -> Figures:
    """Cut everywhere; a broken build is caught at the first cut that shows it."""
    runs: list[Figures] = []
    with BUILDS[trial.build].applied() if trial.build else nullcontext(), _silence(), _a_play(trial.folder) as play:
        for turn in TURNS:
            for figures in play.turn(turn):
                runs.append(figures)
                if trial.build and not figures.hold:
                    return total(runs)
    return total(runs)


def _custody(posted: Posted) -> Act:
    """A customer's mail program sends until it gets its answer."""
    return lambda world: world.take(*posted.deliveries(Way.SMTP, 0))


def _decision(world: World) -> None:
    try:
        world.engine.run_pending(lambda: False, lambda: None)
    except Cut:
        world.start_again()
        world.engine.run_pending(lambda: False, lambda: None)


@contextmanager
def _a_play(root: Path) -> Iterator[Play]:
    starter.write(root / "site")
    with a_database(root / "site/var/mailgate.db") as database:
        desk = site.load(root / "site/config.toml").desk(RING)
        world = Still((desk, desk), CutDatabase.around(database), Rows(database))
        try:
            yield Play(world)
        finally:
            world.close()


@contextmanager
def _silence() -> Iterator[None]:
    """Hundreds of programs that die would say much."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger("asyncio").disabled = True
    try:
        yield
    finally:
        gc.collect()  # what a task died of is told when it is thrown away
        logging.getLogger("asyncio").disabled = False
        structlog.reset_defaults()


RIG = Rig("cut at every step", "cuts", run, ("done in a second transaction", "settle before send"))
