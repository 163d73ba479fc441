"""What the auditor says of the desk: all is well, or what is wrong, in words for people.

Values only: the daemon makes them, and whoever shows them (web pages, metrics, `doctor`) need not know how.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Part(StrEnum):
    """What is looked at."""

    AUDITOR = "auditor"
    LOOP = "loop"
    SCHEDULER = "scheduler"
    ENGINE = "engine"
    SENDER = "sender"
    DATABASE = "database"
    DISK = "disk"
    INBOX = "inbox"
    TIMERS = "timers"
    PAGES = "pages"
    RELAY = "relay"
    IMAP = "imap"


MENDED_BY_A_RESTART = frozenset({Part.AUDITOR, Part.LOOP, Part.SCHEDULER, Part.ENGINE, Part.SENDER})
"""Trouble inside this process. A relay, a mailbox or a disk does not get better when the desk is started again."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong, in a sentence without its full stop."""

    part: Part
    says: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one look at everything found. `well_at` is when all was well last, None when it never was since the start;
    `jump` is how far the machine's clock stands ahead of the desk's (behind: negative), None when they agree."""

    at: datetime
    troubles: tuple[Trouble, ...]
    well_at: datetime | None
    jump: timedelta | None = None

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong: only then a heartbeat leaves."""
        return not self.troubles

    @property
    def needs_a_restart(self) -> bool:
        """Whether something is wrong that a restart mends: then systemd is no longer told that we live.

        Without a database, a restart would not even succeed."""
        parts = {trouble.part for trouble in self.troubles}
        return bool(parts & MENDED_BY_A_RESTART) and Part.DATABASE not in parts
