"""Answers of another thread: each session hears its own, and the loop is not woken for each of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from mailgate.edge.answers import Answers
from tests.edge.relays import run


def test_a_group_of_answers_wakes_the_loop_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system call for each mail of a commit would cost more than the mail itself."""

    async def conversation() -> tuple[list[int], int]:
        woken: list[object] = []
        loop = asyncio.get_running_loop()
        wake = loop.call_soon_threadsafe

        def counted(callback: Callable[[], object]) -> object:
            woken.append(callback)
            return wake(callback)

        monkeypatch.setattr(loop, "call_soon_threadsafe", counted)
        answers, promises = Answers(), [Future[int]() for _ in range(32)]
        waiting = [answers.awaited(promise) for promise in promises]
        for number, promise in enumerate(promises):
            promise.set_result(number)
        return await asyncio.gather(*waiting), len(woken)

    assert run(conversation()) == (list(range(32)), 1)


def test_trouble_reaches_who_waits() -> None:
    """It becomes their 451."""

    async def conversation() -> None:
        promise = Future[int]()
        waiting = Answers().awaited(promise)
        promise.set_exception(OSError("disk full"))
        await waiting

    with pytest.raises(OSError, match="disk full"):
        run(conversation())


def test_who_goes_away_takes_no_answer_from_others() -> None:
    """A session that is cut off does not call off the commit, and the loop goes on to the next answer."""

    async def conversation() -> tuple[bool, int]:
        answers, gone, stays = Answers(), Future[int](), Future[int]()
        first, second = answers.awaited(gone), answers.awaited(stays)
        first.cancel()
        gone.set_result(1)
        stays.set_result(2)
        return gone.cancelled(), await second

    assert run(conversation()) == (False, 2)
