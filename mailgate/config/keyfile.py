"""The key ring as a file: readable by its owner (and a group, when given one), whole or not at all, and never lost.

The answers to every mail that left depend on it. So a first ring is never written over another one, a renewal replaces
it in one step, and two renewals at once take turns: of two drafts that began alike, one would lose the other's key.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailgate.mail.keyring import Key, Keyring
from mailgate.toml.mistakes import Mistake, SiteMistakes

WIDEST = 0o640
"""Who may read a ring at most: its owner, and a group that the administrator chose."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """A key ring before and after it got one more key."""

    before: Keyring
    after: Keyring

    @property
    def dropped(self) -> Key | None:
        """The key that made room: what it signed is not known any more."""
        return self.before.numbered(self.after.newest.number)


@dataclass(frozen=True, slots=True)
class _Access:
    """Who could read the old ring: the daemon's user or group must be able to read what root wrote."""

    owner: int
    group: int
    mode: int

    @classmethod
    def to(cls, secret: Path) -> _Access:
        now = secret.stat()
        return cls(now.st_uid, now.st_gid, stat.S_IMODE(now.st_mode) & WIDEST)

    def give(self, draft: int) -> None:
        """Raises OSError when only root may; a group that may not read anyway is let go."""
        os.fchown(draft, self.owner, self.group if self.mode & stat.S_IRWXG else -1)
        os.fchmod(draft, self.mode)


def read(secret: Path) -> Keyring | None:
    """The ring in a file, or None when there is no file. Raises SiteMistakes when it is not a ring."""
    if not secret.exists():
        return None
    try:
        return Keyring.parse(secret.read_text(encoding="ascii"))
    except ValueError as wrong:
        says = f"{wrong}; put the site's own one back, or remove it: answers to earlier mails then find no ticket"
        raise SiteMistakes([Mistake(str(secret), 0, 0, says)]) from None


def write(secret: Path, ring: Keyring) -> None:
    """Keep the first ring. Raises FileExistsError when there is one already."""
    secret.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _drafted(secret, ring) as draft:
        secret.hardlink_to(draft)


def renew(secret: Path, random: bytes) -> Renewal | None:
    """Add a key made of 32 random octets, which signs from now on; None when there is no ring.

    Whoever reads meanwhile sees the old ring or the new one. Raises SiteMistakes when the file is not a ring, OSError
    when it cannot be read or written; it is the old one then."""
    if not secret.exists():
        return None
    place = secret.resolve()
    with _alone_in(place.parent):
        before = read(place)
        if before is None:
            return None
        after = before.renewed(random)
        with _drafted(place, after, _Access.to(place)) as draft:
            draft.replace(place)
    return Renewal(before, after)


@contextmanager
def _drafted(secret: Path, ring: Keyring, access: _Access | None = None) -> Iterator[Path]:
    """The ring in a file beside its place, on disk; and on disk is then what the block made of it."""
    draft = secret.with_name(f"{secret.name}.{os.getpid()}")
    try:
        draft.unlink(missing_ok=True)  # what a crash left, or a link that leads elsewhere
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            if access is not None:
                access.give(file.fileno())
            file.write(ring.dump())
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)
    with _opened(secret.parent) as directory:
        os.fsync(directory)


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    with _opened(directory) as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(directory: Path) -> Iterator[int]:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
