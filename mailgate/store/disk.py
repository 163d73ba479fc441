"""The disk under an SQLite database: what is left of it, and how much of that no new mail may take.

A full disk stops more than the doors: no page is leased, no escalation decided, and nobody can be told. So the doors
stop first (hazards F12), and what is left then is for the mails that are in custody already.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

ROOM = 1.5
"""Times the largest mail: a mail lies in the write-ahead log before it lies in its table."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a disk has left for an ordinary user: octets, and files (None: it does not count them)."""

    octets: int
    files: int | None


@dataclass(frozen=True, slots=True)
class Disk:
    """`place` is on it; `largest` is the largest mail in octets."""

    place: Path
    largest: int

    @classmethod
    def under(cls, database: Path, largest: int) -> Self:
        """That of a database file, which need not exist yet."""
        return cls(next(path for path in database.parents if path.exists()), largest)

    def left(self) -> Left:
        """What there is at this moment. Raises OSError."""
        found = os.statvfs(self.place)
        return Left(found.f_bavail * found.f_frsize, found.f_favail if found.f_files else None)

    def keeps_mail(self) -> bool:
        """Whether the doors may take another mail, whatever its size. Thread-safe, and asked for every mail."""
        try:
            return self.lack(self.left()) is None
        except OSError:  # the commit will fail for the same reason, and say which
            return True

    def lack(self, left: Left) -> str | None:
        """What to say when so much does not take a mail of the largest size."""
        needs = ROOM * self.largest
        if left.octets >= needs:
            return None
        return f"only {_mb(left.octets)} are free in {self.place}: no mail is taken before {_mb(needs)} are"


def _mb(octets: float) -> str:
    return f"{octets / 1e6:.1f} MB"
