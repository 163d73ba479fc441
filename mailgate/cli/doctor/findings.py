"""What a check says: how bad it is, and one or two sentences on what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """From good to worst, as findings are listed."""

    OK = "ok"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Said:
    """What one check found about one thing."""

    state: State
    says: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What was said, and by which check; the field names are those of `doctor --json`."""

    check: str
    state: State
    says: str


Sayings = Iterable[Said]


def ok(says: str) -> Said:
    """Nothing to do."""
    return Said(State.OK, says)


def warning(says: str) -> Said:
    """It works, and somebody should know."""
    return Said(State.WARNING, says)


def bad(says: str) -> Said:
    """Something does not work, or will not when it matters."""
    return Said(State.BAD, says)


def few(things: Iterable[str], most: int = 5) -> str:
    """The first of them, for a sentence: "a, b and 7 more"."""
    listed = list(things)
    shown = ", ".join(listed[:most])
    return shown if len(listed) <= most else f"{shown} and {len(listed) - most} more"
