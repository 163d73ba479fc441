"""Strangers at the SMTP door, by the thousand: they come, hold their place, speak slowly, too much or never, and go.

They come from 127.0.0.2 and its neighbours, so that each address has the few connections that it may have; 127.0.0.1 is
the relay that the starter site trusts.
"""

from __future__ import annotations

import itertools
import resource
import smtplib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.prove.clients import URGENT

ADDRESSES = 200
FEW = 512
"""Descriptors that are left to whoever attacks."""
TIMEOUT = 30.0
AT_ONCE = 4
"""Threads in which they come."""

WRITTEN_BEFORE, MOST_WRITTEN = 150, 300
"""Mails of a flood: when the relay's begin, and in all, for each of them is a ticket."""

ENVELOPE = f"EHLO stranger\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<{URGENT}>\r\nDATA\r\n".encode()
GO = struct.pack("ii", 1, 0)
"""SO_LINGER: close with a reset, and leave nothing to wait for."""


def address(number: int) -> str:
    """Where stranger `number` comes from."""
    return f"127.0.0.{2 + number % ADDRESSES}"


def reset(connection: socket.socket) -> None:
    """Gone at once, whatever was under way (TCP RST)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, GO)
    connection.close()


@dataclass
class Strangers:
    """Who is at the door of `port`. `is_over` is set when they should go; `came` counts them all."""

    port: int
    is_over: threading.Event = field(default_factory=threading.Event)
    is_laid: threading.Event = field(default_factory=threading.Event)
    came: int = 0
    here: list[socket.socket] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def come(self, many: int, saying: bytes = b"") -> None:
        """So many connect, say something without waiting for an answer, and stay; fewer when it is over before."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda _: self._arrive(saying), range(many)))

    def each_says(self, octets: bytes) -> None:
        """Everybody in turn; who was sent away is silent, and nobody waits for a door that reads no more."""
        for one in self.here:
            with suppress(OSError):
                one.send(octets, socket.MSG_DONTWAIT)

    def write(self) -> None:
        """One hands in a whole mail, whatever is answered; nobody does when it is over."""
        if self.is_over.is_set():
            return
        number, self.came = next(self._numbers), self.came + 1
        here, text = (address(number), 0), f"Subject: achetez\r\n\r\n{number}".encode()
        with (
            suppress(OSError, smtplib.SMTPException),
            smtplib.SMTP("127.0.0.1", self.port, timeout=TIMEOUT, source_address=here) as client,
        ):
            client.sendmail(f"n{number}@b.example", [URGENT], text)

    def pass_by(self) -> None:
        """One connects, and is gone before it could be greeted."""
        with suppress(OSError):
            reset(self._connected())
        self.came += 1

    def go(self) -> None:
        """All of them, at once."""
        while self.here:
            with suppress(OSError):
                reset(self.here.pop())

    def _arrive(self, saying: bytes) -> None:
        with suppress(OSError):
            if not self.is_over.is_set():
                one = self._connected()
                self.came += 1
                self.here.append(one)
                one.send(saying, socket.MSG_DONTWAIT)

    def _connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), TIMEOUT, (address(next(self._numbers)), 0))


Siege = Callable[[Strangers], None]
"""Besieges the door: sets `is_laid` when the worst has begun, and comes back when it `is_over`."""


@contextmanager
def besieged(port: int, siege: Siege) -> Iterator[Strangers]:
    """A block in which a siege is laid; everybody is gone when it ends."""
    strangers = Strangers(port)
    thread = threading.Thread(target=siege, args=(strangers,))
    thread.start()
    try:
        strangers.is_laid.wait(2 * TIMEOUT)
        yield strangers
    finally:
        strangers.is_over.set()
        thread.join()
        strangers.go()


def idle(strangers: Strangers) -> None:
    """10,000 connections that say nothing (hazards M22)."""
    many = min(10_000, available() - FEW)
    strangers.come(many)
    strangers.is_laid.set()
    strangers.is_over.wait()


def drip(strangers: Strangers) -> None:
    """A thousand mails of one octet a second each (hazards A6)."""
    strangers.come(1000, ENVELOPE)
    strangers.is_laid.set()
    while not strangers.is_over.wait(1):
        strangers.each_says(b"x")


def storm(strangers: Strangers) -> None:
    """Nearly a thousand connections a second that are gone at once (hazards F25)."""
    strangers.is_laid.set()
    while not strangers.is_over.is_set():
        for _ in range(50):
            strangers.pass_by()
        strangers.is_over.wait(0.05)


def bulk(strangers: Strangers) -> None:
    """Forty mails of 8 MB that never end."""
    strangers.come(40, ENVELOPE)
    mebibyte = (b"x" * 70 + b"\r\n") * 14_564
    for _ in range(8):
        for one in strangers.here:
            with suppress(OSError):
                one.sendall(mebibyte)
    strangers.is_laid.set()
    strangers.is_over.wait()


def babble(strangers: Strangers) -> None:
    """Four hundred who talk without an end, and do not listen."""
    strangers.come(400)
    noise = b"NOOP\r\n" * 20_000
    while not strangers.is_over.is_set():
        strangers.each_says(noise)
        strangers.is_laid.set()
        strangers.is_over.wait(0.5)


def flood(strangers: Strangers) -> None:
    """Whole mails of people whom nobody knows, each like no other, as fast as they are taken."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done, _ in enumerate(pool.map(lambda _: strangers.write(), range(MOST_WRITTEN))):
            if done == WRITTEN_BEFORE:
                strangers.is_laid.set()
    strangers.is_over.wait()


SIEGES: tuple[Siege, ...] = (bulk, idle, drip, storm, babble, flood)


def available() -> int:
    """How many descriptors this process may have; it asks for all."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
