"""What time it is: read here, passed on everywhere else.

A command takes the machine's wall clock as it stands (`now`). The daemon runs on a `SteadyClock`: it starts from the
wall clock and counts the seconds that really pass, those of a machine that slept included. Small corrections of the
wall clock are followed little by little, so that time never stands still and never goes back. A jump is not followed
(hazards F34): every deadline, retry and lease is counted on, and the clock says how far off the machine's is, until
that is put right or the daemon is started again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

LONGEST_CORRECTION = timedelta(seconds=5)
"""How far off the wall clock may be for its correction to be followed; beyond it is a jump."""

SLEW = 0.1
"""Of the seconds that pass, how many may be added or left out to follow a correction."""

PROMPT = 0.5
"""Two clocks read in more seconds than that, because something held us up, say nothing about each other."""
TRIES = 5

LONGEST_PAUSE = timedelta(days=60)
"""How long a desk may plausibly have been off, or without a single event."""

ALIKE = timedelta(minutes=1)
"""How far apart the clocks of two machines that serve one database may be."""


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def passed() -> float:
    """Seconds since some moment of the past; nobody sets this clock, and it counts while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SteadyClock:
    """The desk's time. Thread-safe."""

    def __init__(self, wall: Callable[[], datetime] = now, passed: Callable[[], float] = passed) -> None:
        self._wall, self._passed = wall, passed
        self._lock = threading.Lock()
        self._own, self._mark = wall(), passed()
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The time, in UTC; never earlier than the last answer."""
        with self._lock:
            self._advance()
            return self._own

    def jump(self) -> timedelta | None:
        """How far the machine's clock is ahead of the desk's (behind: negative), None when they agree."""
        with self._lock:
            self._advance()
            return None if abs(self._ahead) <= LONGEST_CORRECTION else self._ahead

    def _advance(self) -> None:
        wall, mark = self._read()
        elapsed = timedelta(seconds=max(mark - self._mark, 0.0))
        own = self._own + elapsed
        ahead = wall - own
        if abs(ahead) <= LONGEST_CORRECTION:
            own += max(min(ahead, elapsed * SLEW), -elapsed * SLEW)
        self._own, self._mark, self._ahead = own, mark, wall - own

    def _read(self) -> tuple[datetime, float]:
        """Both clocks at one moment."""
        for _ in range(TRIES):
            before, wall, after = self._passed(), self._wall(), self._passed()
            if after - before < PROMPT:
                break
        return wall, after


def doubt(newest: datetime | None, at: datetime) -> timedelta | None:
    """How far a clock that says `at` is ahead of the newest entry of the journal (behind: negative), when that is not
    plausible; None when it is, or when the journal is empty."""
    if newest is None or -ALIKE <= at - newest <= LONGEST_PAUSE:
        return None
    return at - newest


def in_words(ahead: timedelta) -> str:
    """ "1:00:00 ahead of", "3653 days, 0:00:00 behind"."""
    rounded = timedelta(seconds=round(abs(ahead).total_seconds()))
    return f"{rounded} {'ahead of' if ahead > timedelta(0) else 'behind'}"
