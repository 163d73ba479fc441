"""`mailgate restore FILE`"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from mailgate.cli.failures import DONE
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import local, print_json
from mailgate.daemon import clock

if TYPE_CHECKING:
    from mailgate.config import Config
    from mailgate.store.restore import Restored

STAGED = ".restoring"
"""How the name of the file ends in which a backup becomes the database."""

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="A file that `mailgate backup` wrote.")]
Replace = Annotated[bool, typer.Option("--replace", help="Put it in the place of the data that are there.")]


@dataclass(frozen=True, slots=True)
class Told:
    """What was restored: mails and pages that may have left after the backup are held. `has_ring`: the key ring is
    here."""

    file: Path
    backed_up_at: datetime
    restored_at: datetime
    next_ticket: int
    held_mails: int
    held_pages: int
    has_ring: bool


def restore(file: BackupFile, replace: Replace = False, config: SiteConfig = HERE, as_json: AsJson = False) -> int:
    """Put a backup in the place of the database; nobody may serve it meanwhile.

    What was promised before and not sent is held, because it may have left since: `mailgate outbox` lists it, and
    `outbox release` or `outbox drop` says what becomes of it."""
    from mailgate import config as site
    from mailgate import site as sites

    settings = site.load(config)
    done = _restore(settings, file, replace)
    told = Told(
        file, done.backed_up_at, done.restored_at, done.next_ticket, done.held_mails, done.held_pages,
        sites.ring_of(settings) is not None,
    )  # fmt: skip
    if as_json:
        print_json(told)
    else:
        print("\n".join(_lines(told, settings)))
    return DONE


def _restore(settings: Config, file: Path, replace: bool) -> Restored:
    from mailgate.daemon import standing
    from mailgate.daemon.watching import name_of
    from mailgate.store import backup, restore
    from mailgate.store.database import ServeLock

    path = settings.database.path
    now = standing.by_the_desk(clock.now(), standing.place(settings.secret_path))
    target = backup.Source(settings.database.url, settings.database.read_password())
    beside = path or settings.secret_path.with_name("mailgate.db")
    with ExitStack() as held:
        if path is not None:
            held.enter_context(ServeLock(path))
        beside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        staged = held.enter_context(backup.claimed(beside.with_name(beside.name + STAGED)))
        done = restore.stage(file, staged, now, target, [name_of(mailbox) for mailbox in settings.imap])
        restore.place(staged, target, replace)
    return done


def _lines(told: Told, settings: Config) -> Iterator[str]:
    from mailgate.store.restored import HOW

    at = local(told.backed_up_at, ZoneInfo(settings.desk.timezone))
    yield f"the desk is as it was on {at}; its next ticket is #{told.next_ticket}"
    if told.held_mails or told.held_pages:
        yield (f"held, because it may have left since: {told.held_mails} of mail, {told.held_pages} of pages; {HOW}")
    yield "what came in since is fetched again where a mailbox has it; what is said of it is held, too"
    if not told.has_ring:
        yield (
            f"the key ring {settings.secret_path} is not here: put back the one that was kept with the backup, before "
            "`mailgate serve` makes another, or no address that customers have finds its ticket"
        )
