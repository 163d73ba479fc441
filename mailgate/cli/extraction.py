"""Files out of a ticket. Names come from strangers: only their last part is used, and no file is ever overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from mailgate.mail import parse
from mailgate.store import query
from mailgate.store.database import Tx
from mailgate.store.query import TicketStory


def attachments(tx: Tx, story: TicketStory, directory: Path) -> tuple[Path, ...]:
    """Write every attachment of a ticket's mails; answers the files written."""
    directory.mkdir(parents=True, exist_ok=True)
    return tuple(_write(directory, name, octets) for name, octets in _attached(tx, story))


def mails(tx: Tx, story: TicketStory, directory: Path) -> tuple[Path, ...]:
    """Write every mail of a ticket as it was received, named by its inbox row; answers the files written."""
    directory.mkdir(parents=True, exist_ok=True)
    rows = dict.fromkeys(message.inbox_id for message in story.messages if message.inbox_id is not None)
    found = ((row, query.raw(tx, row)) for row in rows)
    return tuple(_write(directory, f"inbox-{row}.eml", raw) for row, raw in found if raw is not None)


def _attached(tx: Tx, story: TicketStory) -> Iterator[tuple[str, bytes]]:
    for message in story.messages:
        raw = query.raw(tx, message.inbox_id) if message.inbox_id is not None and message.attachments else None
        if raw is not None:
            octets = parse.attachments(raw, [part.index for part in message.attachments])
            yield from zip((part.name for part in message.attachments), octets, strict=True)


def _write(directory: Path, name: str, octets: bytes) -> Path:
    for path in _places(directory, Path(name).name or "attachment"):
        try:
            with path.open("xb") as file:
                file.write(octets)
        except FileExistsError:
            continue
        return path
    raise AssertionError("there is always a next number")


def _places(directory: Path, name: str) -> Iterator[Path]:
    """The name itself, then "name-2.ext", "name-3.ext", …"""
    yield directory / name
    stem, suffix = Path(name).stem, Path(name).suffix
    for number in count(2):
        yield directory / f"{stem}-{number}{suffix}"
