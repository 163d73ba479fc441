"""The rigs of `make prove`, in the order in which they run."""

from __future__ import annotations

from tests.prove import intake, nodes, restart
from tests.prove.rig import Rig

RIGS: tuple[Rig, ...] = (restart.RIG, intake.RIG, nodes.RIG)
