"""What custody costs: commits per mail, and mails per second beside a server that keeps nothing.

    python -m tests.bench.custody

One line for one sender and one for 32 that send at the same time, each for as long as SECONDS, over real sockets. Ours
answers 250 after a commit with `synchronous=FULL`; beside it is stock aiosmtpd, which throws every mail away. Clients
and servers share one process, so only the ratio means something: with one sender it shows the disk, with 32 the group
commit.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import structlog
from aiosmtpd.smtp import SMTP
from sqlalchemy import Engine, event

from mailgate.acceptor import Acceptor
from mailgate.edge.keeper import Keeper, Limits
from mailgate.edge.listen import Listen
from mailgate.edge.smtp_in import open_door
from mailgate.store.database import Database

SECONDS = 1.5
SENDERS = (1, 32)
TEXT = b"Bonjour, plus rien ne marche.\r\n" * 128
ENVELOPE = (b"MAIL FROM:<chef@acme.example>", b"RCPT TO:<support@example.com>", b"DATA")
TALKATIVE = Limits(commands=10**9, session_seconds=3600)


@dataclass(frozen=True, slots=True)
class Run:
    """What one number of senders achieved: mails with their 250, commits, and mails of the server that discards."""

    senders: int
    mails: int
    commits: int
    discarded: int

    def __str__(self) -> str:
        ours, stock = self.mails / SECONDS, self.discarded / SECONDS
        return (
            f"{self.senders:2} senders: {self.commits / self.mails:.2f} commits per mail; {ours:.0f} mails/s, "
            f"{self.mails / self.discarded:.2f} of stock aiosmtpd that discards ({stock:.0f} mails/s)"
        )


class Discarding:
    """The handler of stock aiosmtpd that keeps nothing."""

    async def handle_DATA(self, _server: object, _session: object, _envelope: object) -> str:  # noqa: N802 - its name
        return "250 OK"


@asynccontextmanager
async def ours(directory: Path) -> AsyncIterator[int]:
    """The port of our SMTP door, with the real acceptor and a real database behind it."""
    database = Database.open(f"sqlite:///{directory / 'bench.db'}")
    database.upgrade()
    acceptor = Acceptor(database, lambda: datetime.now(UTC), lambda: None)
    acceptor.start()
    keeper = Keeper(acceptor, lambda _: True, "example.com", 1_000_000, limits=TALKATIVE)
    door = await open_door(Listen("127.0.0.1", 0), keeper, lmtp=False)
    try:
        yield int(door.addresses[0].rpartition(":")[2])
    finally:
        await door.close(1)
        await asyncio.to_thread(acceptor.stop)
        database.close()


@asynccontextmanager
async def stock() -> AsyncIterator[int]:
    """The port of an aiosmtpd as it comes."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Discarding(), hostname="example.com", loop=loop), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def accepted(port: int, senders: int) -> int:
    """How many mails as many senders got rid of in SECONDS."""
    until = time.monotonic() + SECONDS
    return sum(await asyncio.gather(*(_send(port, number, until) for number in range(senders))))


async def _send(port: int, sender: int, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _replied(reader, b"220")
    await _say(reader, writer, b"EHLO bench", b"250")
    for mail in count():
        if time.monotonic() >= until:
            writer.close()
            return mail
        for command, expected in zip(ENVELOPE, (b"250", b"250", b"354"), strict=True):
            await _say(reader, writer, command, expected)
        await _say(reader, writer, b"Subject: %d of %d\r\n\r\n%s." % (mail, sender, TEXT), b"250")
    raise AssertionError("count() does not end")


async def _say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes, expected: bytes) -> None:
    writer.write(line + b"\r\n")
    await _replied(reader, expected)


async def _replied(reader: asyncio.StreamReader, expected: bytes) -> None:
    while (line := await reader.readline())[3:4] == b"-":
        pass
    assert line.startswith(expected), line


async def measure(senders: int) -> Run:
    """Both servers with the same senders, one after the other."""
    commits: list[object] = []
    with tempfile.TemporaryDirectory() as directory:
        async with ours(Path(directory)) as port:
            noted = commits.append
            event.listen(Engine, "commit", noted)
            mails = await accepted(port, senders)
            event.remove(Engine, "commit", noted)
    async with stock() as port:
        return Run(senders, mails, len(commits), await accepted(port, senders))


def main() -> int:
    """Print one line for each number of senders."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    for senders in SENDERS:
        print(asyncio.run(measure(senders)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
