"""Real programs from Debian's packages, started as private instances on loopback: what we build must please them."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

POSTGRES = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"), key=lambda path: int(path.parent.name))[-1:]
SYSTEM_PATH = os.pathsep.join(
    [os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/lib/dovecot", *map(str, POSTGRES)]
)
"""Debian keeps daemons outside an ordinary user's PATH, and one PostgreSQL beside the other."""


def require(program: str) -> str:
    """The path of `program`; when it is missing, a failure under CI=true and a visible skip elsewhere."""
    path = shutil.which(program, path=SYSTEM_PATH)
    if path is None:
        cannot(f"{program} is not installed (.ci/peers installs it)")
    assert path is not None
    return path


def require_root(why: str) -> None:
    """Mail servers change users, which only root can."""
    if os.geteuid() != 0:
        cannot(f"{why} needs root")


def cannot(reason: str) -> None:
    """Ends the test: a failure under CI=true, a skip elsewhere."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(holds: Callable[[], object], seconds: float = 15.0, what: str = "it") -> None:
    """Looks again and again; fails the test after `seconds`."""
    ends_at = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends_at:
            pytest.fail(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def listens(port: int) -> bool:
    """Somebody accepts connections on this loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
