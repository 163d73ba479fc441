"""Where the demo plays: a throw-away site, a real daemon on free loopback ports, and the two ways to speak to it."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from mailgate import starter
from mailgate.cli.demo.postbox import GLANCE, PATIENCE, NeverCame, Postbox

Handler = Callable[[int, FrameType | None], object]
LOG = "serve.log"
STOPPING = 10
"""Seconds that the daemon may take to stop (it promises ten)."""
LOG_TAIL = 15
CONFIG = "config.toml"
LISTEN = re.compile(r"^listen(\s*)=.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Stage:
    """A running desk as seen from outside: its site, its SMTP door, its outgoing mail."""

    site: Path
    host: str
    port: int
    postbox: Postbox

    def run(self, *arguments: str) -> str:
        """What `mailgate ARGUMENTS` prints in the site's directory."""
        line = [sys.executable, "-m", "mailgate", *arguments]
        done = subprocess.run(line, cwd=self.site, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode != 0:
            raise NeverCame(f"mailgate {' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def deliver(self, sender: str, recipient: str, raw: bytes) -> tuple[str, ...]:
        """Hand in one mail over SMTP; answers the dialogue, line by line."""
        return asyncio.run(_dialogue(self.host, self.port, (sender, recipient), raw))


def build(site: Path) -> None:
    """Write the starter, with every socket moved to a free loopback port."""
    starter.write(site)
    config = site / CONFIG
    config.write_text(LISTEN.sub(r'listen\1= "127.0.0.1:0"', config.read_text("utf-8")), "utf-8")


@contextmanager
def running(site: Path) -> Iterator[Stage]:
    """The site's daemon, from ready until the block ends, however it ends."""
    daemon = None
    with _ended_by(signal.SIGTERM, signal.SIGHUP):
        try:
            with _deferred(signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                daemon = _start(site)
            host, port = _ready(daemon, site / LOG)
            yield Stage(site, host, port, Postbox(site / "var" / "outgoing"))
        finally:
            if daemon is not None:
                _stop(daemon)


def log_tail(site: Path) -> str:
    """The last lines of the daemon's log."""
    log = site / LOG
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-LOG_TAIL:]) if log.exists() else ""


async def _dialogue(host: str, port: int, envelope: tuple[str, str], raw: bytes) -> tuple[str, ...]:
    from aiosmtplib import SMTP

    sender, recipient = envelope
    async with SMTP(hostname=host, port=port, timeout=PATIENCE, start_tls=False) as client:
        replies = (
            (f"MAIL FROM:<{sender}>", await client.mail(sender)),
            (f"RCPT TO:<{recipient}>", await client.rcpt(recipient)),
            (f"DATA  ({len(raw)} octets)", await client.data(raw)),
        )
    return tuple(f"{command:<50} {reply.code} {reply.message}" for command, reply in replies)


def _start(site: Path) -> subprocess.Popen[bytes]:
    """The daemon, in a session of its own: Ctrl-C reaches only the demo, and the demo stops the daemon."""
    with (site / LOG).open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "mailgate", "serve", "-c", str(site / CONFIG)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _ready(daemon: subprocess.Popen[bytes], log: Path) -> tuple[str, int]:
    """The address of the SMTP door, once the daemon says that every socket is open."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and daemon.poll() is None:
        for line in log.read_text("utf-8", "replace").splitlines():
            if '"daemon.ready"' in line:
                return _door(json.loads(line)["addresses"])
        time.sleep(GLANCE)
    raise NeverCame("the daemon did not become ready")


def _door(addresses: list[str]) -> tuple[str, int]:
    door = next(urlsplit(address) for address in addresses if address.startswith("smtp://"))
    if door.hostname is None or door.port is None:
        raise NeverCame(f"the daemon opened no SMTP door, only {', '.join(addresses)}")
    return door.hostname, door.port


def _stop(daemon: subprocess.Popen[bytes]) -> None:
    daemon.terminate()
    try:
        daemon.wait(STOPPING)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()


@contextmanager
def _ended_by(*signals: signal.Signals) -> Iterator[None]:
    """These signals end the block by an exception, as Ctrl-C does, so that it is cleaned up."""
    with _handled(signals, _leave):
        yield


@contextmanager
def _deferred(*signals: signal.Signals) -> Iterator[None]:
    """A signal that comes during the block is obeyed right after it: a child is never started and then forgotten."""
    came: list[int] = []
    with _handled(signals, lambda number, _: came.append(number)):
        yield
    for number in came:
        signal.raise_signal(number)


@contextmanager
def _handled(signals: Sequence[signal.Signals], handler: Handler) -> Iterator[None]:
    before = [signal.signal(number, handler) for number in signals]
    try:
        yield
    finally:
        for number, old in zip(signals, before, strict=True):
            signal.signal(number, old)


def _leave(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)
