"""A deadline worked out once more, step by step, so that a person can check it with a pencil.

    asked ──▶ starts ──▶ working time, day by day ──▶ due ──▶ kept, late, still running …

The days are those of the clock's own calendar, as it was when the promise was made. What a wait added to the deadline
is working time before it, so the minutes of all the days are the promised ones and those of the pauses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mailgate.core.clocks import PAUSED_BY, open_wait
from mailgate.core.effects import ChangeStatus, Effect, OpenTicket, SetClock
from mailgate.core.hours import Calendar, holidays_between, working_between
from mailgate.core.model import Activity, Status
from mailgate.core.seen import Seen
from mailgate.core.ticket import Clock, Ending, Promise, Ticket, Wait

MINUTE = timedelta(minutes=1)

DAYS_SHOWN = 4
"""How many days are told one by one, from either end; those between them together."""


class Later(StrEnum):
    """Why a clock does not start at the moment it was asked for."""

    HOLIDAY = "holiday"
    DAY_OFF = "day off"
    HOURS = "outside the hours"


class State(StrEnum):
    """How a clock stands; the first three are endings."""

    KEPT = "kept"
    LATE = "late"
    NO_LONGER = "no longer applies"
    RUNNING = "running"
    OVERDUE = "overdue"
    STILL = "stands still"


@dataclass(frozen=True, slots=True)
class Counted:
    """Working time of one opening that counted. `minutes` are whole ones that add up over all openings."""

    opens: datetime
    closes: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Openings in a row that nobody wants to read one by one: from that of `first` to that of `last`."""

    first: date
    last: date
    days: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Pause:
    """A wait that the clock stood still in, and the working minutes that it added to the deadline.

    Without `since`: an older version of this program did not note when and why. Without `until`: it goes on, and
    `minutes` are what it would add if it ended now."""

    cause: Status | None
    since: datetime | None
    until: datetime | None
    minutes: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How the clock stands, since `at`. `margin` is the working time from then to the deadline, in minutes; negative:
    from the deadline to then. `cause` is what it stands still for."""

    state: State
    at: datetime
    margin: int = 0
    by: str | None = None
    how: Activity | None = None
    cause: Status | None = None

    @property
    def late_minutes(self) -> int | None:
        """Working minutes after the deadline, None while it is not too late."""
        return -self.margin if self.state in (State.LATE, State.OVERDUE) else None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """One clock, worked out. `later` says why it starts after it was asked for, `holiday` on which holiday that was."""

    clock: Clock
    timezone: str
    later: Later | None
    holiday: str | None
    days: tuple[Counted, ...]
    skipped: tuple[tuple[date, str], ...]
    pauses: tuple[Pause, ...]
    standing: Standing

    @property
    def minutes(self) -> int:
        """Working minutes from the start to the deadline, pauses among them."""
        return sum(day.minutes for day in self.days)

    @property
    def shown(self) -> tuple[Counted | Stretch, ...]:
        """The days, those in the middle of a long time together."""
        if len(self.days) <= 2 * DAYS_SHOWN:
            return self.days
        between = self.days[DAYS_SHOWN:-DAYS_SHOWN]
        return (*self.days[:DAYS_SHOWN], self._stretch(between), *self.days[-DAYS_SHOWN:])

    def _stretch(self, between: tuple[Counted, ...]) -> Stretch:
        zone = ZoneInfo(self.timezone)
        dates = [one.opens.astimezone(zone).date() for one in between]
        return Stretch(dates[0], dates[-1], len(set(dates)), sum(one.minutes for one in between))


def reckon(clock: Clock, hours: Calendar, waits: Iterable[Wait], now: datetime) -> Reckoning:
    """Work out a clock that was counted on `hours`, with the waits of its ticket."""
    waits = sorted(waits, key=lambda wait: wait.since)
    later, holiday = _later(clock, hours)
    return Reckoning(
        clock=clock,
        timezone=hours.timezone,
        later=later,
        holiday=holiday,
        days=tuple(counted(hours, clock.starts_at, clock.due_at)),
        skipped=tuple(holidays_between(hours, min(clock.asked_at, clock.starts_at), clock.due_at)),
        pauses=tuple(_pauses(clock, hours, waits, now)),
        standing=standing(clock, hours, waits, now),
    )


def reckoned(effects: Iterable[Effect], seen: Seen, now: datetime) -> Iterator[Reckoning]:
    """The clocks that a decision starts or moves; what is seen are the tickets before it."""
    effects = tuple(effects)
    turned = {one.ticket for one in effects if isinstance(one, ChangeStatus)}
    waits = {one.number: _waits_before(one, one.number in turned, now) for one in _known(seen)}
    for number, clock in _running(effects):
        if clock.hours is not None:
            yield reckon(clock, clock.hours, waits.get(number, ()), now)


def counted(hours: Calendar, start: datetime, end: datetime) -> Iterator[Counted]:
    """The working time between two instants, opening by opening."""
    total, told = timedelta(), 0
    day, last = start.astimezone(hours.zone).date() - timedelta(days=1), end.astimezone(hours.zone).date()
    while day <= last:
        for opens, closes in hours.windows(day):
            begins, ends = max(opens, start), min(closes, end)
            if ends > begins:
                total += ends - begins
                yield Counted(begins, ends, total // MINUTE - told)
                told = total // MINUTE
        day += timedelta(days=1)


def margin(hours: Calendar, at: datetime, due_at: datetime) -> int:
    """Whole working minutes from `at` to the deadline; negative when it has passed."""
    return working_between(hours, at, due_at) // MINUTE or -(working_between(hours, due_at, at) // MINUTE)


def standing(clock: Clock, hours: Calendar, waits: Iterable[Wait], now: datetime) -> Standing:
    """How a clock stands now, or how it ended."""
    if clock.ended_at is not None:
        return _ended(clock, clock.ended_at, hours)
    wait = _still(clock, waits)
    if wait is not None:
        return Standing(State.STILL, wait.since, margin(hours, wait.since, clock.due_at), cause=wait.cause)
    state = State.OVERDUE if now > clock.due_at else State.RUNNING
    return Standing(state, now, margin(hours, max(now, clock.starts_at), clock.due_at))


def _known(seen: Seen) -> Iterator[Ticket]:
    named = (seen.by_token, seen.by_thread, seen.by_reference, seen.by_tag, seen.by_twin)
    return (one for one in named if one is not None)


def _running(effects: Iterable[Effect]) -> Iterator[tuple[int, Clock]]:
    order = list(Promise)
    for effect in effects:
        match effect:
            case OpenTicket(ticket):
                yield from ((ticket.number, one) for one in sorted(ticket.clocks, key=lambda x: order.index(x.promise)))
            case SetClock(number, clock) if clock.running:
                yield number, clock


def _waits_before(ticket: Ticket, over: bool, now: datetime) -> tuple[Wait, ...]:
    """The waits of a ticket, the last one ended if it is over now."""
    last = open_wait(ticket, now) if over else None
    return (*(one for one in ticket.waits if one.until is not None), *((last,) if last else ()))


def _ended(clock: Clock, at: datetime, hours: Calendar) -> Standing:
    state = State.NO_LONGER if clock.ending is Ending.NO_LONGER else State(clock.ending or State.KEPT)
    spare = margin(hours, max(at, clock.starts_at), clock.due_at)
    return Standing(state, at, spare, clock.ended_by, clock.how)


def _still(clock: Clock, waits: Iterable[Wait]) -> Wait | None:
    return next((one for one in waits if one.until is None and one.cause in PAUSED_BY[clock.promise]), None)


def _later(clock: Clock, hours: Calendar) -> tuple[Later | None, str | None]:
    """Why the clock does not start at once; nothing when it is not the calendar's doing."""
    if clock.starts_at <= clock.asked_at or hours.opening(clock.asked_at) != clock.starts_at:
        return None, None
    day = clock.asked_at.astimezone(hours.zone).date()
    holiday = hours.closed(day)
    if holiday is not None:
        return Later.HOLIDAY, holiday
    return (Later.HOURS if hours.week[day.weekday()] else Later.DAY_OFF), None


def _pauses(clock: Clock, hours: Calendar, waits: Iterable[Wait], now: datetime) -> Iterator[Pause]:
    """The waits that the clock stood still in; together the ended ones add what it noted."""
    left = clock.paused_minutes
    for wait in (_cut(one, clock) for one in waits if one.cause in PAUSED_BY[clock.promise]):
        if not _within(clock, wait):
            continue
        took = working_between(hours, max(wait.since, clock.starts_at), wait.until or now) // MINUTE
        if wait.until is not None:
            took = min(took, left)
            left -= took
        yield Pause(wait.cause, wait.since, wait.until, took)
    if left:
        yield Pause(None, None, None, left)


def _cut(wait: Wait, clock: Clock) -> Wait:
    """The wait up to the clock's end: an answer may keep a promise while it is still the customer's turn."""
    over = clock.ended_at is not None and (wait.until is None or wait.until > clock.ended_at)
    return replace(wait, until=clock.ended_at) if over else wait


def _within(clock: Clock, wait: Wait) -> bool:
    """Whether the wait touches the time in which the clock ran."""
    return wait.until is None or max(wait.since, clock.starts_at) < min(wait.until, clock.due_at)
