"""A site directory, loaded: configuration, rules and templates, checked and frozen (interfaces.md §1).

Loading reads files and creates nothing. The secret is the one thing that a running daemon makes; a command that only
looks at a site that was never started works with a stand-in, because what it signs never leaves.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mailgate import config, rulebook, starter
from mailgate.config import Config, keyfile, web
from mailgate.config.heartbeat import wrong_url
from mailgate.core.policy import Policy
from mailgate.engine import Desk
from mailgate.mail.compose import Templates
from mailgate.mail.dates import primary
from mailgate.mail.keyring import KEY_OCTETS, Keyring
from mailgate.mail.samples import NAMES
from mailgate.mail.shelf import files
from mailgate.rulebook import Rulebook
from mailgate.store.disk import Disk
from mailgate.toml.mistakes import Mistake, SiteMistakes, did_you_mean

TRIES = 5
"""How often a site is read that somebody writes at the same time."""

NAMED = 3
"""How many templates a warning names."""


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that an administrator wrote. `digest` is that of the files, "" where nobody asked for it."""

    config: Config
    rulebook: Rulebook
    templates: Templates
    digest: str = ""

    @property
    def policy(self) -> Policy:
        """The desk's policy."""
        return self.rulebook.policy

    @property
    def doubts(self) -> tuple[Mistake, ...]:
        """What is odd but works."""
        return (*self.rulebook.warnings, *web.doubts(self.config), *_unspoken(self))

    def desk(self, ring: Keyring) -> Desk:
        """The desk that this site describes, signing with `ring`."""
        smtp, door = self.config.smtp, self.config.web
        return Desk(
            self.policy,
            ring,
            self.templates,
            smtp.authserv_id if smtp else None,
            self.config.dkim.verify,
            door.base_url if door else None,
            frozenset(name for name, one in self.config.sms.items() if door and one.answers),
            self.digest,
        )


def load(path: Path) -> Site:
    """Load the site of a config.toml. Raises SiteMistakes with every mistake of its files."""
    try:
        settings = config.load(path)
    except SiteMistakes as found:
        raise SiteMistakes((*found.mistakes, *rulebook.mistakes_in(path.parent / "rules"))) from None
    return of(settings)


def of(settings: Config) -> Site:
    """The site of a configuration: its rules and templates as they are now. Raises SiteMistakes."""
    rules = rulebook.load(settings.root / "rules", settings.desk, tuple(settings.sms))
    loaded = Site(settings, rules, templates_of(settings))
    mistakes = (*settings.unknown_queues(loaded.policy.queues), *_unknown_templates(loaded))
    if mistakes:
        raise SiteMistakes(mistakes)
    return loaded


def settled(path: Path) -> Site:
    """The site of a config.toml for a desk to run on: no file of it was changed while the others were read. Raises
    SiteMistakes with the mistakes of such a state, or when there is none."""
    for _ in range(TRIES):
        before = digest(path)
        try:
            loaded = load(path)
        except SiteMistakes:
            if before == digest(path):
                raise
        else:
            if before == digest(path):
                return replace(loaded, digest=before)
    raise SiteMistakes([restless(path)])


def restless(path: Path) -> Mistake:
    """What is wrong with files that somebody writes at this moment."""
    return Mistake(path.name, 0, 0, "the files change while they are read: ask again when that is over")


def digest(path: Path) -> str:
    """Of every file that the site of a config.toml is read from: another one when any of them is."""
    said = hashlib.sha256()
    rules = sorted((path.parent / "rules").glob("[!.]*.toml"))
    for one in (path, *rules, *files(path.parent / "templates")):
        octets = _octets(one)
        said.update(f"{one.relative_to(path.parent)} {len(octets)}\n".encode("utf-8", "surrogateescape"))
        said.update(octets)
    return said.hexdigest()[:16]


def _octets(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        return str(error.errno).encode()


def mistakes_of(loaded: Site, now: datetime) -> tuple[Mistake, ...]:
    """Everything that is wrong with a site which can be loaded: its secrets on this machine, the packages that it
    needs, its templates, and the examples that its rules carry."""
    return (
        *loaded.config.unreadable_secrets(),
        *loaded.config.dkim.missing_packages(),
        *wrong_url(loaded.config),
        *template_mistakes(loaded.templates),
        *rulebook.run_examples(loaded.rulebook, now),
    )


def templates_of(settings: Config) -> Templates:
    """The site's templates, the packaged ones behind them."""
    return Templates((settings.root / "templates", starter.templates()), settings.desk.language)


def template_mistakes(templates: Templates) -> tuple[Mistake, ...]:
    """What is wrong with the templates; they have no columns, so that is 1."""
    return tuple(_placed(error) for error in templates.check())


def _placed(error: str) -> Mistake:
    found = re.fullmatch(r"([^:]+):(\d+): (.*)", error, re.DOTALL)
    if found is not None:
        return Mistake(found[1], int(found[2]), 1, found[3])
    file, _, text = error.partition(": ")
    return Mistake(file, 0, 0, text)


def _unknown_templates(loaded: Site) -> Iterator[Mistake]:
    known = loaded.templates.names()
    for rule in loaded.policy.rules:
        name = rule.then.template
        if name is not None and name not in known:
            says = f"rule '{rule.name}' names the unknown template '{name}'{did_you_mean(name, known)}"
            yield Mistake(rule.file, rule.line, 1, says)


def _unspoken(loaded: Site) -> Iterator[Mistake]:
    """Mails leave all the same, in a language that nobody asked for."""
    for language, place in ((loaded.config.desk.language, loaded.config.language_place), *loaded.rulebook.languages):
        strange = loaded.templates.strange(language)
        folder = f"templates/{primary(language)}"
        instead = " or ".join(f"'{one}'" for one in sorted({*strange.values()}))
        if len(strange) == len(NAMES):
            yield place.mistake(f"no template is in '{language}': mails leave in {instead} until {folder} holds some")
        elif strange:
            yield place.mistake(f"{folder} has no {_some(sorted(strange))}: these mails leave in {instead}")


def _some(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(names) - NAMED
    return " and ".join((", ".join(names[:NAMED]), f"{more} more")) if more > 0 else ", ".join(names)


def disk_of(settings: Config) -> Disk | None:
    """Where SQLite writes; None: a database server's disk is its own affair."""
    path = settings.database.path
    return None if path is None else Disk.under(path, settings.largest_mail)


def ring_of(settings: Config) -> Keyring | None:
    """The site's key ring, or None when it was never started. Raises SiteMistakes when the file is not a ring."""
    return keyfile.read(settings.secret_path)


def stand_in_ring() -> Keyring:
    """A ring for looking at a site that has none."""
    return Keyring.fresh(bytes(KEY_OCTETS))
