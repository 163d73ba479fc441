"""Promises of tickets: each runs once at a time, ends as it says, is watched, and agrees with the waits that it stood
still in (hazards I18 and I34).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from sqlalchemy import Integer, Text, and_, cast, exists, func, literal, not_, or_, select, type_coerce
from sqlmodel import col

from mailgate.core.clocks import PAUSED_BY
from mailgate.core.hours import add_working, due
from mailgate.core.lateness import WARNING
from mailgate.core.lifecycle import ACTIVE, RECORDED_WAITS, WAITING
from mailgate.core.model import Status
from mailgate.core.ticket import Clock, Ending, Promise
from mailgate.store import rows
from mailgate.store.clocks import clock_of, digest_of
from mailgate.store.database import Tx
from mailgate.store.tables import ClockRow, EditionRow, JournalRow, TicketRow, TimerRow, WaitRow
from mailgate.store.verify.findings import FETCHED, Broken, Question, those

id_, ticket, promise = col(ClockRow.id), col(ClockRow.ticket), col(ClockRow.promise)
asked_at, starts_at, due_at = col(ClockRow.asked_at), col(ClockRow.starts_at), col(ClockRow.due_at)
ended_at, ending, paused = col(ClockRow.ended_at), col(ClockRow.ending), col(ClockRow.paused_minutes)
_CLOCKS = rows.table(ClockRow)
is_running = ended_at.is_(None)
status, since, until = col(TicketRow.status), col(WaitRow.since), col(WaitRow.until)

is_whole = or_(
    and_(is_running, ending.is_(None), col(ClockRow.ended_by).is_(None), col(ClockRow.how).is_(None)),
    and_(ended_at <= due_at, ending == Ending.KEPT),
    and_(ended_at > due_at, ending == Ending.LATE),
    and_(ended_at > due_at, ending == Ending.KEPT, promise == Promise.CLOSING),
    and_(ended_at.is_not(None), ending == Ending.NO_LONGER),
)
counts = or_(
    *(and_(promise == one, status.in_(ACTIVE - PAUSED_BY[one])) for one in Promise),
    and_(promise == Promise.CLOSING, status == Status.RESOLVED),
)
"""Whether the clock is running and does not stand still."""

word = type_coerce(promise, Text)
timer = exists().where(col(TimerRow.ticket) == ticket, col(TimerRow.kind) == word + WARNING)
told = exists().where(
    col(JournalRow.ticket) == ticket,
    col(JournalRow.at) >= due_at,
    col(JournalRow.because).like(literal("%the ") + word + " of #% is late%"),
)
"""Words of the journal (core.lateness): the promise was broken, and people heard of it."""


def _overlapping(tx: Tx, _now: datetime) -> Iterator[Broken]:
    """Neighbours among the waits of a ticket, in the order in which they began; one that was undone took no time."""
    waits = (
        select(col(WaitRow.ticket), since, until, col(WaitRow.id))
        .where(or_(until.is_(None), until > since))
        .order_by(col(WaitRow.ticket), since, col(WaitRow.id))
        .execution_options(yield_per=FETCHED)
    )
    with tx.connection().execute(waits) as found:
        for (first, _, its_end, _), (second, begins, _, row) in pairwise(found):
            if first == second and (its_end is None or its_end > begins):
                yield Broken(str(row), f"ticket {second}: begins before the wait before it ends")


def _edited(tx: Tx, _now: datetime) -> Iterator[Broken]:
    """Calendars that are not what their digest was made of."""
    for row in tx.scalars(select(EditionRow).execution_options(yield_per=FETCHED)):
        if row.digest != digest_of(row.calendar, row.timezone, row.week, row.closed):
            yield Broken(row.digest, f"calendar {row.calendar} of {row.year}")


def _miscounted(tx: Tx, _now: datetime) -> Iterator[Broken]:
    """Clocks counted again, as far as it is known on what; of one that an earlier mailgate made it is not."""
    known = select(_CLOCKS).where(_CLOCKS.c.edition.is_not(None), _CLOCKS.c.delay.is_not(None))
    with tx.connection().execute(known.execution_options(yield_per=FETCHED)) as found:
        for row in found:
            counted = _counted(clock_of(tx, row))
            if counted != row.due_at:
                yield Broken(str(row.id), f"ticket {row.ticket}: {row.promise} is due {row.due_at}, counted {counted}")


def _counted(clock: Clock) -> datetime | None:
    """When the clock is due, from when it was asked for."""
    if clock.hours is None or clock.delay is None:
        return None
    without_waits = due(clock.hours, clock.asked_at, clock.delay)
    return add_working(clock.hours, without_waits, clock.paused_minutes) if clock.paused_minutes else without_waits


CLOCKS = (
    Question(
        "one-clock", "I34", "a ticket owes each promise once at a time", ClockRow,
        those(
            select(ticket, promise, func.count().label("running"))
            .where(is_running)
            .group_by(ticket, promise)
            .having(func.count() > 1)
        ),
    ),
    Question(
        "clock-ends", "I34", "a promise that ended was kept, late or dropped, as its time says", ClockRow,
        those(select(id_, ticket, promise, due_at, ended_at, ending).where(func.coalesce(not_(is_whole), True))),
    ),
    Question(
        "clock-times", "I34", "a promise is due after it began, and stood still for whole minutes", ClockRow,
        those(
            select(id_, ticket, promise, asked_at, starts_at, due_at, paused).where(
                or_(asked_at > starts_at, starts_at > due_at, paused < 0, paused != cast(paused, Integer))
            )
        ),
    ),
    Question("editions", "I34", "a calendar is as promises were made on it", EditionRow, _edited),
    Question("clock-due", "I22", "a promise is due when its calendar says, and its waits", ClockRow, _miscounted),
    Question(
        "clock-watched", "I18", "somebody will hear of a promise that runs, or has heard that it is late", ClockRow,
        those(
            select(id_, ticket, promise, due_at)
            .join(TicketRow, col(TicketRow.number) == ticket)
            .where(is_running, counts, ~timer, ~told)
        ),
    ),
    Question(
        "waits", "I34", "a ticket waits exactly while its status does", TicketRow,
        those(
            select(col(TicketRow.number), status, col(WaitRow.cause), since)
            .outerjoin(WaitRow, and_(col(WaitRow.ticket) == col(TicketRow.number), until.is_(None)))
            .where(
                or_(
                    and_(status.in_(RECORDED_WAITS), col(WaitRow.cause).is_distinct_from(status)),
                    and_(status.not_in(RECORDED_WAITS), col(WaitRow.cause).is_not(None)),
                    and_(status.in_(WAITING), since.is_distinct_from(col(TicketRow.waiting_since))),
                )
            )
        ),
    ),
    Question(
        "waits-end", "I34", "a wait ends after it began", WaitRow,
        those(select(col(WaitRow.id), col(WaitRow.ticket), since, until).where(until < since)),
    ),
    Question("waits-apart", "I34", "a ticket waits for one thing at a time", WaitRow, _overlapping),
)  # fmt: skip
"""What must be true of clocks and waits."""
