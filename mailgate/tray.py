"""What several workers share: things leased in a batch, one transaction for all, that nobody has begun yet.

Only a worker that is free, or will be with the same transaction, leases more, so that nothing is kept from other nodes
for the sake of one that hangs here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

ThingT = TypeVar("ThingT")


class Tray(Generic[ThingT]):
    """Lives in the loop. `lease` answers with at most `batch` things; fewer mean that there are no more for now.

    `patience` is in seconds: how long they may lie here."""

    def __init__(self, lease: Callable[[], Awaitable[Sequence[ThingT]]], batch: int, patience: float) -> None:
        self._lease, self._batch, self._patience = lease, batch, patience
        self._leased: deque[ThingT] = deque()
        self._closed = False
        self._may_be_more = True
        self._leasing = asyncio.Lock()
        self._called = asyncio.Event()
        self._filled_at = 0.0

    def call(self) -> None:
        """Something may be due."""
        self._may_be_more = True
        self._called.set()

    def close(self) -> None:
        """Nobody begins anything more."""
        self._closed = True
        self._called.set()

    async def next(self) -> ThingT | None:
        """What to send next, once there is something; None when the tray is closed."""
        while not self._closed:
            if self._leased:
                return self._leased.popleft()
            if self._may_be_more:
                await self.fill()
            else:
                self._called.clear()
                await self._called.wait()
        return None

    @property
    def is_idle(self) -> bool:
        """Nobody would find anything to do here before the next call."""
        return self._closed or not (self._leased or self._may_be_more)

    def left(self) -> tuple[ThingT, ...]:
        """Takes out what nobody began in time, or ever will."""
        waited = asyncio.get_running_loop().time() - self._filled_at
        if not self._closed and waited < self._patience:
            return ()
        left = tuple(self._leased)
        self._leased.clear()
        return left

    async def fill(self) -> None:
        """Lease more, if nothing is left and there may be more."""
        async with self._leasing:
            if self._leased or not self._may_be_more:
                return  # another worker was faster
            self._may_be_more = False
            try:
                batch = await self._lease()
            except BaseException:
                self._may_be_more = True
                raise
            self._leased.extend(batch)
            self._filled_at = asyncio.get_running_loop().time()
            self._may_be_more |= len(batch) == self._batch
            if batch:
                self._called.set()
