"""Pages over the Simple Network Paging Protocol (RFC 1861, level 1): one connection, one pager, one line of text.

    220 ◀          PAGE id ▶ 250 ◀          MESS text ▶ 250 ◀          SEND ▶ 250 ◀          QUIT ▶

Only a 550 speaks about the pager or about the text, and refuses the page. A gateway that is closed (421), out of order
(554), garbled or silent may take it the next time, so that is deferred. So is a gateway that falls silent after SEND:
the page may then come twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from mailgate.core.delivery import Deferred, Delivered, Delivery, Parcel, Refused
from mailgate.edge.envelope import clean_reply
from mailgate.mail.text import clean_header, to_ascii

PORT = 444
GREETING = 220
DONE = 250
INVALID = 550
"""The gateway knows no such pager, or can't take such a text."""

LONGEST_LINE = 2_000
MOST_LINES = 50
"""Of one answer: a gateway that never ends its banner is no gateway."""

QUIT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Reply:
    """The last line of what a gateway answered; code 0 when it was no answer at all."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class SnppPager:
    """Sends to `snpp://host:port/pager`; one page takes at most `timeout` seconds."""

    timeout: float = 30.0

    async def send(self, parcel: Parcel) -> Delivery:
        """`parcel.message` is the text. Never raises for what a gateway or a network can do."""
        target = urlsplit(parcel.target)
        host, port = target.hostname or "", target.port or PORT
        try:
            async with asyncio.timeout(self.timeout) as time:
                return await _page(host, port, _commands(target.path.lstrip("/"), parcel.message), time)
        except TimeoutError:
            return Deferred(f"{host} did not answer in time")
        except (OSError, ValueError) as error:  # ValueError: a line that never ends
            return Deferred(clean_reply(f"{host}: {error}"))

    async def close(self) -> None:
        """No connection outlives its page."""


def _commands(pager: str, message: bytes) -> Iterator[str]:
    """Words become one line of ASCII, whatever they held: a line end would be the next command."""
    yield f"PAGE {_line(pager)}"
    yield f"MESS {_line(message.decode('utf-8', 'replace'))}"
    yield "SEND"


def _line(text: str) -> str:
    return clean_header(to_ascii(clean_header(text)), LONGEST_LINE - len("MESS \r\n"))


async def _page(host: str, port: int, commands: Iterator[str], time: asyncio.Timeout) -> Delivery:
    reader, writer = await asyncio.open_connection(host, port, limit=LONGEST_LINE)
    try:
        reply = await _reply(reader)
        if reply.code != GREETING:
            return Deferred(f"{host}: {reply.text}")
        for command in commands:
            reply = await _asked(command, reader, writer)
            if reply.code != DONE:
                return _not_done(host, reply)
        time.reschedule(None)
        await _quit(reader, writer)
        return Delivered(reply.text)
    finally:
        writer.transport.abort()


def _not_done(host: str, reply: Reply) -> Delivery:
    said = f"{host}: {reply.text}"
    return Refused(said) if reply.code == INVALID else Deferred(said)


async def _asked(command: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Reply:
    writer.write(command.encode("ascii", "replace") + b"\r\n")
    await writer.drain()
    return await _reply(reader)


async def _reply(reader: asyncio.StreamReader) -> Reply:
    """The last line of an answer; "250-…" goes on."""
    for _ in range(MOST_LINES):
        line = (await reader.readline()).decode("ascii", "replace")
        if not line.endswith("\n"):
            raise ConnectionError("the gateway hung up")
        if line[3:4] != "-":
            return Reply(int(line[:3]) if line[:3].isdigit() and not line[3:4].isalnum() else 0, clean_reply(line))
    raise ValueError("an answer without an end")


async def _quit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A farewell that nobody waits for long: the page is taken."""
    try:
        async with asyncio.timeout(QUIT_SECONDS):
            await _asked("QUIT", reader, writer)
    except (OSError, ValueError):
        return
