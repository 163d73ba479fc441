"""Tells people what the auditor found: the log at once, the administrators when it lasts.

The log has one line when a trouble begins and one when it is over. The administrators get one mail for each trouble
that stood for a minute, through the ordinary outbox, as soon as the database takes it, and not another one for the same
part within the hour. A clock that was set is told at once: it does not get better by waiting.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from mailgate.core.audit import Part, Trouble, Verdict
from mailgate.core.letters import NoticeFacts
from mailgate.daemon.clock import in_words
from mailgate.store.database import DATABASE_FAULTS

log = structlog.get_logger()

LASTS = 60.0
"""Seconds that a trouble must stand before people are told."""

AGAIN = 3600.0
"""Seconds within which the same part is told once."""

CLOCK = "clock"
ANOTHER_JUMP = timedelta(seconds=30)
"""A clock that is off by that much more or less was set once more."""

Tell = Callable[[NoticeFacts], None]
"""Writes to the administrators; raises DATABASE_FAULTS when that cannot be done now."""


@dataclass(slots=True)
class _Standing:
    """A trouble since it began."""

    trouble: Trouble
    since: float = field(default_factory=time.monotonic)
    told: bool = False


class Crier:
    """Hears every verdict, and says what is new. `lasts` and `again` are in seconds."""

    def __init__(self, tell: Tell, lasts: float = LASTS, again: float = AGAIN) -> None:
        self._tell, self._lasts, self._again = tell, lasts, again
        self._standing: dict[Part, _Standing] = {}
        self._unsaid: list[NoticeFacts] = []
        self._told_at: dict[str, float] = {}
        self._jump: timedelta | None = None

    def hear(self, verdict: Verdict) -> None:
        """Raises nothing when the administrators cannot be told yet: it is tried again in the next round."""
        self._hear_troubles({trouble.part: trouble for trouble in reversed(verdict.troubles)})
        self._hear_jump(verdict.jump)
        self._say_what_is_unsaid()

    def doubt(self, by: timedelta) -> None:
        """At the start, the clock stands where the journal says that it cannot."""
        log.error("clock.doubtful", seconds=round(by.total_seconds()))
        self._unsaid.append(NoticeFacts("clock-doubtful", f"{in_words(by)} the newest entry of the journal"))

    def say(self, notice: NoticeFacts) -> None:
        """The administrators hear of it in the next round. Callable from any thread."""
        self._unsaid.append(notice)

    def _hear_troubles(self, found: dict[Part, Trouble]) -> None:
        for part in [part for part in self._standing if part not in found]:
            log.info("auditor.mended", part=part.value)
            del self._standing[part]
        for part, trouble in found.items():
            if part not in self._standing:
                log.error("auditor.trouble", part=part.value, says=trouble.says)
                self._standing[part] = _Standing(trouble)
            self._keep_for_people(self._standing[part], trouble)

    def _keep_for_people(self, standing: _Standing, trouble: Trouble) -> None:
        if standing.told or time.monotonic() - standing.since < self._lasts or not self._may_tell(trouble.part.value):
            return
        standing.told = True
        self._unsaid.append(NoticeFacts(f"watch-{trouble.part.value}", trouble.says))

    def _hear_jump(self, jump: timedelta | None) -> None:
        if jump is None and self._jump is not None:
            log.info("clock.right_again")
        elif jump is not None and (self._jump is None or abs(jump - self._jump) > ANOTHER_JUMP):
            log.error("clock.jumped", seconds=round(jump.total_seconds()))
            if self._may_tell(CLOCK):
                self._unsaid.append(NoticeFacts("clock-jumped", f"{in_words(jump)} the desk's own time"))
        else:
            return
        self._jump = jump

    def _may_tell(self, about: str) -> bool:
        """Whether people have not heard of it within the hour; they hear of it now."""
        now, last = time.monotonic(), self._told_at.get(about)
        if last is not None and now - last < self._again:
            return False
        self._told_at[about] = now
        return True

    def _say_what_is_unsaid(self) -> None:
        while self._unsaid:
            try:
                self._tell(self._unsaid[0])
            except DATABASE_FAULTS:
                return
            except Exception:  # it would fail in every round, and whatever is behind it would never be said
                log.exception("auditor.untold", notice=self._unsaid[0].code)
            del self._unsaid[0]
