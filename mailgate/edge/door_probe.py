"""Whether a door's place is free, or who sits there. Nothing is listened on: a bind is tried and given up at once."""

from __future__ import annotations

import errno
import socket
import stat
from dataclasses import dataclass
from enum import StrEnum

from mailgate.core.listening import Listen, UnixListen
from mailgate.edge.envelope import clean_reply
from mailgate.edge.probe import Address, Unreachable, addresses, reason_of

GREETING_OCTETS = 600
OUR_NAME = "LMTP mailgate", "ESMTP mailgate", "HTTP mailgate"
HAIL = b"GET /health HTTP/1.0\r\n\r\n"
"""What a web door has to hear before it says anything."""


SOMEBODY_MAY_SIT_THERE = frozenset({errno.EADDRINUSE, errno.EACCES})
"""A low port is refused to an ordinary user, whoever has it."""


class Holder(StrEnum):
    """Who has the place."""

    NOBODY = "nobody"
    MAILGATE = "mailgate"
    STRANGER = "stranger"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Seat:
    """`words` is the greeting of who sits there, or why the place cannot be had; one clean line."""

    holder: Holder
    words: str = ""


def look(place: Listen | UnixListen, seconds: float, hail: bytes = b"") -> Seat:
    """`seconds` bounds each step; who sits there hears `hail` first."""
    return _look_at_path(place, seconds) if isinstance(place, UnixListen) else _look_at_port(place, seconds, hail)


def _look_at_port(place: Listen, seconds: float, hail: bytes) -> Seat:
    try:
        for family, address in addresses(place.host, place.port, seconds):
            seat = _tried(family, address, seconds, hail)
            if seat.holder is not Holder.NOBODY:
                return seat
    except Unreachable as error:
        return Seat(Holder.FORBIDDEN, str(error))
    return Seat(Holder.NOBODY)


def _tried(family: socket.AddressFamily, address: Address, seconds: float, hail: bytes) -> Seat:
    """Binds as asyncio does, so that what it could have is what this could."""
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            trial.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            trial.bind(address)
            return Seat(Holder.NOBODY)
        except OSError as error:
            refusal = error
    if refusal.errno not in SOMEBODY_MAY_SIT_THERE:
        return Seat(Holder.FORBIDDEN, reason_of(refusal))
    seat = _greeted(family, address, seconds, hail)
    return seat if seat.holder is not Holder.NOBODY else Seat(Holder.FORBIDDEN, reason_of(refusal))


def _look_at_path(place: UnixListen, seconds: float) -> Seat:
    """A socket that nobody listens on any more is replaced when the door opens; a file is not."""
    try:
        if not stat.S_ISSOCK(place.path.stat().st_mode):
            return Seat(Holder.STRANGER, "something that is no socket")
    except FileNotFoundError:
        return Seat(Holder.NOBODY)
    except OSError as error:
        return Seat(Holder.FORBIDDEN, reason_of(error))
    return _greeted(socket.AF_UNIX, str(place.path), seconds)


def _greeted(family: socket.AddressFamily, address: Address | str, seconds: float, hail: bytes = b"") -> Seat:
    with socket.socket(family, socket.SOCK_STREAM) as caller:
        caller.settimeout(seconds)
        try:
            caller.connect(address)
            caller.sendall(hail)
            words = clean_reply(caller.recv(GREETING_OCTETS).decode("utf-8", "replace"))
        except ConnectionRefusedError:
            return Seat(Holder.NOBODY)
        except OSError as error:
            return Seat(Holder.STRANGER, reason_of(error))
    return Seat(Holder.MAILGATE if any(name in words for name in OUR_NAME) else Holder.STRANGER, words)
