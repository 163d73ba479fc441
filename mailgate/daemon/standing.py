"""What the auditor found last, kept as a note for commands. An old one says something, too."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from mailgate.core.audit import Part, Trouble, Verdict
from mailgate.daemon import notes

FILE = "audit.json"

STALE = timedelta(minutes=2)
"""A desk that runs was looked at more recently than that."""


def place(secret: Path) -> Path:
    """Where the file of a site is; `secret` is its key ring."""
    return notes.place(secret, FILE)


def keep(path: Path, verdict: Verdict) -> None:
    """In place of the last one. On a disk that takes nothing the file grows old, which says it, too."""
    notes.keep(path, json.dumps(_told(verdict)))


def last(path: Path) -> Verdict | None:
    """The verdict that was found last, None when there is none that can be read."""
    try:
        return _understood(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_stale(found: Verdict, wall: datetime) -> bool:
    """Whether nobody has looked lately; `wall` is the machine's clock, which may have been set."""
    return abs(wall - (found.jump or timedelta(0)) - found.at) > STALE


def by_the_desk(wall: datetime, path: Path) -> datetime:
    """The time of a desk that runs on a machine whose clock says `wall`: a command must not date a wish otherwise."""
    found = last(path)
    if found is None or found.jump is None or is_stale(found, wall):
        return wall
    return wall - found.jump


def _told(verdict: Verdict) -> dict[str, object]:
    return {
        "at": verdict.at.isoformat(),
        "well_at": verdict.well_at and verdict.well_at.isoformat(),
        "jump_seconds": verdict.jump and verdict.jump.total_seconds(),
        "troubles": [{"part": trouble.part.value, "says": trouble.says} for trouble in verdict.troubles],
    }


def _understood(told: dict[str, object]) -> Verdict:
    well_at, jump, troubles = told["well_at"], told["jump_seconds"], told["troubles"]
    assert isinstance(troubles, list)
    return Verdict(
        at=datetime.fromisoformat(str(told["at"])),
        troubles=tuple(Trouble(Part(one["part"]), str(one["says"])) for one in troubles),
        well_at=datetime.fromisoformat(str(well_at)) if well_at else None,
        jump=timedelta(seconds=float(str(jump))) if jump else None,
    )
