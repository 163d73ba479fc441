"""Turns: in the order in which they were asked for, and the loop is never long with them."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from mailgate.edge.turns import AT_ONCE, Turns
from tests.edge.relays import run


def test_others_wait_for_a_few_and_not_for_all() -> None:
    """Trap F25: four hundred strangers who talk held up every word of our relay for a sixth of a second."""
    waiting = 5 * AT_ONCE

    async def scene() -> list[int]:
        turns, gone = Turns(), list[int]()

        async def talk(number: int) -> None:
            await turns.mine()
            gone.append(number)

        talking = [asyncio.create_task(talk(number)) for number in range(waiting)]
        seen = [len(gone)]
        while len(gone) < waiting:
            await asyncio.sleep(0)
            seen.append(len(gone))
        await asyncio.gather(*talking)
        assert gone == sorted(gone)
        return [after - before for before, after in pairwise(seen)]

    assert max(run(scene())) == AT_ONCE


def test_who_is_gone_holds_up_nobody() -> None:
    """A session ends while it waits; those behind it come to their turn, and so does who comes later."""

    async def scene() -> None:
        turns = Turns()
        first, second = (asyncio.create_task(turns.mine()) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait_for(second, 10)
        await asyncio.wait_for(turns.mine(), 10)
        assert first.cancelled()

    run(scene())
