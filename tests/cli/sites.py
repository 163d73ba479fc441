"""Sites for the commands to look at: the starter, as it is or after its engine decided some mails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from structlog.testing import capture_logs

from mailgate import site, starter
from mailgate.core.custody import Delivery
from mailgate.core.model import Door
from mailgate.engine import Engine
from mailgate.store import inbox
from mailgate.store.database import Database
from tests.once import open_new

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""10:00 in Toronto, an ordinary working day."""

FIRST = 1001
"""The number of a site's first ticket."""

URGENT = "support-urgent@example.com"
REGULAR = "support-regulier@example.com"


def raw_mail(subject: str, to: str = URGENT, sender: str = "chef@acme.example", body: str = "Bonjour") -> bytes:
    """A plain mail of the starter's customer."""
    head = f"From: Dominique <{sender}>\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{len(subject)}@acme.example>"
    return f"{head}\r\n\r\n{body}\r\n".encode()


def with_files(*names: str) -> bytes:
    """A mail with one attachment for each name; each holds its own position."""
    parts = "".join(
        f"--x\r\nContent-Type: application/octet-stream\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\nfile {position}\r\n'
        for position, name in enumerate(names)
    )
    head = f"From: chef@acme.example\r\nTo: {URGENT}\r\nSubject: Journaux\r\nMIME-Version: 1.0\r\n"
    text = "--x\r\nContent-Type: text/plain\r\n\r\nVoici.\r\n"
    return f"{head}Content-Type: multipart/mixed; boundary=x\r\n\r\n{text}{parts}--x--\r\n".encode()


def a_site(directory: Path) -> Path:
    """The starter's config.toml, never served."""
    starter.write(directory)
    return directory / "config.toml"


def a_database(config: Path) -> Database:
    """The site's database, with its tables."""
    return open_new(site.load(config).config.database.url)


def receive(config: Path, *mails: bytes) -> None:
    """Each mail arrives and is decided, on MONDAY; nothing is sent."""
    database = a_database(config)
    with database.write() as tx:
        inbox.accept(tx, [Delivery(Door.SMTP, "chef@acme.example", (_to(raw),), raw) for raw in mails], MONDAY)
    decide_pending(config, database)
    database.close()


def decide_pending(config: Path, database: Database) -> None:
    """What the daemon's engine does with the rows that wait."""
    desk = site.load(config).desk(site.stand_in_ring())
    with capture_logs():
        Engine(desk, database, lambda: MONDAY).run_pending(lambda: False, lambda: None)


@contextmanager
def a_daemon(config: Path, then: Callable[[Database], None] | None = None) -> Iterator[None]:
    """Decides what comes in, like the daemon's engine, until the block ends; then it does what `then` says. Its tables
    are there when the block begins."""
    a_database(config).close()
    stop = threading.Event()

    def work() -> None:
        database = a_database(config)
        while not stop.is_set():
            decide_pending(config, database)
            if then is not None:
                then(database)
            time.sleep(0.05)
        database.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def requested(config: Path) -> object:
    """The request that a command put into the inbox."""
    database = a_database(config)
    with database.read() as tx:
        received = inbox.next_pending(tx)
    database.close()
    return received and received.event


def _to(raw: bytes) -> str:
    return next(line[4:] for line in raw.decode().split("\r\n") if line.startswith("To: "))
