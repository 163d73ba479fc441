"""How much mail the doors hold in memory at one time: what is arriving, and what waits for its commit.

Every guest may send a mail of the largest size, so the number of guests bounds nothing: a thousand times 25 MB is more
than any machine has. What finds no room is thrown away while it arrives and answered 452; the sender keeps it. A part
of the room is for our own relays, so that strangers who fill theirs hold up nobody but each other (hazards A6).
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock
from typing import Self

from mailgate.edge.smtp_replies import CRLF

OCTETS = 50_000_000
"""Of mail in memory, at all doors together."""


@dataclass
class Room:
    """`octets` for everybody, of which `reserved` are for our own relays. Thread-safe."""

    octets: int = OCTETS
    reserved: int = OCTETS // 2
    _held: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    @classmethod
    def for_mails_of(cls, largest: int) -> Self:
        """Room for a mail of the largest size from a stranger, and for another one from a relay, whatever it is."""
        whole = largest + len(CRLF)  # the line end before a text is kept until its end is found
        return cls(max(OCTETS, 2 * whole), max(OCTETS // 2, whole))

    def take(self, octets: int, is_trusted: bool) -> bool:
        """Whether there was room for so many more; they are held now."""
        with self._lock:
            if self._held + octets > self.octets - (0 if is_trusted else self.reserved):
                return False
            self._held += octets
            return True

    def give_back(self, octets: int) -> None:
        """So many are held no more."""
        with self._lock:
            self._held -= octets


class Place:
    """What one mail of a guest holds of the room."""

    def __init__(self, room: Room, is_trusted: bool) -> None:
        self._room, self._is_trusted = room, is_trusted
        self._held = 0
        self._is_kept = False

    def is_had(self) -> bool:
        """Whether there is room for another octet."""
        return self.holds(1)

    def holds(self, octets: int) -> bool:
        """Whether there is room for so many in all; when there is not, none is held any more."""
        if not self._room.take(octets - self._held, self._is_trusted):
            self._leave()
            return False
        self._held = octets
        return True

    def keep_until(self, promise: Future[int]) -> None:
        """The mail is in other hands, and in memory until they have settled it, whoever waits for that."""
        self._is_kept = True
        promise.add_done_callback(lambda _: self._leave())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._is_kept:
            self._leave()

    def _leave(self) -> None:
        held, self._held = self._held, 0
        self._room.give_back(held)
