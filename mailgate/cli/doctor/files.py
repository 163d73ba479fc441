"""What administrators wrote, and who may read and write it on this machine."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from mailgate import site as sites
from mailgate.cli import check
from mailgate.cli.doctor.findings import Said, bad, few, ok, warning
from mailgate.cli.doctor.patient import Patient
from mailgate.cli.output import counted
from mailgate.config import Config
from mailgate.toml.mistakes import SiteMistakes

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def site(patient: Patient) -> Iterator[Said]:
    """Everything that `mailgate check` says, but for what `secrets` and `extras` say."""
    loaded = patient.site
    report = check.report_on(loaded) if loaded is not None else check.unusable(patient.path, patient.mistakes)
    config = patient.config
    elsewhere = (*config.unreadable_secrets(), *config.dkim.missing_packages()) if config is not None else ()
    mistakes = [mistake for mistake in report.mistakes if mistake not in elsewhere]
    yield from (bad(str(mistake)) for mistake in mistakes)
    yield from (warning(str(doubt)) for doubt in report.warnings)
    if loaded is None:
        yield warning("queues, people, domains and waiting mail were not looked at: mend these mistakes first")
    elif not mistakes:
        yield ok(report.summary.removeprefix("ok: "))


def secrets(config: Config) -> Iterator[Said]:
    """The passwords that config.toml names, and the ring that signs reply addresses."""
    unreadable = config.unreadable_secrets()
    yield from (bad(str(mistake)) for mistake in unreadable)
    if config.secrets and not unreadable:
        yield ok(f"every password that config.toml names can be read ({len(config.secrets)})")
    yield from _ring(config)


def _ring(config: Config) -> Iterator[Said]:
    path = config.secret_path
    try:
        ring = sites.ring_of(config)
        mode = path.stat().st_mode if ring is not None else 0
    except SiteMistakes as wrong:
        yield bad(str(wrong))
        return
    except OSError as error:
        yield bad(f"the key ring {path} cannot be read: {error.strerror}")
        return
    if ring is None:
        yield ok(f"the key ring {path} is made on the first start")
    elif mode & OTHERS:
        yield bad(f"other users may read the key ring, and forge reply addresses with it: chmod 600 {path}")
    else:
        yield ok(f"the key ring {path} holds {counted(len(ring.keys), 'key')}; keep a copy of it with your backups")


def files(config: Config) -> Iterator[Said]:
    """Who may write what."""
    places = {config.secret_path.parent} | ({config.database.path.parent} if config.database.path else set())
    for place in sorted(places):
        yield from _work_place(place)
    if config.database.path is not None:
        yield from _database_file(config.database.path)
    yield from _open_to_all(config)


def _work_place(directory: Path) -> Iterator[Said]:
    """A directory that the daemon makes when it is missing, and writes to."""
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    owner = existing.stat().st_uid
    if not os.access(existing, os.W_OK | os.X_OK):
        yield bad(f"{_user(os.geteuid())} may not write to {existing}: give it to the user that runs mailgate")
    elif os.geteuid() == 0 != owner:
        yield warning(
            f"{existing} belongs to {_user(owner)}, and root may do everything: "
            f"run this as {_user(owner)} to see what that user may do"
        )
    else:
        yield ok(f"{_user(os.geteuid())} may write to {existing}")


def _database_file(path: Path) -> Iterator[Said]:
    if path.exists() and path.stat().st_mode & OTHERS and _enterable(path.parent):
        yield warning(f"other users of this machine may read every mail: chmod 600 {path}")


def _enterable(directory: Path) -> bool:
    return bool(directory.stat().st_mode & (stat.S_IXGRP | stat.S_IXOTH))


def _open_to_all(config: Config) -> Iterator[Said]:
    """Rules say who may command the desk."""
    written = (config.path, *(config.root / "rules").rglob("*"), *(config.root / "templates").rglob("*"))
    loose = [path for path in written if path.exists() and path.stat().st_mode & stat.S_IWOTH]
    if loose:
        names = few(str(path.relative_to(config.root)) for path in loose)
        yield bad(f"any user of this machine may rewrite {names}: chmod o-w them")


def _user(number: int) -> str:
    try:
        return f"user '{pwd.getpwuid(number).pw_name}'"
    except KeyError:
        return f"user {number}"
