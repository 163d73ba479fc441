"""The clocks and waits of tickets, and the calendars that promises were made on.

A calendar is kept as it was (an edition) with the first promise that is made on it, under a digest of what it says: its
hours, and three years of the days on which it is closed. The rules may change afterwards; the promise does not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, bindparam, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from mailgate.core.hours import Calendar, Span, parse_duration
from mailgate.core.lifecycle import RECORDED_WAITS
from mailgate.core.model import Status
from mailgate.core.recount import CALENDAR_CHANGED
from mailgate.core.ticket import Clock, Promise, Wait
from mailgate.store import rows, timers
from mailgate.store.database import Tx
from mailgate.store.tables import ClockRow, EditionRow, WaitRow

YEARS = 3
"""How many years of an edition's closed days are kept, from the year of the promise on."""

Closed = tuple[tuple[str, str], ...]

_KEPT = "editions that this transaction knows to be there"
_EDITIONS = rows.table(EditionRow)
_CLOCKS, _WAITS = rows.table(ClockRow), rows.table(WaitRow)
_OWED = select_columns(_CLOCKS).where(_CLOCKS.c.ticket == bindparam("of")).order_by(_CLOCKS.c.id)
_WAITED = select_columns(_WAITS).where(_WAITS.c.ticket == bindparam("of")).order_by(_WAITS.c.since, _WAITS.c.id)
_WAITING = select_columns(_WAITS.c.id, _WAITS.c.cause).where(
    _WAITS.c.ticket == bindparam("of"), _WAITS.c.until.is_(None)
)
_OVER = update(_WAITS).where(_WAITS.c.id == bindparam("wait")).values(until=bindparam("at"))
_IS_KEPT = select_columns(_EDITIONS.c.digest).where(_EDITIONS.c.digest == bindparam("one"))


@dataclass(frozen=True, slots=True)
class Edition:
    """The closed days of a calendar as it was; called with a day it names the holiday."""

    digest: str
    days: Mapping[str, str] = field(hash=False)

    def __call__(self, day: date) -> str | None:
        return self.days.get(day.isoformat())


_READ: dict[str, Calendar] = {}
"""Editions that were read once: a digest never comes to mean another calendar, and there are few of them."""


def set_clock(tx: Tx, ticket: int, clock: Clock) -> None:
    """Note a clock as it now stands. The same promise asked for at the same moment is the same row."""
    same = (ClockRow.ticket == ticket, ClockRow.promise == clock.promise, ClockRow.asked_at == clock.asked_at)
    known = tx.exec(select(ClockRow.id).where(*same)).first()
    if known is None:
        start_clocks(tx, ticket, (clock,))
    else:
        tx.merge(row_of(tx, ticket, clock, known))
        tx.flush()


def start_clocks(tx: Tx, ticket: int, clocks: Sequence[Clock]) -> None:
    """Note clocks that the ticket does not have yet."""
    once = {(clock.promise, clock.asked_at): clock for clock in clocks}.values()
    rows.add(tx, ClockRow, [_columns(ticket, clock, edition_kept(tx, clock)) for clock in once])


def row_of(tx: Tx, ticket: int, clock: Clock, identity: int | None = None) -> ClockRow:
    """A clock in columns, with the calendar that it was made on kept."""
    return ClockRow(id=identity, **_columns(ticket, clock, edition_kept(tx, clock)))


def _columns(ticket: int, clock: Clock, edition: str | None) -> dict[str, Any]:
    return {
        "ticket": ticket,
        "promise": clock.promise,
        "calendar": clock.calendar,
        "edition": edition,
        "delay": None if clock.delay is None else str(clock.delay),
        "asked_at": clock.asked_at,
        "starts_at": clock.starts_at,
        "due_at": clock.due_at,
        "paused_minutes": clock.paused_minutes,
        "ended_at": clock.ended_at,
        "ending": clock.ending,
        "ended_by": clock.ended_by,
        "how": clock.how,
    }


def turn_to(tx: Tx, ticket: int, status: Status, at: datetime) -> None:
    """End the wait that the ticket is in, and begin another if its status is one."""
    there = rows.ask(tx, _WAITING, {"of": ticket}).first()
    if there is not None and there.cause == status:
        return
    if there is not None:
        rows.ask(tx, _OVER, {"wait": there.id, "at": at})
    begin_with(tx, ticket, status, at)


def begin_with(tx: Tx, ticket: int, status: Status, at: datetime) -> None:
    """Begin a wait if the status of a ticket that is in none is one."""
    if status in RECORDED_WAITS:
        rows.add_one(tx, WaitRow, ticket=ticket, cause=status, since=at)


def clocks_of(tx: Tx, ticket: int) -> tuple[Clock, ...]:
    """Every clock of a ticket, oldest first, and what is still owed last: an undone mail may have left a younger one
    that applies no longer."""
    known = rows.ask(tx, _OWED, {"of": ticket})
    return tuple(clock_of(tx, row) for row in sorted(known, key=lambda row: row.ended_at is None))


