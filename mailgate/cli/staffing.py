"""What commands say of a plan that has gaps, and the absences that the database knows of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from mailgate.config import Config
from mailgate.core.gaps import Gap, Lack, Staffing, horizon, staffing
from mailgate.core.policy import Policy, Queue
from mailgate.core.presence import Absences
from mailgate.store import absences as told
from mailgate.store.database import Database
from mailgate.store.health import UNREADABLE
from mailgate.toml.mistakes import SiteMistakes


@dataclass(frozen=True, slots=True)
class Complaint:
    """One kind of gap of one queue, in a sentence."""

    lack: Lack
    says: str


def told_by_mail(settings: Config) -> Absences:
    """The absences that the database holds; none when it was never made. That it cannot be read is said elsewhere."""
    try:
        database = Database.peek(settings.database.url, settings.database.read_password())
        if database is None:
            return {}
        try:
            with database.read() as tx:
                return told.absences(tx)
        finally:
            database.close()
    except (*UNREADABLE, SiteMistakes):
        return {}


def urgent_gaps(policy: Policy, absences: Absences, now: datetime) -> Iterator[str]:
    """The gaps of the urgent queues."""
    for queue in policy.queues.values():
        if policy.is_urgent(queue):
            found = staffing(queue, policy, absences, now)
            yield from (one.says for one in complaints(queue, found, policy, now))


def complaints(queue: Queue, found: Staffing, policy: Policy, now: datetime) -> Iterator[Complaint]:
    """What is wrong with a queue's fortnight, one sentence for each kind of gap."""
    zone = ZoneInfo(policy.desk.timezone)
    for lack in Lack:
        gaps = [gap for gap in found.gaps if gap.lack is lack]
        if gaps:
            when = _when(gaps, (now, horizon(policy, now)), zone)
            yield Complaint(
                lack, _sentence(lack, queue, when, min(queue.notify, len(policy.teams[queue.team].members)))
            )


def _sentence(lack: Lack, queue: Queue, when: str, promised: int) -> str:
    match lack:
        case Lack.DESERTED:
            return f"nobody is there to page for queue '{queue.key}' {when}: all of team '{queue.team}' are away"
        case Lack.UNMANNED:
            return (
                f"nobody of team '{queue.team}' is on duty for queue '{queue.key}' {when}: "
                "whoever is off duty is called instead"
            )
        case Lack.SHORT:
            return f"fewer than the {promised} people that queue '{queue.key}' promises are there {when}"


def _when(gaps: Sequence[Gap], fortnight: tuple[datetime, datetime], zone: ZoneInfo) -> str:
    """By days when whole days are concerned, else the first time to the minute, and how often again."""
    edges = {at for gap in gaps for at in (gap.start, gap.end)} - set(fortnight)
    if all(at.astimezone(zone).time() == time() for at in edges):
        return _days([day for gap in gaps for day in _days_of(gap, zone)])
    start, end = (at.astimezone(zone) for at in (gaps[0].start, gaps[0].end))
    more = f" and {len(gaps) - 1} more times within two weeks" if len(gaps) > 1 else ""
    return f"from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}{more}"


def _days_of(gap: Gap, zone: ZoneInfo) -> Iterator[date]:
    day, last = gap.start.astimezone(zone).date(), (gap.end - timedelta(microseconds=1)).astimezone(zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _days(days: Sequence[date]) -> str:
    """ "on 2026-12-24 to 2027-01-03 and 2027-01-05" """
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), lambda pair: pair[1].toordinal() - pair[0])]
    return "on " + " and ".join(f"{run[0]}" if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)
