"""Who comes in at the very moment in which a door is shut, and whose turn it is inside."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from mailgate.edge.smtp_in import Limits, open_door
from mailgate.edge.web import open_web
from tests.edge.custodies import ListCustody
from tests.edge.doors import ANY_PORT, a_keeper

TURNS = range(6)
"""Of the loop, between the client's first packet and the end: each of them finds the connection in another state."""


async def left_at(address: str, turns: int, close: Callable[[], Awaitable[None]]) -> bytes | None:
    """What the client hears in the end; None when it was never let in, TimeoutError when it is left standing."""
    with socket.socket() as client:
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", int(address.rpartition(":")[2])))
        for _ in range(turns):
            await asyncio.sleep(0)
        await close()
        client.settimeout(1)
        try:
            return b"".join(iter(lambda: client.recv(4096), b""))
        except ConnectionResetError:
            return None


@pytest.mark.parametrize("turns", TURNS)
def test_a_relay_is_turned_away_or_hears_when_to_come_again(turns: int) -> None:
    """One that was let in and hears nothing waits for the greeting for minutes."""

    async def scene() -> bytes | None:
        door = await open_door(ANY_PORT, a_keeper(ListCustody()), lmtp=False)
        return await left_at(door.addresses[0], turns, lambda: door.close(1))

    heard = asyncio.run(scene())
    assert heard is None or heard.endswith(b"421 4.3.2 stopping, try again later\r\n")


@pytest.mark.parametrize("turns", TURNS)
def test_a_browser_is_turned_away_or_hung_up_on(turns: int) -> None:
    """And nobody waits out the grace for it."""

    async def app(_scope: object, _receive: object, _send: object) -> None: ...

    async def scene() -> bytes | None:
        door = await open_web(ANY_PORT, app, grace_seconds=3600)
        heard = await left_at(door.addresses[0], turns, lambda: asyncio.wait_for(door._server.shutdown(), 30))
        await door.close()
        return heard

    assert asyncio.run(scene()) in (None, b"")


def test_who_sends_many_commands_in_one_breath_waits_for_their_turn() -> None:
    """Trap F25: a stream that holds the next command answers at once, and nobody else was heard until the last."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async def scene() -> None:
        door = await open_door(ANY_PORT, a_keeper(ListCustody(), Limits(talk=10_000, prompt=10_000)), lmtp=False)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(door.addresses[0].rpartition(":")[2]))
        counting = asyncio.create_task(count())
        writer.write(b"NOOP\r\n" * 900)
        for _ in range(901):
            await reader.readline()
        counting.cancel()
        writer.close()
        await door.close(1)

    asyncio.run(scene())
    assert turns > 800
