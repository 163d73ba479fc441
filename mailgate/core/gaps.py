"""Where a desk's plan has nobody for a queue: the next fortnight, walked from one change of the plan to the next.

Within the queue's hours people must be on duty. Outside of them a mail still pages at once, but nobody promised to be
awake: there it is enough that somebody is not away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from mailgate.core.paging import Question, Wanted
from mailgate.core.people import Technician
from mailgate.core.policy import Policy, Queue
from mailgate.core.presence import Absences, Presence, absences_of
from mailgate.core.roster import edges
from mailgate.core.seen import FIRST_TICKET, Seen

DAYS = 14
"""How far ahead is looked, today included, on the desk's calendar."""


class Lack(StrEnum):
    """How bad a gap is: nobody can be called, nobody is on duty (others are called), fewer than promised."""

    DESERTED = "deserted"
    UNMANNED = "unmanned"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which a queue's team lacks people; `people` is how many there are at least."""

    lack: Lack
    start: datetime
    end: datetime
    people: int


@dataclass(frozen=True, slots=True)
class Staffing:
    """The fortnight of a queue: its gaps in order, and the fewest people who can be called."""

    queue: str
    gaps: tuple[Gap, ...]
    least: int


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A time in which nothing changes: how many are on duty, how many can be called."""

    start: datetime
    end: datetime
    on_duty: int
    able: int
    open: bool


def staffing(queue: Queue, policy: Policy, absences: Absences, now: datetime) -> Staffing:
    """Look at a queue's team from now to the end of the fortnight."""
    promised = min(queue.notify, len(policy.teams[queue.team].members))  # `check` doubts a team that is too small
    found = tuple(_stretches(queue, policy, absences, now))
    gaps = tuple(_joined(gap for one in found if (gap := _gap(one, promised)) is not None))
    return Staffing(queue.key, gaps, min(one.able for one in found))


def horizon(policy: Policy, now: datetime) -> datetime:
    """The end of the fortnight."""
    zone = ZoneInfo(policy.desk.timezone)
    return _midnight(now.astimezone(zone).date() + timedelta(days=DAYS), zone)


def _stretches(queue: Queue, policy: Policy, absences: Absences, now: datetime) -> Iterator[_Stretch]:
    end, calendar = horizon(policy, now), policy.calendar_of(queue)
    changes = {now, end, *_changes(queue, policy, absences, now, end), *edges(calendar, now, end)}
    for start, until in pairwise(sorted(at for at in changes if now <= at <= end)):
        question = Question.of(Wanted(queue.team, queue.notify), policy, Seen(FIRST_TICKET, absences=absences), start)
        stand = [question.stands(one).presence for one in question.asked()]
        able = len(stand) - stand.count(Presence.AWAY)
        yield _Stretch(start, until, stand.count(Presence.ON), able, calendar.is_open(start))


def _changes(queue: Queue, policy: Policy, absences: Absences, now: datetime, end: datetime) -> Iterator[datetime]:
    """Every instant at which somebody of the team comes or goes."""
    team = policy.teams[queue.team]
    for key in {*team.members, *(one.technician for one in team.overrides)}:
        one = policy.technicians[key]
        if one.duty is not None:
            yield from edges(one.duty, now, end)
        yield from _midnights(one, policy, absences)
    for swap in team.overrides:
        yield from (swap.start, swap.end)


def _midnights(one: Technician, policy: Policy, absences: Absences) -> Iterator[datetime]:
    zone = ZoneInfo(one.timezone or policy.desk.timezone)
    for first, last in absences_of(one, absences):
        yield from (_midnight(first, zone), _midnight(last + timedelta(days=1), zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _gap(one: _Stretch, promised: int) -> Gap | None:
    people = one.on_duty if one.open else one.able
    if people >= max(promised, 1):
        return None
    lack = Lack.SHORT if people else Lack.UNMANNED if one.able else Lack.DESERTED
    return Gap(lack, one.start, one.end, people)


def _joined(gaps: Iterator[Gap]) -> Iterator[Gap]:
    """Gaps of one kind that follow on each other are one."""
    last: Gap | None = None
    for gap in gaps:
        if last is not None and last.lack is gap.lack and last.end == gap.start:
            last = replace(last, end=gap.end, people=min(last.people, gap.people))
            continue
        if last is not None:
            yield last
        last = gap
    if last is not None:
        yield last
