"""What a rig is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.prove.figures import Figures

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of a rig: in an empty folder, on the program as it is or on the broken `build` of that name."""

    folder: Path
    build: str | None = None
    is_long: bool = False

    def scale(self, short: T, long: T, caught: T) -> T:
        """How much of it: in CI, with LONG=1, and where a broken build must be caught."""
        if self.build is not None:
            return caught
        return long if self.is_long else short


@dataclass(frozen=True, slots=True)
class Rig:
    """A way to break the program. `builds` names the broken builds that it must catch, `faults` what it counts."""

    name: str
    faults: str
    run: Callable[[Trial], Figures]
    builds: tuple[str, ...]
    needs: tuple[str, ...] = ()
    """Programs of Debian's packages, without which it cannot run (see `tests.peers.SYSTEM_PATH`)."""
    is_alone: bool = False
    """Whether a delay or an amount of memory is what it is about, so that no other rig may run beside it."""
    as_root: bool = False
    """Whether it mounts something, or starts what changes its user."""
