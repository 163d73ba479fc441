"""Deadlines in words: how each came about, and how it stands or ended. Times are those of the desk."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from mailgate.cli.output import local, plain
from mailgate.core.hours import Duration, Unit
from mailgate.core.model import Activity, Status
from mailgate.core.reckoning import Counted, Later, Pause, Reckoning, Standing, State, Stretch
from mailgate.core.ticket import Ending, Promise

WIDTH = 95
"""Columns that a wrapped line takes."""

TITLES = {
    Promise.CALLBACK: "call back",
    Promise.ENGAGEMENT: "engagement",
    Promise.RESOLUTION: "resolution",
    Promise.UPDATE: "update",
    Promise.VALIDATION: "validation",
    Promise.CLOSING: "closing",
}

WAITED = {
    Status.WAITING_CUSTOMER: "waiting for the customer",
    Status.WAITING_THIRD: "waiting for a third party",
    Status.WAITING_VALIDATION: "waiting for validation",
    Status.RESOLVED: "resolved",
    Status.CLOSED: "closed",
    Status.PARKED: "parked",
}

UNITS = {Unit.DAYS: "working day", Unit.WEEKS: "week"}


@dataclass(frozen=True, slots=True)
class PauseShown:
    """A time in which the clock stood still; `minutes` of working time were added to the deadline, or would be if the
    pause ended now."""

    cause: Status | None
    since: datetime | None
    until: datetime | None
    minutes: int


@dataclass(frozen=True, slots=True)
class ClockShown:
    """One promise as `ticket --json` shows it (interfaces.md §2). `late_minutes` are working time, null while it is not
    too late."""

    promise: Promise
    calendar: str
    delay: Duration | None
    asked_at: datetime
    starts_at: datetime
    due_at: datetime
    paused_minutes: int
    pauses: tuple[PauseShown, ...]
    ended_at: datetime | None
    ending: Ending | None
    ended_by: str | None
    how: Activity | None
    late_minutes: int | None
    explained: str


def shown(found: Reckoning, zone: ZoneInfo) -> ClockShown:
    """A clock for programs."""
    clock = found.clock
    return ClockShown(
        promise=clock.promise,
        calendar=clock.calendar,
        delay=clock.delay,
        asked_at=clock.asked_at,
        starts_at=clock.starts_at,
        due_at=clock.due_at,
        paused_minutes=clock.paused_minutes,
        pauses=tuple(PauseShown(one.cause, one.since, one.until, one.minutes) for one in found.pauses),
        ended_at=clock.ended_at,
        ending=clock.ending,
        ended_by=clock.ended_by,
        how=clock.how,
        late_minutes=found.standing.late_minutes,
        explained=explained(found, zone),
    )


def explained(found: Reckoning, zone: ZoneInfo) -> str:
    """All of it in one line."""
    return plain(" ".join(sentences(found, zone)))


def origin(found: Reckoning, zone: ZoneInfo) -> str:
    """How a deadline came about, in one line."""
    return plain(" ".join(sentences(found, zone)[:-1]))


def paragraphs(found: Iterable[Reckoning], zone: ZoneInfo) -> Iterator[str]:
    """Each clock for reading: its deadline and how it stands, and under it how it came about."""
    for one in found:
        title, (*why, ending) = TITLES[one.clock.promise], sentences(one, zone)
        yield _wrapped(f"{title} by {moment(one.clock.due_at, zone)}. {ending}", "  ")
        yield from (_wrapped(f"  {sentence}", "    ") for sentence in why)


def sentences(found: Reckoning, zone: ZoneInfo) -> tuple[str, ...]:
    """What was promised, from when on, the time that counted, what did not, and at last how the clock stands."""
    return (*_promised(found, zone), *_counted(found, zone), *_left_out(found, zone), _stands(found.standing, zone))


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Mon 2026-11-23 12:00"""
    return f"{at.astimezone(zone):%a} {local(at, zone)}"


def length(minutes: int) -> str:
    """Working time: 45 min, 2 h, 3 h 30 min."""
    hours, rest = divmod(minutes, 60)
    parts = (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "")
    return " ".join(part for part in parts if part)


def delay(promised: Duration) -> str:
    """A delay of the rules: 4 h, 3 working days."""
    if promised.unit in UNITS:
        return f"{promised.amount} {UNITS[promised.unit]}{'s' if promised.amount > 1 else ''}"
    return length(promised.minutes)


