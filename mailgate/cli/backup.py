"""`mailgate backup FILE`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.failures import DONE
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import counted, print_json
from mailgate.daemon import clock

if TYPE_CHECKING:
    from mailgate.store.backup import Backup

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="The file that holds the whole database.")]
Replace = Annotated[bool, typer.Option("--replace", help="Put it in the place of what is there already.")]


def backup(file: BackupFile, replace: Replace = False, config: SiteConfig = HERE, as_json: AsJson = False) -> int:
    """Copy the whole database into one file, also while the desk works; `restore FILE` puts it back.

    Keep config.toml, rules, templates and the key ring, too: the file holds every mail, and no key."""
    from mailgate import config as site
    from mailgate.daemon import standing
    from mailgate.store import backup as store

    settings = site.load(config)
    where = store.Source(settings.database.url, settings.database.read_password())
    now = standing.by_the_desk(clock.now(), standing.place(settings.secret_path))
    made = store.write(where, file, replace, now)
    if as_json:
        print_json(made)
    else:
        print(_told(made, settings.secret_path))
    return DONE


def _told(made: Backup, ring: Path) -> str:
    holds = f"{counted(made.tickets, 'ticket')} and {counted(made.received, 'received mail')}"
    return (
        f"{made.file}: {holds}, {made.size} octets, examined and on the disk\n"
        f"keep {ring}, too: without it no address that customers have finds its ticket"
    )
