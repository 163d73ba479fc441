"""What custody answers in a thread of its own, brought into the loop where the sessions wait.

To wake a loop costs a system call, and hands the interpreter over. All mails of one commit are answered at once: the
first answer wakes the loop, which then finds the others, too.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future


class Answers:
    """The answers that one loop waits for; made in that loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._given: deque[tuple[Future[int], asyncio.Future[int]]] = deque()
        self._is_told = False

    def awaited(self, promise: Future[int]) -> asyncio.Future[int]:
        """The same answer for the loop. Who stops waiting for it does not call it off."""
        waiting = self._loop.create_future()
        promise.add_done_callback(lambda given: self._take(given, waiting))
        return waiting

    def _take(self, given: Future[int], waiting: asyncio.Future[int]) -> None:
        """In any thread."""
        self._given.append((given, waiting))
        if not self._is_told and not self._loop.is_closed():
            self._is_told = True
            self._loop.call_soon_threadsafe(self._pass_on)

    def _pass_on(self) -> None:
        self._is_told = False  # before the look: what is given from now on tells the loop again
        while self._given:
            given, waiting = self._given.popleft()
            if waiting.done():  # its session is gone
                continue
            if error := given.exception():
                waiting.set_exception(error)
            else:
                waiting.set_result(given.result())
