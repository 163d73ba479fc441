"""Where a door listens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from socket import AF_INET6, AF_UNIX, socket


@dataclass(frozen=True, slots=True)
class Listen:
    """A TCP address; port 0 means any free port."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class UnixListen:
    """A Unix socket; who may reach it is decided by the permissions of its directory."""

    path: Path


def address_of(listening: socket) -> str:
    """As an administrator writes it: "127.0.0.1:8025", "[::1]:8025", "unix:/path"."""
    name = listening.getsockname()
    match listening.family:
        case family if family == AF_UNIX:
            return f"unix:{name}"
        case family if family == AF_INET6:
            return f"[{name[0]}]:{name[1]}"
        case _:
            return f"{name[0]}:{name[1]}"
