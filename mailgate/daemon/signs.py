"""Signs of life: whoever works says so now and then, and whoever watches asks how long ago that was.

Seconds here do not count while the machine sleeps: what sleeps with it is not dead.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field


class Pulse:
    """When somebody gave a sign of life last. Thread-safe: one number is written and read."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def beat(self) -> None:
        """I am alive."""
        self._last = time.monotonic()

    def silence(self) -> float:
        """Seconds since the last sign, or since the beginning."""
        return time.monotonic() - self._last


@dataclass(slots=True)
class Line:
    """Whether a line moves: since when the same row is the first one. Asked by one thread."""

    first: int | None = None
    since: float = field(default_factory=time.monotonic)

    def stands(self, first: int | None) -> float:
        """Seconds for which `first` has been seen as the first; 0 when nobody waits."""
        if first != self.first:
            self.first, self.since = first, time.monotonic()
        return 0.0 if first is None else time.monotonic() - self.since
