"""What several workers share: things leased in a batch, one transaction for all, that nobody has begun yet.

Only a worker that is free, or will be with the same transaction, leases more, so that nothing is kept from other nodes
for the sake of one that hangs here.

What takes long never has all of them at work: one is left for what does not.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from mailgate.core.delivery import Lane

ThingT = TypeVar("ThingT")

ROOM_SECONDS = 30.0
"""When that for which there was no room is tried again."""


class Tray(Generic[ThingT]):
    """Lives in the loop. `lease` answers with at most `batch` things; fewer mean that there are no more for now.

    `patience` is in seconds: how long they may lie here."""

    def __init__(self, lease: Callable[[], Awaitable[Sequence[ThingT]]], batch: int, patience: float) -> None:
        self._lease, self._batch, self.patience = lease, batch, patience
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
        if not self._closed and waited < self.patience:
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


class Line(Generic[ThingT]):
    """What the workers of a lane share: their tray, and how many of them are at work."""

    def __init__(self, lane: Lane, workers: int, tray: Tray[ThingT]) -> None:
        self.lane, self.tray = lane, tray
        self._under_way = self._long = 0
        self._most_long = max(1, workers - 1)

    def has_room(self, is_long: bool) -> bool:
        """Whether something more may begin that takes long, or not."""
        return self._long < self._most_long or not is_long

    @contextmanager
    def at_work(self, is_long: bool) -> Iterator[None]:
        """One of them is."""
        self._under_way, self._long = self._under_way + 1, self._long + is_long
        try:
            yield
        finally:
            self._under_way, self._long = self._under_way - 1, self._long - is_long

    @property
    def is_held_up(self) -> bool:
        """There is something to do, and nobody at work who could come back for it."""
        return not self._under_way and not self.tray.is_idle
