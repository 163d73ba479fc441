"""Who stands on the threshold of a door: let in, or sent away before a session was made for them.

A session costs many times what a connection does, and a storm of connections is mostly of those for whom there is no
room (hazards F25). They hear 421 and are gone in the same turn of the loop, without a timer or a task of theirs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mailgate.edge.keeper import Guests, peer_of
from mailgate.edge.smtp_replies import CRLF, TOO_MANY_GUESTS

QUEUE = 1024
"""Connections that the kernel keeps until the loop takes them: beyond, a relay's would wait for TCP's next try, a
second later."""

AT_ONCE = 16
"""Connections that one turn of the loop takes from there."""


class Threshold(asyncio.Protocol):
    """One connection in its first moment. `session` makes what speaks to those who are let in."""

    def __init__(self, guests: Guests, session: Callable[[], asyncio.Protocol]) -> None:
        self._guests, self._session = guests, session

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        if self._guests.has_room(peer_of(transport)):
            session = self._session()
            transport.set_protocol(session)
            session.connection_made(transport)
        else:
            transport.write(TOO_MANY_GUESTS.encode() + CRLF)
            transport.close()
