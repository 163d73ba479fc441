"""The SMTP and LMTP doors: sockets that hand whole mails to custody and answer 250 only after its commit.

    open_door ──▶ Threshold ──▶ SmtpSession (one per client) ──▶ DottedText ──▶ Custody.submit ──COMMIT──▶ "250"

No `Controller` of aiosmtpd: it would bring a thread and a self-test of its own. And no `wait_closed()`: from CPython
3.12.1 on it waits for every client, so a single idle one would keep the daemon from stopping.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from socket import socket

import aiosmtpd

from mailgate.core.listening import Listen, UnixListen
from mailgate.edge.keeper import Guests, Keeper, Limits
from mailgate.edge.listen import address_of, shut
from mailgate.edge.smtp_session import LmtpSession, SmtpSession
from mailgate.edge.threshold import AT_ONCE, QUEUE, Threshold

__all__ = ["Keeper", "Limits", "Listen", "OpenDoor", "UnixListen", "UnsafeLibrary", "open_door"]

SAFE_AIOSMTPD = (1, 4, 6)
"""Older ones let mails be smuggled (CVE-2024-27305) and commands be injected before TLS (CVE-2024-34083)."""


class UnsafeLibrary(Exception):
    """The installed aiosmtpd must not face a network."""


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """A door that listens; `addresses` as in "127.0.0.1:8025" or "unix:/path"."""

    addresses: tuple[str, ...]
    _server: asyncio.Server
    _guests: Guests
    _listen: Listen | UnixListen

    async def close(self, grace_seconds: float) -> None:
        """Nobody comes in any more; a mail on its way in has `grace_seconds` to be settled."""
        await shut(self._server)
        if isinstance(self._listen, UnixListen):
            self._listen.path.unlink(missing_ok=True)
        await self._guests.send_home(grace_seconds)
        await asyncio.sleep(0)  # lets dropped connections be told


async def open_door(listen: Listen | UnixListen, keeper: Keeper, lmtp: bool) -> OpenDoor:
    """Raises OSError when the address cannot be had, UnsafeLibrary when aiosmtpd is too old."""
    require_safe(aiosmtpd.__version__)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # below, aiosmtpd logs addresses and whole mails
    guests = Guests(keeper)
    session = partial(LmtpSession if lmtp else SmtpSession, keeper, guests)
    server = await _listen_on(listen, partial(Threshold, guests, session))
    return OpenDoor(tuple(address_of(each) for each in server.sockets), server, guests, listen)


def require_safe(version: str) -> None:
    """Raises UnsafeLibrary for an aiosmtpd that is known to be exploitable."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:3])
    if numbers < SAFE_AIOSMTPD:
        raise UnsafeLibrary(f"aiosmtpd {version} is unsafe (CVE-2024-27305, CVE-2024-34083): install 1.4.6 or newer")


async def _listen_on(listen: Listen | UnixListen, arrival: Callable[[], Threshold]) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    match listen:
        case Listen(host, port):
            return _patient(await loop.create_server(arrival, host, port, backlog=AT_ONCE))
        case UnixListen(path):
            server = await loop.create_unix_server(arrival, str(path), backlog=AT_ONCE)
            path.chmod(0o666)
            return _patient(server)


def _patient(server: asyncio.Server) -> asyncio.Server:
    """The same, with a long queue. asyncio takes its length for how many to let in at once, too, and tries that often
    when there are no descriptors left (hazards F13)."""
    for listening in server.sockets:
        with socket(fileno=os.dup(listening.fileno())) as same:
            same.listen(QUEUE)
    return server
