"""The rigs of `make prove`, in the order in which they run."""

from __future__ import annotations

from tests.prove import (
    every_step,
    front,
    intake,
    kill,
    mailbox,
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
    mailbox.RIG,
    intake.RIG,
    nodes.RIG,
    soak.RIG,
)
