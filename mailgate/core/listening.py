"""Where a door listens: config.toml names it, and a socket is opened there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Listen:
    """A TCP address; port 0 means any free port."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class UnixListen:
    """A Unix socket; who may reach it is decided by the permissions of its directory."""

    path: Path
