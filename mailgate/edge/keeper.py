"""Who keeps a door, how much it puts up with, and who is inside.

The caps are those of hazards §2.5, anchored in Postfix's: they bound what a stranger can hold or waste. A relay of the
trusted networks is never turned away for being one too many, so strangers cannot shut the door on it (A6).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Protocol

from mailgate.core.custody import Custody
from mailgate.edge.answers import Answers
from mailgate.edge.room import Room
from mailgate.edge.turns import Turns

UNIX = "unix"
"""The peer of a Unix socket, trusted because the file system decides who reaches it."""


REMEMBERED = 4096
"""Addresses that need not be read again: each connection asks several times who it is."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds. `text_rate` is the least octets per second that keep a DATA phase alive, `text_patience` the
    longest pause in it; `errors` and `commands` (of each verb) count per session, `recipients` per mail, and
    `talk` the replies to a stranger who brings none, of which so many are `prompt`."""

    command_seconds: float = 300.0
    session_seconds: float = 900.0
    text_patience: float = 120.0
    text_rate: int = 500
    commit_seconds: float = 120.0
    recipients: int = 100
    errors: int = 20
    commands: int = 1000
    talk: int = 250
    prompt: int = 30
    per_peer: int = 50
    total: int = 500


@dataclass(frozen=True, slots=True)
class Keeper:
    """What a door needs to know: who takes the mails, whose addresses are ours (`knows` gets them in lower case), the
    largest mail in octets, the networks of our own relays, the room that all doors share, and whether the disk has any
    (`keeps_mail`)."""

    custody: Custody
    knows: Callable[[str], bool]
    hostname: str
    max_size: int
    trusted: tuple[IPv4Network | IPv6Network, ...] = ()
    limits: Limits = field(default_factory=Limits)
    room: Room = field(default_factory=Room)
    keeps_mail: Callable[[], bool] = lambda: True

    def trusts(self, peer: str) -> bool:
        """`peer` is an IP address or UNIX."""
        return peer == UNIX or _is_in(peer, self.trusted)


class Guest(Protocol):
    """One connected client."""

    peer: str

    @property
    def in_hand(self) -> bool:
        """A mail of this client is arriving or being committed."""

    def dismiss(self) -> None:
        """Say 421 and close."""

    def drop(self) -> None:
        """Close at once."""


class Guests:
    """Who is inside one door, the answers that they wait for, and the turns that strangers take."""

    def __init__(self, keeper: Keeper) -> None:
        self.leaving = False
        self.answers = Answers()
        self.turns = Turns()
        self._keeper = keeper
        self._inside: set[Guest] = set()
        self._per_peer: Counter[str] = Counter()
        self._empty = asyncio.Event()
        self._empty.set()

    def admit(self, guest: Guest) -> bool:
        """False when there is no room, or the door is closing."""
        if self.leaving or not self.has_room(guest.peer):
            return False
        self._inside.add(guest)
        self._per_peer[guest.peer] += 1
        self._empty.clear()
        return True

    def leave(self, guest: Guest) -> None:
        """The connection of an admitted guest is gone."""
        self._inside.discard(guest)
        self._per_peer[guest.peer] -= 1
        if not self._per_peer[guest.peer]:
            del self._per_peer[guest.peer]
        if not self._inside:
            self._empty.set()

    async def send_home(self, grace_seconds: float) -> None:
        """Idle guests go now, those with a mail in hand when it is settled, and whoever is left after the grace."""
        self.leaving = True
        for guest in tuple(self._inside):
            if not guest.in_hand:
                guest.dismiss()
        try:
            await asyncio.wait_for(self._empty.wait(), grace_seconds)
        except TimeoutError:
            for guest in tuple(self._inside):
                guest.drop()

    def has_room(self, peer: str) -> bool:
        """Whether one more of this peer may come in."""
        limits = self._keeper.limits
        if self._keeper.trusts(peer):
            return True
        return len(self._inside) < limits.total and self._per_peer[peer] < limits.per_peer


def peer_of(transport: asyncio.BaseTransport) -> str:
    """The client's IP address (a mapped IPv4 address as IPv4, without its zone), or UNIX."""
    name = transport.get_extra_info("peername")
    return _plain(str(name[0])) if isinstance(name, tuple) else UNIX


@lru_cache(REMEMBERED)
def _plain(name: str) -> str:
    address = ip_address(name.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address)


@lru_cache(REMEMBERED)
def _is_in(peer: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    address = ip_address(peer)
    return any(address in network for network in networks)
