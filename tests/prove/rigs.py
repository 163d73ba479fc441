"""The rigs of `make prove`, in the order in which they run."""

from __future__ import annotations

from tests.prove import nodes, restart
from tests.prove.rig import Rig

RIGS: tuple[Rig, ...] = (restart.RIG, nodes.RIG)