def newest(clocks: Iterable[Clock]) -> Mapping[Promise, Clock]:
    """Of each promise the clock that was started last; `clocks` are a ticket's, oldest first."""
    return {clock.promise: clock for clock in clocks}


def clock_of(tx: Tx, row: ClockRow | Row[Any]) -> Clock:
    """A clock as the core sees it."""
    return Clock(
        promise=row.promise,
        calendar=row.calendar,
        asked_at=row.asked_at,
        starts_at=row.starts_at,
        due_at=row.due_at,
        delay=None if row.delay is None else parse_duration(row.delay),
        hours=None if row.edition is None else calendar_as_it_was(tx, row.edition),
        paused_minutes=row.paused_minutes,
        ended_at=row.ended_at,
        ending=row.ending,
        ended_by=row.ended_by,
        how=row.how,
    )


def calendar_as_it_was(tx: Tx, digest: str) -> Calendar:
    """The calendar of an edition; the same one gives the same object."""
    if digest not in _READ:
        row = tx.get_one(EditionRow, digest)
        week = tuple(tuple(_span(*span) for span in day) for day in row.week)
        _READ[digest] = Calendar(row.calendar, row.timezone, week, Edition(digest, dict(row.closed)))
    return _READ[digest]


def waits_of(tx: Tx, ticket: int) -> tuple[Wait, ...]:
    """Every wait of a ticket, oldest first; one that was undone took no time, and is none."""
    known = rows.ask(tx, _WAITED, {"of": ticket})
    return tuple(Wait(row.cause, row.since, row.until) for row in known if row.until != row.since)


def outdated(tx: Tx, calendars: Mapping[str, Calendar]) -> tuple[int, ...]:
    """The tickets with a promise that runs on another edition of a calendar than the rules now have."""
    running = select(ClockRow.ticket, ClockRow.calendar, ClockRow.edition, EditionRow.year).join(
        EditionRow, col(EditionRow.digest) == col(ClockRow.edition)
    )
    found = tx.exec(running.where(col(ClockRow.ended_at).is_(None))).all()
    return tuple(
        dict.fromkeys(
            ticket
            for ticket, calendar, edition, year in found
            if calendar in calendars and edition_of(calendars[calendar], year)[0] != edition
        )
    )


def take_up(tx: Tx, calendars: Mapping[str, Calendar], now: datetime) -> None:
    """Have every promise looked at again that was made on another edition of a calendar than the rules now have."""
    for ticket in outdated(tx, calendars):
        timers.set_timer(tx, ticket, CALENDAR_CHANGED, now)


@lru_cache(maxsize=256)
def edition_of(calendar: Calendar, year: int) -> tuple[str, Closed]:
    """The digest of a calendar as it is from January 1 of `year` on, and the days on which it is closed."""
    day, last = date(year, 1, 1), date(year + YEARS, 1, 1)
    closed = []
    while day < last:
        name = calendar.closed(day)
        if name is not None:
            closed.append((day.isoformat(), name))
        day += timedelta(days=1)
    return digest_of(calendar.name, calendar.timezone, _week(calendar), closed), tuple(closed)


def digest_of(calendar: str, timezone: str, week: Sequence[Any], closed: Sequence[Any]) -> str:
    """What an edition is known by, made of all that `EditionRow` holds of it but the year."""
    said = json.dumps([calendar, timezone, week, closed], ensure_ascii=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def edition_kept(tx: Tx, clock: Clock) -> str | None:
    """The digest of the clock's calendar, which is kept if it is not yet."""
    hours = clock.hours
    if hours is None:
        return None
    year = clock.asked_at.astimezone(hours.zone).year
    known = _digest_of(hours)
    if known is not None:
        return known
    digest, closed = edition_of(hours, year)
    kept = tx.info.setdefault(_KEPT, set())
    if digest not in kept and rows.ask(tx, _IS_KEPT, {"one": digest}).first() is None:
        week, days = _week(hours), [list(one) for one in closed]
        names = {"calendar": hours.name, "timezone": hours.timezone, "year": year}
        rows.add_one(tx, EditionRow, digest=digest, week=week, closed=days, **names)
    kept.add(digest)
    return digest


def _digest_of(hours: Calendar) -> str | None:
    """The edition that this calendar was read from."""
    return hours.closed.digest if isinstance(hours.closed, Edition) else None


def _week(calendar: Calendar) -> list[list[list[str]]]:
    return [[[f"{one.start:%H:%M}", f"{one.end:%H:%M}"] for one in day] for day in calendar.week]


def _span(start: str, end: str) -> Span:
    return Span(time.fromisoformat(start), time.fromisoformat(end))
