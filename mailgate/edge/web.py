"""The web door: uvicorn in the daemon's own loop, on a socket that the door binds itself.

A connection carries one request and lives LIFE_SECONDS at most, whoever is at its other end and however slowly they
speak: nothing here is worth a second request, and nobody can keep the door from others for longer. What is asked and
answered is `web_app`'s; a browser reaches it through a web server that brings the TLS.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from mailgate.core.listening import Listen
from mailgate.edge.listen import address_of, shut

__all__ = ["ASGIApp", "Listen", "OpenWeb", "open_web"]

HEAD_OCTETS = 16_384
CONNECTIONS = 200
LIFE_SECONDS = 15.0
GLANCE = 0.01


class BriefProtocol(H11Protocol):
    """HTTP for one request."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        super().connection_made(transport)
        self._end = self.loop.call_later(self._seconds(), transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end.cancel()
        super().connection_lost(exc)

    def _seconds(self) -> float:
        """One connection too many is not even listened to."""
        return LIFE_SECONDS if len(self.connections) <= CONNECTIONS else 0.0


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the daemon's."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            await shut(server)
        await super().shutdown(sockets)


@dataclass(frozen=True, slots=True)
class OpenWeb:
    """A web door that listens; `addresses` as in "127.0.0.1:8080"."""

    addresses: tuple[str, ...]
    _server: _Server
    _served: asyncio.Task[None]

    async def close(self) -> None:
        """Nobody comes in any more; who is being answered has the grace that the door was opened with."""
        self._server.should_exit = True
        await self._served


async def open_web(listen: Listen, app: ASGIApp, grace_seconds: int) -> OpenWeb:
    """Raises OSError when the address cannot be had."""
    sockets = await _bound(listen)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # below, it repeats what strangers send
    server = _Server(_settings(app, grace_seconds))
    addresses = tuple(address_of(each) for each in sockets)
    served = asyncio.create_task(server.serve(sockets=sockets), name="web")
    while not (server.started or served.done()):  # noqa: ASYNC110 - uvicorn has a flag, and no event
        await asyncio.sleep(GLANCE)
    if served.done():
        await served
    return OpenWeb(addresses, server, served)


def _settings(app: ASGIApp, grace_seconds: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BriefProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        h11_max_incomplete_event_size=HEAD_OCTETS,
        timeout_graceful_shutdown=grace_seconds,
    )


async def _bound(listen: Listen) -> list[socket.socket]:
    """A socket for each address of the host, as asyncio's own servers have."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(listen.host, listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    sockets: list[socket.socket] = []
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            sockets.append(_listening(family, address))
    except OSError:
        for each in sockets:
            each.close()
        raise
    return sockets


def _listening(family: int, address: Any) -> socket.socket:
    return socket.create_server(address[:2], family=family)
