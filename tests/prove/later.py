"""Time that has passed since a daemon last ran."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tests.prove.preloaded import Prepare


@dataclass(frozen=True, slots=True)
class Later:
    """In the fork: the desk's clock is ahead."""

    ahead: timedelta
    then: Prepare

    def __call__(self) -> None:
        from mailgate.daemon.clock import SteadyClock

        now, ahead = SteadyClock.now, self.ahead
        SteadyClock.now = lambda clock: now(clock) + ahead  # type: ignore[method-assign, assignment]  # for the fork's life
        self.then()
