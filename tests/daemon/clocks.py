"""The two clocks of a machine, as a test wants them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.builders import NOW


@dataclass
class Machine:
    """`wall` may be set; `seconds` only ever grow."""

    wall: datetime = NOW
    seconds: float = 1000.0

    def live(self, seconds: float, drift: float = 0.0) -> None:
        """Time passes; the wall clock gains `drift` seconds in each."""
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds * (1 + drift))

    def jump(self, **by: float) -> None:
        """Somebody sets the wall clock."""
        self.wall += timedelta(**by)

    def read_wall(self) -> datetime:
        return self.wall

    def read_passed(self) -> float:
        return self.seconds