def _promised(found: Reckoning, zone: ZoneInfo) -> Iterator[str]:
    clock = found.clock
    how_long = f"{delay(clock.delay)} on calendar" if clock.delay else "Calendar"
    yield f"{how_long} '{clock.calendar}' ({found.timezone}), asked for {moment(clock.asked_at, zone)}."
    if clock.starts_at > clock.asked_at:
        yield f"The clock starts {moment(clock.starts_at, zone)}{_because(found)}."


def _because(found: Reckoning) -> str:
    match found.later:
        case Later.HOLIDAY:
            return f": that day is a holiday ({found.holiday})"
        case Later.DAY_OFF:
            return ": that day has no hours"
        case Later.HOURS:
            return ": that is outside the hours"
        case None:
            return ""


def _counted(found: Reckoning, zone: ZoneInfo) -> Iterator[str]:
    days = ", ".join(_day(one, zone) for one in found.shown)
    together = f", together {length(found.minutes)}" if len(found.days) > 1 else ""
    yield f"Counted: {days}{together}." if days else "No working time lies between."


def _day(one: Counted | Stretch, zone: ZoneInfo) -> str:
    if isinstance(one, Stretch):
        return f"{one.days} working days from {one.first} to {one.last} ({length(one.minutes)})"
    closes = f"{one.closes.astimezone(zone):%H:%M}"
    return f"{moment(one.opens, zone)}–{'24:00' if closes == '00:00' else closes} ({length(one.minutes)})"


def _left_out(found: Reckoning, zone: ZoneInfo) -> Iterator[str]:
    if found.skipped:
        days = ", ".join(f"{day:%a} {day} ({name})" for day, name in found.skipped)
        yield f"Closed on {days}."
    yield from (_pause(one, zone) for one in found.pauses)


def _pause(pause: Pause, zone: ZoneInfo) -> str:
    if pause.since is None or pause.cause is None:
        return f"Pauses that an older version did not note one by one: {length(pause.minutes)}."
    cause, since = WAITED.get(pause.cause, pause.cause.value), moment(pause.since, zone)
    if pause.until is None:
        return f"Paused since {since}, {cause}: {length(pause.minutes)} so far."
    return f"Paused from {since} to {moment(pause.until, zone)}, {cause}: {length(pause.minutes)} more."


def _stands(standing: Standing, zone: ZoneInfo) -> str:
    return STANDS[standing.state](standing, zone)


def _kept(standing: Standing, zone: ZoneInfo) -> str:
    return f"Kept {moment(standing.at, zone)}{_whose(standing)}, with {length(standing.margin)} to spare."


def _late(standing: Standing, zone: ZoneInfo) -> str:
    return f"Kept too late, {moment(standing.at, zone)}{_whose(standing)}: {late_by(-standing.margin)}."


def _no_longer(standing: Standing, zone: ZoneInfo) -> str:
    return f"No longer applies since {moment(standing.at, zone)}."


def _running(standing: Standing, _zone: ZoneInfo) -> str:
    return f"Still running, {length(standing.margin)} of working time left."


def _overdue(standing: Standing, _zone: ZoneInfo) -> str:
    return f"Not kept yet: {late_by(-standing.margin)}."


def _still(standing: Standing, zone: ZoneInfo) -> str:
    cause = WAITED.get(standing.cause, standing.cause.value) if standing.cause else "paused"
    then = f"{length(standing.margin)} left" if standing.margin >= 0 else f"{late_by(-standing.margin)} then"
    return f"Stands still since {moment(standing.at, zone)} ({cause}), {then}."


STANDS: dict[State, Callable[[Standing, ZoneInfo], str]] = {
    State.KEPT: _kept,
    State.LATE: _late,
    State.NO_LONGER: _no_longer,
    State.RUNNING: _running,
    State.OVERDUE: _overdue,
    State.STILL: _still,
}


def late_by(minutes: int) -> str:
    """By how much working time; a deadline that passed at closing time is late by none yet."""
    return f"late by {length(minutes)}" if minutes else "late by less than a minute of working time"


def _whose(standing: Standing) -> str:
    by = f" by {standing.by}" if standing.by else ""
    return f"{by} ({standing.how.value})" if standing.how else by


def _wrapped(line: str, indent: str) -> str:
    return textwrap.fill(plain(line), WIDTH, subsequent_indent=indent + "  ", break_on_hyphens=False)
