"""A cable that is tapped: it knows what an IMAP server says, and fails at the word that it waits for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.peers.cutting import Cable, Tell


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens when the server says `word`: `passes` octets behind it still come through (None: all of that
    moment), then the connection is cut, or passes nothing any more and stays (`is_silent`)."""

    word: bytes
    passes: int | None
    is_silent: bool = False


INSIDE = Fault(b"BODY[] {", passes=60)
"""Cut in the middle of a mail."""
UNHEARD = Fault(b"[COPYUID ", passes=-len(b"[COPYUID "))
"""The mail was moved, and nobody hears so."""
SILENT = Fault(b"BODY[] {", passes=60, is_silent=True)
"""In the middle of a mail nothing comes any more."""
ASLEEP = Fault(b"+ idling", passes=None, is_silent=True)
"""The connection dies while both sides wait, as in a router that forgets it."""


class Tap(Cable):
    """`fault` is used once, by whichever connection meets it first; `faults` counts those that were."""

    def __init__(self, target: int) -> None:
        self.fault: Fault | None = None
        self.faults = 0
        super().__init__(target)

    def _tellers(self, near: socket.socket, far: socket.socket) -> tuple[Tell, Tell]:
        dead = threading.Event()

        def to_server(octets: bytes) -> None:
            if not dead.is_set():
                far.sendall(octets)

        def to_client(octets: bytes) -> None:
            if not dead.is_set():
                self._tell(near, octets, dead)

        return to_server, to_client

    def _tell(self, near: socket.socket, octets: bytes, dead: threading.Event) -> None:
        """Raises ConnectionAbortedError where it cuts."""
        fault = self.fault
        if fault is None or fault.word not in octets:
            near.sendall(octets)
            return
        self.fault, self.faults = None, self.faults + 1
        end = None if fault.passes is None else octets.index(fault.word) + len(fault.word) + fault.passes
        near.sendall(octets[:end])
        if not fault.is_silent:
            raise ConnectionAbortedError
        dead.set()


@contextmanager
def tap_before(port: int) -> Iterator[Tap]:
    tap = Tap(port)
    try:
        yield tap
    finally:
        tap.close()
