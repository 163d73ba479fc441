"""The mailboxes that the desk reads: as far as their folders, and no mail is read or marked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from mailgate.cli.doctor.findings import Said, bad
from mailgate.cli.doctor.servers import STEP_SECONDS, visited
from mailgate.config import Config, ImapDoor
from mailgate.edge import imap_probe
from mailgate.edge.asking import ask
from mailgate.edge.imap_session import Mailbox
from mailgate.toml.mistakes import SiteMistakes


def mailboxes(config: Config, now: datetime) -> Iterator[Said]:
    """Every `[[imap]]`, all at once."""
    asked = [ask(partial(_visited, door, now)) for door in config.imap]
    for answer in asked:
        yield from answer.result()


def _visited(door: ImapDoor, now: datetime) -> tuple[Said, ...]:
    name = f"mailbox {door.user} at {door.host}:{door.port}"
    try:
        password = door.password.read()
    except SiteMistakes:
        return (bad(f"{name} was not asked, because its password cannot be read"),)
    mailbox = Mailbox(
        host=door.host,
        port=door.port,
        user=door.user,
        password=lambda: password,
        fallback="",
        max_size=door.max_size,
        folder=door.folder,
        processed=door.processed,
        tls=door.tls,
        ca_file=door.ca_file,
    )
    return tuple(visited(name, partial(imap_probe.probe, mailbox, STEP_SECONDS), now))
