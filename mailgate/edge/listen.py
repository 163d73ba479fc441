"""A socket that listens: what it is called, and how it is shut.

asyncio forgets a connection that it accepts in the turn in which its server closes: the client hears nothing, neither a
greeting nor a goodbye, for as long as the process lives. `shut` therefore listens no more, lets whoever is on the
threshold come in, and only then closes the server.
"""

from __future__ import annotations

import asyncio
from socket import AF_INET6, AF_UNIX, socket

THRESHOLD_TURNS = 3
"""Of the loop: a connection is accepted in one, gets its transport in the next and its session in the third."""


def address_of(listening: socket) -> str:
    """As an administrator writes it: "127.0.0.1:8025", "[::1]:8025", "unix:/path"."""
    name = listening.getsockname()
    match listening.family:
        case family if family == AF_UNIX:
            return f"unix:{name}"
        case family if family == AF_INET6:
            return f"[{name[0]}]:{name[1]}"
        case _:
            return f"{name[0]}:{name[1]}"


async def shut(server: asyncio.Server) -> None:
    """Nobody comes in any more; the session of everybody who was let in has begun."""
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        loop.remove_reader(listening)
    for _ in range(THRESHOLD_TURNS):
        await asyncio.sleep(0)
    server.close()
