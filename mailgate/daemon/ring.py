"""The desk's keys while it runs: made on the first start, renewed on request, and taken up without a restart."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import structlog

from mailgate.config import keyfile
from mailgate.config.keyfile import Renewal
from mailgate.mail.keyring import KEY_OCTETS, Keyring
from mailgate.toml.mistakes import SiteMistakes

log = structlog.get_logger()


def ring_for(secret: Path) -> Keyring:
    """The ring in a site's secret file; a fresh one on the first start. Raises SiteMistakes when the file is none."""
    known = keyfile.read(secret)
    if known is not None:
        return known
    fresh = Keyring.fresh(secrets.token_bytes(KEY_OCTETS))
    keyfile.write(secret, fresh)
    return fresh


def renew(secret: Path) -> Renewal | None:
    """Give the ring one more key; None for a site that was never started. Raises what `keyfile.renew` raises."""
    return keyfile.renew(secret, secrets.token_bytes(KEY_OCTETS))


class RingWatch:
    """Hands a ring over when its file changed. A file that is no ring changes nothing, and is told of once."""

    def __init__(self, secret: Path, ring: Keyring, changed: Callable[[Keyring], None]) -> None:
        self._secret, self._ring, self._changed = secret, ring, changed
        self._stat: object = None

    def look(self) -> None:
        """Never raises: it is called every second."""
        stat = _stat(self._secret)
        if stat == self._stat:
            return
        self._stat = stat
        try:
            ring = keyfile.read(self._secret)
        except (SiteMistakes, OSError) as wrong:
            log.error("ring.unreadable", reason=str(wrong))  # noqa: TRY400  # expected: no traceback
            return
        if ring is None:
            log.error("ring.missing", path=str(self._secret))
        elif ring != self._ring:
            self._ring = ring
            self._changed(ring)
            log.info("ring.renewed", signs=ring.newest.number, verify=[key.number for key in ring.keys])


def _stat(path: Path) -> object:
    """Something else whenever the file is another one."""
    try:
        found: os.stat_result = path.stat()
    except OSError as error:
        return error.errno
    return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode
