"""A fake server on loopback that leaves nothing open behind it."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from mailgate.edge.listen import shut

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening_on_loopback(serve: Serve, implicit: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A free loopback port where `serve` answers; `implicit` for TLS from the first octet.

    At the end each connection is closed: one that stays open is a warning in some later test."""
    tasks: set[asyncio.Task[None]] = set()
    opened: dict[asyncio.WriteTransport, socket.socket] = {}

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        opened[writer.transport] = writer.get_extra_info("socket")
        with suppress(asyncio.CancelledError):  # asyncio's own callback asks the task for an exception
            await serve(reader, writer)

    server = await asyncio.start_server(converse, "127.0.0.1", 0, ssl=implicit)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await shut(server)
        await _turns(20)  # who was just let in begins to converse
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for transport in opened:
            transport.abort()
        await _turns(20)  # an aborted connection is closed in a later turn
        assert all(each.fileno() < 0 for each in opened.values())


async def _turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)
