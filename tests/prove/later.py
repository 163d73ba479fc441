"""Time that has passed since a daemon last ran, and the deadlines that passed with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.prove.desk import ProvenDesk
from tests.prove.preloaded import Prepare

PAGED = 6
"""Three people by mail and pager: who the desk calls first."""
MOMENT = timedelta(seconds=15)
"""Longer than it takes to work off what is there, and to stop."""
HOURS, ALWAYS = 'mon-fri = "07:00-20:00" }\nholidays = "CA-QC"', 'mon-sun = "00:00-24:00" }'
UNHEARD = f"""
    SELECT count(*) FROM ticket WHERE number NOT IN (
        SELECT ticket FROM outbox WHERE lane = 'page' AND ticket IS NOT NULL
        GROUP BY ticket HAVING count(DISTINCT target) > {PAGED})
"""


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


def open_always(desk: ProvenDesk) -> None:
    """From its next start on the urgent queue's hours never end: its deadlines pass whenever a rig runs."""
    calendars = desk.root / "rules/10-calendars.toml"
    text = calendars.read_text("utf-8")
    assert HOURS in text, "the starter has other hours"
    calendars.write_text(text.replace(HOURS, ALWAYS), "utf-8")


def work_off_deadlines(desk: ProvenDesk, ahead: timedelta) -> None:
    """Let a daemon that runs so far ahead tell of every request that nobody answered, and fire what is due."""
    desk.wait(lambda: (*desk.ask(UNHEARD)[0], _due(desk, ahead)), "requests of which nobody else heard, and timers")
    desk.drain()


def _due(desk: ProvenDesk, ahead: timedelta) -> int:
    """Timers that fire in a moment: what they promise would stay unsent."""
    until = datetime.now(UTC) + ahead + MOMENT
    return int(desk.ask(f"SELECT count(*) FROM timer WHERE due_at < '{until:%Y-%m-%d %H:%M:%S}'")[0][0])
