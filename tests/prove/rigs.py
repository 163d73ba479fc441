"""The rigs of `make prove`, in the order in which they run."""

from __future__ import annotations

from tests.prove import (
    every_step,
    front,
    intake,
    kill,
    nodes,
    power_cut,
    relay,
    restart,
    soak,
    storage,
)
from tests.prove.rig import Rig

RIGS: tuple[Rig, ...] = (
    kill.RIG,
    power_cut.RIG,
    every_step.RIG,
    storage.RIG,
    restart.RIG,
    relay.RIG,
    front.RIG,
    intake.RIG,
    nodes.RIG,
    soak.RIG,
)
