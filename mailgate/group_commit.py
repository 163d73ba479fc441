"""What waits to be written, one transaction at a time for all who write (group commit).

A transaction costs more than what most of them write, and on SQLite it waits for the one before it, which may be the
engine's. So it is looked only when its turn has come what waits by then: whoever came meanwhile goes along. Who is in
no hurry waits a moment for somebody who is.

What breaks its group is tried alone, so that it cannot hold back its neighbours.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from mailgate.store.database import Database, Tx

ThingT = TypeVar("ThingT")


@dataclass(frozen=True, slots=True)
class Entry(Generic[ThingT]):
    """Something to write, and where somebody waits for that."""

    thing: ThingT
    written: asyncio.Future[None]

    def tell(self, error: Exception | None) -> None:
        """It is committed, or will not be."""
        if self.written.done():  # nobody waits any more
            return
        if error is None:
            self.written.set_result(None)
        else:
            self.written.set_exception(error)


class GroupCommit(Generic[ThingT]):
    """Lives in the loop; `work` writes a group, in one of the threads.

    `patience` is in seconds: how long what is in no hurry waits for company."""

    def __init__(
        self,
        database: Database,
        threads: Executor,
        work: Callable[[Tx, Sequence[ThingT]], None],
        patience: float = 0.0,
    ) -> None:
        self._database, self._threads, self._work, self._patience = database, threads, work, patience
        self._waiting: deque[Entry[ThingT]] = deque()
        self._in_hurry = False
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    async def write(self, thing: ThingT, in_hurry: bool = True) -> None:
        """Returns after the commit. Raises what made it impossible; then nothing of it is written."""
        loop = asyncio.get_running_loop()
        entry = Entry(thing, loop.create_future())
        self._waiting.append(entry)
        if in_hurry:
            self.hasten()
        elif self._timer is None:
            self._timer = loop.call_later(self._patience, self.hasten)
        await entry.written

    def hasten(self) -> None:
        """What came until now is written as soon as it can be."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._in_hurry = True
        if self._waiting and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._write_all(), name="group-commit")

    async def _write_all(self) -> None:
        while self._in_hurry and self._waiting:
            self._in_hurry = False
            group: list[Entry[ThingT]] = []
            error = await self._tried(group, self._waiting)
            if error is None or len(group) == 1:
                _tell(group, error)
            elif group:
                await self._write_alone(group)
            else:  # the database took none of them
                group, self._waiting = list(self._waiting), deque()
                _tell(group, error)

    async def _write_alone(self, group: Sequence[Entry[ThingT]]) -> None:
        for entry in group:
            entry.tell(await self._tried([], deque([entry])))

    async def _tried(self, group: list[Entry[ThingT]], waiting: deque[Entry[ThingT]]) -> Exception | None:
        """Why what waits could not be written; it is in `group` from the moment on when it is read."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, partial(self._turn, group, waiting))
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait hear it
            return error
        return None

    def _turn(self, group: list[Entry[ThingT]], waiting: deque[Entry[ThingT]]) -> None:
        with self._database.write() as tx:
            tx.connection()  # here it waits for its turn
            while waiting:
                group.append(waiting.popleft())
            self._work(tx, [entry.thing for entry in group])


def _tell(group: Sequence[Entry[ThingT]], error: Exception | None) -> None:
    for entry in group:
        entry.tell(error)
