"""APScheduler wakes who might have something due; what is due is in the database, or in a file that changed.

It reckons by the wall clock, which somebody may set. So the next beat is always one tick from now, and not from the
last one: after a leap of ten years there is one beat and not one for every second of them. After a leap back it would
wait for the old time to come again, and `rearm` makes it begin anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

TICK = timedelta(seconds=1)


class Beat(BaseTrigger):  # type: ignore[misc]  # APScheduler is untyped
    """One tick after now, whatever was before."""

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """APScheduler's question."""
        return now + TICK


class Metronome:
    """Calls each of `wakes` once a second in the running loop, from `start` to `stop`."""

    def __init__(self, *wakes: Callable[[], None]) -> None:
        self._wakes = wakes
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """The first beat is one tick away."""
        for wake in self._wakes:
            self._scheduler.add_job(_as_coroutine(wake), Beat())
        self._scheduler.start()

    def rearm(self) -> None:
        """The wall clock was set: beat now, and go on from there. Callable from any thread."""
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))

    def stop(self) -> None:
        """No beat after this one."""
        self._scheduler.shutdown(wait=False)


def _as_coroutine(wake: Callable[[], None]) -> Callable[[], object]:
    async def tick() -> None:
        wake()

    return tick
