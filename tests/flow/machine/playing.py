"""How long the machine plays: the same examples on every run, or many others with MAILGATE_LONG=1."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.flow.machine.machine import Ending, Machine
from tests.flow.machine.world import Stage

LONG = os.environ.get("MAILGATE_LONG", "") not in ("", "0")
EXAMPLES, STEPS = (2000, 40) if LONG else (10, 20)

PLAYED = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    derandomize=not LONG,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def played_on(stage: Stage, played: settings = PLAYED, ending: Ending = Ending()) -> None:  # noqa: B008 - it is frozen
    """Every example on the stage, each from its beginning. Raises what an example found."""
    run_state_machine_as_test(lambda: Machine(stage, ending), settings=played)  # type: ignore[arg-type]  # takes functions, too
