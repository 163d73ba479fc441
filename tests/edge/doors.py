"""A door in a loop of its own thread, and a client that speaks to it in raw octets."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from types import TracebackType
from typing import Self

from mailgate.core.custody import Custody
from mailgate.edge.smtp_in import Keeper, Limits, Listen, OpenDoor, UnixListen, open_door

ANY_PORT = Listen("127.0.0.1", 0)
KNOWN = {"urgent@desk.example", "regulier@desk.example", "tickets@desk.example"}


@dataclass(frozen=True, slots=True)
class RunningDoor:
    """A door that is open in another thread."""

    door: OpenDoor
    loop: asyncio.AbstractEventLoop

    @property
    def port(self) -> int:
        return int(self.door.addresses[0].rpartition(":")[2])

    def talk(self, source: str = "127.0.0.1") -> Talk:
        return Talk(socket.create_connection(("127.0.0.1", self.port), timeout=10, source_address=(source, 0)))

    def close(self, grace_seconds: float) -> None:
        asyncio.run_coroutine_threadsafe(self.door.close(grace_seconds), self.loop).result(30)


Door = AbstractContextManager[RunningDoor]


class Talk:
    """One client connection; replies are whole lines without their CRLF."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.replies = connected.makefile("rb")
        self.banner = self.hear()

    def say(self, line: str) -> str:
        """Sends one line and hears one whole reply, all its lines joined by a line feed."""
        self.send(line.encode() + b"\r\n")
        return self.hear()

    def send(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def flood(self, octets: bytes, times: int, pause: float = 0.0) -> None:
        """Sends `octets` again and again; raises OSError when the door has had enough."""
        for _ in range(times):
            self.send(octets)
            time.sleep(pause)

    def hear(self) -> str:
        """The next reply; "" when the door has closed."""
        lines = [self._line()]
        while lines[-1][3:4] == "-":
            lines.append(self._line())
        return "\n".join(lines)

    def hear_all(self) -> list[str]:
        """Every reply until the door closes."""
        return list(iter(self.hear, ""))

    def greet(self, verb: str = "EHLO") -> str:
        return self.say(f"{verb} client.example")

    def begin(self, sender: str = "chef@acme.example", *recipients: str) -> str:
        """A transaction up to the answer to DATA."""
        self.say(f"MAIL FROM:<{sender}>")
        for recipient in recipients or ("urgent@desk.example",):
            self.say(f"RCPT TO:<{recipient}>")
        return self.say("DATA")

    def mail(self, raw: bytes, *recipients: str) -> str:
        """A whole mail, as it is on the wire but for the final dot."""
        self.begin("chef@acme.example", *recipients)
        self.send(raw + b".\r\n")
        return self.hear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self.replies.close()
        self.socket.close()

    def _line(self) -> str:
        try:
            return self.replies.readline().decode().removesuffix("\r\n")
        except ConnectionError:
            return ""


def a_keeper(
    custody: Custody, limits: Limits | None = None, max_size: int = 1 << 20, trusted: tuple[str, ...] = ()
) -> Keeper:
    networks = tuple(ip_network(net) for net in trusted)
    return Keeper(custody, KNOWN.__contains__, "desk.example", max_size, networks, limits or Limits())


@contextmanager
def running(keeper: Keeper, lmtp: bool = False, listen: Listen | UnixListen = ANY_PORT) -> Iterator[RunningDoor]:
    with loop_in_thread() as loop:
        door = asyncio.run_coroutine_threadsafe(open_door(listen, keeper, lmtp), loop).result(10)
        running_door = RunningDoor(door, loop)
        try:
            yield running_door
        finally:
            running_door.close(0.2)


def smtp_door(custody: Custody, limits: Limits | None = None, max_size: int = 1 << 20) -> Door:
    return running(a_keeper(custody, limits, max_size))


def lmtp_door(custody: Custody, limits: Limits | None = None, max_size: int = 1 << 20) -> Door:
    return running(a_keeper(custody, limits, max_size), lmtp=True)


@contextmanager
def loop_in_thread() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="test-loop")
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(_settle(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _settle() -> None:
    """Lets cancelled tasks end before the loop stops."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
