"""What is said in one session with a relay, and what it answers.

aiosmtplib opens the session: connection, greeting, TLS, login. From there on it is ours, because it waits for each
reply before it says the next command. A relay that offers PIPELINING (RFC 2920) hears MAIL, RCPT and DATA in one breath
here, which halves the turns that a mail takes. Others hear each when the one before is answered.

Hardly a reply is ever too late, and a timer for each would cost as much as reading it. So a session has one, which is
set again when it goes off for a reply that came long ago.

A text never belongs to a group: until the relay has asked for it with 354, nothing of a mail was said. A long one goes
block by block, each when the line has room for it: who takes any of it does not hang, however slow the line is.
"""

from __future__ import annotations

import asyncio
from collections import deque

from aiosmtplib import SMTP, SMTPException, SMTPReadTimeoutError, SMTPResponse, SMTPResponseException
from aiosmtplib import SMTPServerDisconnected as Disconnected

CRLF = b"\r\n"

BLOCK = 1 << 16
"""Octets of a text that are written at once."""

LONGEST_REPLY = 1 << 15
"""Octets of one reply, all its lines together (hazards A60)."""

NO_REPLY = -1
"""The code of what is no reply."""


class Talk(asyncio.Protocol):
    """The session that `client` has opened; raises SMTPServerDisconnected when it is gone already."""

    def __init__(self, client: SMTP) -> None:
        if not isinstance(client.transport, asyncio.Transport) or client.transport.is_closing():
            raise Disconnected("Connection lost")
        self.client = client
        self._transport = client.transport
        self._pipelines = client.supports_extension("pipelining")
        self._unsaid: deque[bytes] = deque()
        self._expected = 0
        self._text = bytearray()
        self._lines: list[bytes] = []
        self._octets = 0
        self._is_lost = False
        self._is_full = False
        self._heard: deque[SMTPResponse | SMTPException] = deque()
        self._arrival: asyncio.Future[None] | None = None
        self._until = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._transport.set_write_buffer_limits(BLOCK)
        self._transport.set_protocol(self)

    def say(self, *commands: bytes) -> None:
        """Begin with some commands; `reply` answers with the reply to the next one. What came unasked is forgotten."""
        self._heard.clear()
        self._unsaid = deque(commands)
        self._say_more()

    async def reply(self, seconds: float) -> SMTPResponse:
        """To the next command, which is said now when it was not before. Raises SMTPException."""
        if not self._expected and not self._heard:
            self._say_more()
        while not self._heard:
            await self._arrived(seconds)
        heard = self._heard.popleft()
        if isinstance(heard, SMTPException):
            raise heard
        return heard

    async def text(self, message: bytes, block_seconds: float, seconds: float) -> SMTPResponse:
        """The reply to a whole mail after 354 (RFC 5321 §4.5.2), for which there are so many seconds after its last
        block. Bare CR and LF become whole line ends: they must not end a mail at the next relay (hazards A2)."""
        lines = CRLF.join((b"", *message.splitlines(), b""))
        text = lines.replace(b"\r\n.", b"\r\n..")[len(CRLF) :] + b".\r\n"
        self._write(text[:BLOCK], 1)
        for start in range(BLOCK, len(text), BLOCK):
            if self._is_full:
                await self._arrived(block_seconds)
            if self._heard:
                return self._interrupted()
            self._write(text[start : start + BLOCK], 1)
        return await self.reply(seconds)

    async def fall_silent(self, seconds: float) -> bool:
        """Say nothing more of the commands, and hear what the relay has to say to those that it heard; whether it
        waits for a command then, and not for a text."""
        self._unsaid.clear()
        try:
            left = [await self.reply(seconds) for _ in range(self._expected + len(self._heard))]
        except SMTPException:
            return False
        return all(one.code // 100 != 3 for one in left)

    def data_received(self, data: bytes) -> None:
        self._text += data
        self._octets += len(data)
        if self._octets > LONGEST_REPLY:
            self._hear(SMTPResponseException(NO_REPLY, "Response too long"))
        while self._expected and (end := self._text.find(b"\n") + 1):
            self._lines.append(bytes(self._text[:end]))
            del self._text[:end]
            if self._lines[-1][3:4] != b"-":
                self._hear(_reply(self._lines))
                self._lines, self._octets = [], len(self._text)
        if not self._expected:  # what nobody asked for is no answer to what is asked next
            self._text.clear()
            self._octets = 0

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._is_lost = True
        if self._alarm is not None:  # it would keep the session in memory until it goes off
            self._alarm.cancel()
        self._hear(Disconnected(f"Connection lost: {error}" if error else "Connection lost"))

    def _say_more(self) -> None:
        group = tuple(self._unsaid) if self._pipelines else (self._unsaid[0],)
        for _ in group:
            self._unsaid.popleft()
        self._write(b"".join(command + CRLF for command in group), len(group))

    def _write(self, octets: bytes, replies: int) -> None:
        if self._is_lost or self._transport.is_closing():
            raise Disconnected("Connection lost")
        self._expected = replies
        self._transport.write(octets)

    def _hear(self, heard: SMTPResponse | SMTPException) -> None:
        """After what is no reply, no other can be told apart."""
        self._expected = 0 if isinstance(heard, SMTPException) else self._expected - 1
        self._heard.append(heard)
        self._wake()

    def _wake(self) -> None:
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    def _interrupted(self) -> SMTPResponse:
        """What came in the middle of a text, which nobody takes to its end."""
        self._transport.abort()
        heard = self._heard.popleft()
        if isinstance(heard, SMTPException):
            raise heard
        if heard.code // 100 not in (4, 5):
            raise SMTPResponseException(heard.code, f"answered before the end of the mail: {heard.message}")
        return heard

    async def _arrived(self, seconds: float) -> None:
        """Until there is a reply, or room for more of a text."""
        loop = asyncio.get_running_loop()
        self._arrival, self._until = loop.create_future(), loop.time() + seconds
        if self._alarm is None or self._alarm.when() > self._until:
            self._set_alarm(loop)
        await self._arrival

    def _set_alarm(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = loop.call_at(self._until, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Whether it was this reply for which the alarm was set, or one before it."""
        self._alarm = None
        if self._arrival is None or self._arrival.done():
            return
        if loop.time() < self._until:
            self._set_alarm(loop)
        else:
            self._arrival.set_exception(SMTPReadTimeoutError("Timed out waiting for server response"))


def _reply(lines: list[bytes]) -> SMTPResponse | SMTPException:
    """The last line's code counts, as it does for aiosmtplib."""
    text = b"\n".join(line[4:].strip() for line in lines).decode("utf-8", "surrogateescape")
    code = lines[-1][:3]
    return SMTPResponse(int(code), text) if code.isdigit() else SMTPResponseException(NO_REPLY, f"no reply: {text}")
