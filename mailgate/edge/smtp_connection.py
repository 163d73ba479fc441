"""The life of one connection to the SMTP or LMTP door: who may come in, how long they may stay, what they hear.

aiosmtpd reads the commands. Its own answers to trouble are what is replaced here: an exception is answered `451` in
constant words and leaves the session usable (hazards M1, A8), a client that closes its sending side still gets the
answers to what it said (M5), a session has an end that no NOOP puts off (M4), refusals count against a budget (A7),
and every reply carries an enhanced status code (RFC 2034).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import ClassVar

import structlog
from aiosmtpd.smtp import SMTP, Envelope

from mailgate.core.model import Door
from mailgate.edge.keeper import Guests, Keeper, peer_of
from mailgate.edge.smtp_replies import (
    CRLF,
    STOPPING,
    TOO_MANY_ERRORS,
    TOO_MANY_GUESTS,
    TOO_MUCH_TALK,
    TOO_SLOW,
    TROUBLE,
    counts_as_error,
    with_enhanced_code,
)

log = structlog.get_logger()

COMMAND_OCTETS = 4096
"""RFC 5321 §4.5.3.1.4 asks for 512, and more for each extension."""

AT_ONCE = 8
"""Replies since the last mail, after which one of our relays lets others speak: a stream that has the next command
answers at once, and who sends thousands of them in one breath would stop the loop for everybody."""

TARRY_SECONDS = 0.2
"""How long a stranger who talks and brings no mail waits for each reply: hundreds of them must leave the loop to
others, and who has a mail for a hundred recipients can wait."""

READ_OCTETS = 1 << 14
"""Of a stranger at once: asyncio asks for 256 KiB, which a thousand of them could send before anybody looks."""

FAREWELL_SECONDS = 5.0
"""How long a client that we close on may take to read why."""


class Connection(SMTP):
    """What SMTP and LMTP clients have in common."""

    door: ClassVar[Door]
    line_length_limit = 1 << 14  # twice as much is read ahead at most; a text is read as it comes
    command_size_limit = COMMAND_OCTETS
    command_size_limits = defaultdict(lambda: COMMAND_OCTETS)  # noqa: RUF012  # aiosmtpd shares it and clears it

    _verbs: ClassVar[list[str]] = []

    def __init_subclass__(cls) -> None:
        cls._verbs = [name for name in dir(cls) if name.startswith("smtp_")]

    def __init__(self, handler: object, keeper: Keeper, guests: Guests) -> None:
        super().__init__(
            handler,
            data_size_limit=keeper.max_size,
            enable_SMTPUTF8=True,
            hostname=keeper.hostname,
            ident=f"{'ESMTP' if self.door is Door.SMTP else 'LMTP'} mailgate",
            timeout=keeper.limits.command_seconds,
            command_call_limit=keeper.limits.commands,
            loop=asyncio.get_running_loop(),
        )
        self.peer = ""
        self.trusted = False
        self.in_hand = False
        self._keeper = keeper
        self._guests = guests
        self._admitted = False
        self._errors = 0
        self._talk = 0
        self._ends_at = self.loop.time() + keeper.limits.session_seconds
        self._patience_ends = self._ends_at

    def __dir__(self) -> list[str]:
        """The verbs alone: aiosmtpd looks for them among all names, anew for each client, and that was half of what
        a connection costs."""
        return self._verbs

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.peer = peer_of(transport)
        self.trusted = self._keeper.trusts(self.peer)
        self._admitted = self._guests.admit(self)
        if not self._admitted:
            self.transport = transport
            self._say_and_close(TOO_MANY_GUESTS)
            return
        if not self.trusted:
            transport.max_size = READ_OCTETS  # type: ignore[attr-defined]  # asyncio's sockets ask for so many
        super().connection_made(transport)
        assert self._handler_coroutine is not None
        self._handler_coroutine.add_done_callback(_report)

    def connection_lost(self, error: Exception | None) -> None:
        if self._admitted:
            self._guests.leave(self)
            super().connection_lost(error)
            assert self._handler_coroutine is not None
            self._handler_coroutine.add_done_callback(partial(self._part, error))

    def _part(self, error: Exception | None, _ended: object) -> None:
        """The last that happens here. What refers back to this session goes, or it would stay in memory, with all that
        it has read, until the collector looks."""
        if error:
            error.__traceback__ = None
        self._closed.exception()  # type: ignore[attr-defined]  # asyncio complains of trouble that nobody looked at
        vars(self).clear()

    def eof_received(self) -> bool:
        """The client will say no more, but still listens: the session ends when all it said is answered."""
        self._reader.feed_eof()
        return True

    def dismiss(self) -> None:
        self._say_and_close(STOPPING)

    def drop(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    def _timeout_cb(self) -> None:
        if self.loop.time() < self._patience_ends:
            self._look_again()
        else:
            self._say_and_close(TOO_SLOW)

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Each command restarts the clock, but commands alone do not keep a session beyond its end."""
        left = self._ends_at - self.loop.time()
        self._wait_for_client(min(duration or self._timeout_duration, left))

    def _say_and_close(self, farewell: str) -> None:
        transport = self.transport
        if isinstance(transport, asyncio.WriteTransport) and not transport.is_closing():
            transport.write(farewell.encode() + CRLF)
            transport.close()
            self.loop.call_later(FAREWELL_SECONDS, transport.abort)

    def _wait_for_client(self, seconds: float) -> None:
        """Lets the next `seconds` pass whatever the session's end says: a mail is in hand.

        An end that is put off moves no timer: the one that is set looks again when it is up."""
        self._patience_ends = self.loop.time() + max(0.001, seconds)
        if self._timeout_handle is None or self._timeout_handle.when() > self._patience_ends:
            self._look_again()

    def _look_again(self) -> None:
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        self._timeout_handle = self.loop.call_at(self._patience_ends, self._timeout_cb)

    async def _hang_up(self, farewell: str | None = None) -> None:
        """Ends the session's task at this await."""
        if farewell:
            self._say_and_close(farewell)
        if self.transport is not None:
            self.transport.close()
        assert self._handler_coroutine is not None
        self._handler_coroutine.cancel()
        await asyncio.sleep(0)

    async def push(self, status: str | bytes | None) -> None:
        if status is None:  # the session was hung up while an exception was being handled
            return
        if self.transport is None or self.transport.is_closing():  # aiosmtpd obeys whatever else it has read
            await self._hang_up()
        reply = with_enhanced_code(status)
        await self._say((reply,))
        await self._count(reply)

    async def _say(self, lines: Iterable[str]) -> None:
        """All lines in one piece, as they are."""
        self._writer.write("\r\n".join(lines).encode() + CRLF)
        await self._writer.drain()
        await self._take_turns()

    async def _take_turns(self) -> None:
        """Who says much at once lets others speak in between, strangers one after the other, and a stranger who brings
        no mail ends."""
        self._talk += 1
        if not self.trusted:
            await self._take_a_strangers_turn()
        elif self._talk > AT_ONCE:
            await asyncio.sleep(0)

    async def _take_a_strangers_turn(self) -> None:
        limits = self._keeper.limits
        if self._talk > limits.prompt:
            await asyncio.sleep(TARRY_SECONDS)
        await self._guests.turns.mine()
        if self._talk == limits.talk:
            await self._hang_up(TOO_MUCH_TALK)

    async def _count(self, reply: str) -> None:
        self._errors += counts_as_error(reply)
        if self._errors > self._keeper.limits.errors:
            await self._hang_up(TOO_MANY_ERRORS)

    async def handle_exception(self, error: Exception) -> str:
        """The only place where an exception becomes a reply."""
        if isinstance(error, asyncio.IncompleteReadError):
            await self._hang_up()
        log.error("smtp.trouble", door=self.door.value, peer=self.peer, exc_info=error)
        self.envelope = Envelope()
        return TROUBLE


def _report(task: asyncio.Task[None]) -> None:
    """Logs how a session ended when it was neither QUIT nor a lost connection."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, ConnectionError):
        log.error("smtp.session_failed", exc_info=error)
