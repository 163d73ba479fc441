"""How late the event loop runs what is due in it, on monotonic time."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

BEAT_SECONDS = 1.0
REMEMBERED = 60
"""Beats of which the worst is told."""


@dataclass
class LoopLag:
    """Seconds by which the event loop is late; `beat` runs in it."""

    _lags: deque[float] = field(default_factory=lambda: deque([0.0], REMEMBERED))
    _beaten_at: float = field(default_factory=time.monotonic)

    async def beat(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + BEAT_SECONDS
            await asyncio.sleep(BEAT_SECONDS)
            self._lags.append(max(loop.time() - due, 0.0))
            self._beaten_at = time.monotonic()

    @property
    def worst(self) -> float:
        """The longest of the last minute, also of one that is not over yet. Callable from any thread."""
        return max(*self._lags, time.monotonic() - self._beaten_at - BEAT_SECONDS)
