"""A site directory, loaded: configuration, rules and templates, checked and frozen (interfaces.md §1).

Loading reads files and creates nothing. The secret is the one thing that a running daemon makes; a command that only
looks at a site that was never started works with a stand-in, because what it signs never leaves.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mailgate import config, rulebook, starter
from mailgate.config import Config
from mailgate.core.policy import Policy
from mailgate.engine import Desk
from mailgate.mail.compose import Templates
from mailgate.mail.keyring import KEY_OCTETS, Keyring
from mailgate.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that an administrator wrote."""

    config: Config
    rulebook: Rulebook
    templates: Templates

    @property
    def policy(self) -> Policy:
        """The desk's policy."""
        return self.rulebook.policy

    def desk(self, ring: Keyring) -> Desk:
        """The desk that this site describes, signing with `ring`."""
        smtp = self.config.smtp
        return Desk(self.policy, ring, self.templates, smtp.authserv_id if smtp else None)


def load(path: Path) -> Site:
    """Load the site of a config.toml. Raises toml.mistakes.SiteMistakes with every mistake found."""
    settings = config.load(path)
    rules = rulebook.load(settings.root / "rules", settings.desk)
    return Site(settings, rules, Templates((settings.root / "templates", starter.templates())))


def ring_of(settings: Config) -> Keyring | None:
    """The site's key ring, or None when it was never started. Raises ValueError when the file is not a ring."""
    if not settings.secret_path.exists():
        return None
    return Keyring.parse(settings.secret_path.read_text(encoding="ascii"))


def write_ring(settings: Config, ring: Keyring) -> None:
    """Keep a new ring, readable by its owner only. Raises FileExistsError when there is one already."""
    settings.secret_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(settings.secret_path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(ring.dump())
        file.flush()
        os.fsync(file.fileno())


def stand_in_ring() -> Keyring:
    """A ring for looking at a site that has none."""
    return Keyring.fresh(bytes(KEY_OCTETS))
