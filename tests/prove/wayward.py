"""A relay of ours that misbehaves by a list, each fault once, and is well when the list is used up.

A fault belongs to one command (CONNECT and "." included): a reply instead of the good one, silence (HANG), or a hang-up
(DROP). After the dot it has taken the mail whose answer is lost. It counts what it did, so that a rig knows how much of
what it sees is owed to it.
"""

from __future__ import annotations

import socketserver
import ssl
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.flow.process import Taken, receiving

HANG, DROP = "hang", "drop"
SILENCE = 4.0
"""Seconds that it says nothing, longer than the desk under test waits for an answer."""
GREYLIST_SECONDS = 1.0
SOCKET_SECONDS = 30.0

GREETINGS = ("CONNECT", "EHLO")
DEALINGS = ("MAIL", "RCPT", "DATA", ".")
"""The commands of a mail: a 5xx to one of them is about the mail, and for good (RFC 5321 §4.2.1)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What it does instead of answering a command as it should."""

    verb: str
    way: str

    @property
    def name(self) -> str:
        """By which it is counted."""
        return f"{self.verb} {self.way[:4].strip()}"


@dataclass
class Wayward:
    """`greetings` are used up by connections, `dealings` by mails. To the `busy` it says 450, to the `gone` 550; while
    it `greylists`, a mail of an unknown pair is taken at the second attempt, a while later. With `tls` it offers
    STARTTLS under that certificate. It has `counted` what it did, and the mails begun with and without TLS."""

    greetings: deque[Fault] = field(default_factory=deque)
    dealings: deque[Fault] = field(default_factory=deque)
    busy: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    greylists: bool = False
    tls: ssl.SSLContext | None = None
    taken: list[Taken] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    port: int = 0
    _seen: dict[tuple[str, str], float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_well(self) -> bool:
        """Every fault was used."""
        return not (self.greetings or self.dealings)

    @property
    def lost_answers(self) -> int:
        """How many mails it took without a word: each may come again."""
        return self.counted["lost answer"]

    def count(self, what: str) -> None:
        with self._lock:
            self.counted[what] += 1

    def opinion(self, sender: str, to: str) -> str:
        """What it says to a recipient."""
        if to in self.gone:
            return "550 5.1.1 no such mailbox"
        if to in self.busy or (self.greylists and self._is_new(sender, to)):
            return "450 4.2.0 come again later"
        return "250 ok"

    def _is_new(self, sender: str, to: str) -> bool:
        return time.monotonic() < self._seen.setdefault((sender, to), time.monotonic()) + GREYLIST_SECONDS


class Gone(Exception):
    """It hung up."""


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    timeout = SOCKET_SECONDS

    def handle(self) -> None:
        self.relay: Wayward = self.server.relay  # type: ignore[attr-defined]  # set by `misbehaving`
        self.sender, self.to, self.is_safe = "", "", False
        self.fault = _next(self.relay.greetings)
        with suppress(Gone, OSError, ValueError):
            self._answer("CONNECT", "220 relay")
            while line := self.rfile.readline().decode("utf-8", "replace").strip():
                self._obey(line)

    def _obey(self, line: str) -> None:
        match line.partition(" ")[0].upper():
            case "EHLO":
                self._answer("EHLO", "250-relay\r\n250-STARTTLS\r\n250 8BITMIME" if self._offers_tls() else "250 relay")
            case "STARTTLS":
                self._secure()
            case "MAIL":
                self.relay.count("mail" if self.is_safe else "mail in clear")
                self.fault, self.sender = _next(self.relay.dealings), _path(line)
                self._answer("MAIL", "250 ok")
            case "RCPT":
                self.to = _path(line)
                self._answer("RCPT", self.relay.opinion(self.sender, self.to))
            case "DATA" if self._answer("DATA", "354 go on"):
                self._take(Taken(self.sender, self.to, receiving(self.rfile), time.monotonic()))
            case "QUIT":
                raise Gone
            case "DATA":
                pass
            case _:
                self._say("250 ok")

    def _take(self, mail: Taken) -> None:
        """Unless it says that it did not."""
        way = self.fault.way if self.fault and self.fault.verb == "." else "250 ok"
        if way in (HANG, DROP):
            self.relay.count("lost answer")
        if way in (HANG, DROP, "250 ok"):
            self.relay.taken.append(mail)
        self._answer(".", "250 ok")

    def _answer(self, verb: str, otherwise: str) -> bool:
        """Whether that was the good answer."""
        fault, way = self.fault, otherwise
        if fault is not None and fault.verb == verb:
            self.fault, way = None, fault.way
            self.relay.count(fault.name)
        if way == HANG:
            time.sleep(SILENCE)
        if way in (HANG, DROP):
            raise Gone
        self._say(way)
        if way.startswith("421"):
            raise Gone
        return way == otherwise

    def _offers_tls(self) -> bool:
        return self.relay.tls is not None and not self.is_safe

    def _secure(self) -> None:
        self._say("220 go ahead")
        assert self.relay.tls is not None
        self.connection = self.relay.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.is_safe = True

    def _say(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing that a client does ends a relay."""


def _path(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]


def _next(faults: deque[Fault]) -> Fault | None:
    try:
        return faults.popleft()
    except IndexError:
        return None


@contextmanager
def misbehaving(relay: Wayward) -> Iterator[None]:
    """The relay listens on its port, or on a free one."""
    with _Server(("127.0.0.1", relay.port), Session) as server:
        server.relay = relay  # type: ignore[attr-defined]  # read by `Session`
        relay.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
