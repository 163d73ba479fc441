"""SIGTERM and restart while mail comes in (hazards F36): what got its 250 is there, what did not comes again."""

from __future__ import annotations

from tests.flow.process import eventually
from tests.prove.desk import proven_desk
from tests.prove.figures import Figures
from tests.prove.rig import Rig, Trial

MAILS = 3
"""So many get their 250 before each SIGTERM."""


def run(trial: Trial) -> Figures:
    """Stop and start under load, then let the desk work off what it has."""
    times = trial.scale(short=20, long=100, caught=3)
    with proven_desk(trial) as desk, desk.clients.pouring() as finish:
        for _ in range(times):
            with desk.serving() as process:
                enough = len(desk.clients.acked) + MAILS
                eventually(lambda: len(desk.clients.acked) >= enough)  # noqa: B023 - called at once, in this round
                desk.stop(process)
        with desk.serving():
            finish()
            desk.drain()
        return desk.figures(times)


RIG = Rig("SIGTERM and restart", "restarts", run, ("250 before the commit",))
