"""Which files a desk that runs goes by, kept as a note for `doctor`: those on the disk may be others by now."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from mailgate.daemon import notes

FILE = "reading.json"


@dataclass(frozen=True, slots=True)
class Reading:
    """When the files were read that the desk goes by, and their digest (`site.digest`); the keys of config.toml that
    wait for a restart; and what was wrong with other files, when a reload was refused since."""

    at: datetime
    digest: str
    waiting: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def place(secret: Path) -> Path:
    """Where the note of a site is; `secret` is its key ring."""
    return notes.place(secret, FILE)


def keep(path: Path, reading: Reading) -> None:
    """In place of the last one."""
    notes.keep(path, json.dumps({**asdict(reading), "at": reading.at.isoformat()}))


def last(path: Path) -> Reading | None:
    """The note of the desk that ran last, None when there is none that can be read."""
    try:
        told = json.loads(path.read_text("utf-8"))
        return Reading(
            at=datetime.fromisoformat(str(told["at"])),
            digest=str(told["digest"]),
            waiting=tuple(map(str, told["waiting"])),
            refused=tuple(map(str, told["refused"])),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
