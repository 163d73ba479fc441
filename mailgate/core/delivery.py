"""Handing a promised mail to a relay or a pager: how it can end, and when to try again.

The retry decision is a pure value: `next_attempt` is told how often was tried and a random share, and answers when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Lane(StrEnum):
    """Pages never wait behind bulk mail: each lane has its own workers and its own relay sessions."""

    PAGE = "page"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Parcel:
    """One stored mail for one recipient. `envelope_from` is "" for the null reverse-path.

    `target` is a mail address, or a URL when `by_mail` is false (then `message` is the text as UTF-8)."""

    outbox_id: int
    envelope_from: str
    target: str
    message: bytes
    by_mail: bool = True


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side took responsibility; `reply` is its word for it."""

    reply: str = ""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now: connection trouble, a 4xx, a timeout. Try again, but not within `wait` seconds."""

    reason: str
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused:
    """Never: a 5xx for this recipient or this mail (RFC 5321 §4.2.1)."""

    reason: str


Delivery = Delivered | Deferred | Refused

FIRST_WAITS = {
    Lane.PAGE: (15, 30, 60, 120, 300),
    Lane.BULK: (60, 300, 900, 1800, 3600),
}
"""Seconds to wait after the first, second, … failed attempt; the last one repeats (hazards F14)."""

HEAVY = 250_000
"""Octets from which on a mail is given time for its size: less passes on any line."""

SLOWEST = 5_000
"""Octets per second: who takes a heavy mail more slowly hangs."""

LIFETIME = {Lane.PAGE: timedelta(days=1), Lane.BULK: timedelta(days=4)}
"""How long a mail is tried before it counts as refused (RFC 5321 §4.5.4.1 asks for at least 4 to 5 days). A page of
yesterday calls nobody: others were called a minute after it should have left (core.reach)."""


def next_attempt(lane: Lane, attempts: int, promised_at: datetime, share: float, now: datetime) -> datetime | None:
    """When to try again after `attempts` (≥ 1) failures, or None when its lifetime is over.

    `share` in [0, 1) spreads the wait between 75 % and 125 %, so that a relay that comes back is not stormed."""
    if now - promised_at >= LIFETIME[lane]:
        return None
    waits = FIRST_WAITS[lane]
    wait = waits[min(attempts, len(waits)) - 1]
    return now + timedelta(seconds=wait * (0.75 + share / 2))


def more_seconds(parcel: Parcel) -> float:
    """How much longer than another mail a heavy one may take to leave, 0 for one that is not."""
    size = len(parcel.message)
    return size / SLOWEST if size >= HEAVY else 0.0
