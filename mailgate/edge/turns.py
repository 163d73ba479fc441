"""Who talks takes turns: a few in each turn of the loop, so that everybody else waits for those few and not for all.

Hundreds of strangers may have something to hear at the same moment, and each costs the loop some tens of microseconds:
together they would hold up whoever comes between them, at every word that he says.
"""

from __future__ import annotations

import asyncio
from collections import deque

AT_ONCE = 16
"""Who go on in one turn of the loop: less than a millisecond of it."""


class Turns:
    """Those who wait, in the order in which they came; made in the loop where they do."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def mine(self) -> None:
        """Returns when it is the caller's turn."""
        turn = self._loop.create_future()
        self._waiting.append(turn)
        if len(self._waiting) == 1:
            self._loop.call_soon(self._call)
        await turn

    def _call(self) -> None:
        for _ in range(min(AT_ONCE, len(self._waiting))):
            turn = self._waiting.popleft()
            if not turn.done():  # its session is gone
                turn.set_result(None)
        if self._waiting:
            self._loop.call_soon(self._call)
