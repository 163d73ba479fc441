"""The desk as commands see it: the site's settings, and its database when it was ever served.

Looking creates nothing. A command that wants something changed puts one row into the inbox; the daemon does the rest,
now or when it is started (interfaces.md §1).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from mailgate import config
from mailgate.config import Config
from mailgate.daemon import standing
from mailgate.store import inbox, query
from mailgate.store.columns import InboxState
from mailgate.store.database import Database, Tx
from mailgate.store.inbox import Asked
from mailgate.store.query import Fate

Answer = TypeVar("Answer")

GLANCE = 0.1


@dataclass(frozen=True, slots=True)
class Desk:
    """One site. `database` is None when it was never served."""

    config: Config
    database: Database | None

    @property
    def zone(self) -> ZoneInfo:
        """Where the desk's clock hangs."""
        return ZoneInfo(self.config.desk.timezone)

    def look(self, question: Callable[[Tx], Answer]) -> Answer | None:
        """What the database answers to a question that changes nothing; None when it was never served."""
        if self.database is None:
            return None
        with self.database.read() as tx:
            return question(tx)


@contextmanager
def at(path: Path) -> Iterator[Desk]:
    """The desk of a config.toml, its database open for looking until the block ends."""
    settings = config.load(path)
    database = Database.peek(settings.database.url, settings.database.read_password())
    try:
        yield Desk(settings, database)
    finally:
        if database is not None:
            database.close()


def ask(desk: Desk, wish: Asked, now: datetime) -> int:
    """Put a wish into the inbox, dated by the desk's own clock, and answer its id; `now` is the machine's."""
    where = desk.config.database
    database = Database.open(where.url, where.read_password(), checkpoint=False)
    try:
        if desk.database is None:
            database.upgrade()
        with database.write() as tx:
            return inbox.ask(tx, wish, standing.by_the_desk(now, standing.place(desk.config.secret_path)))
    finally:
        database.close()


def fate_of(desk: Desk, row: int, seconds: float) -> Fate | None:
    """What the daemon makes of a wish; None when it is still pending after so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        fate = desk.look(lambda tx: query.fate(tx, row))
        if fate is not None and fate.state is not InboxState.PENDING:
            return fate
        time.sleep(GLANCE)
    return None
