"""Tickets, one line each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from mailgate.core.clocks import PAUSED_BY
from mailgate.core.model import Status
from mailgate.core.reckoning import margin
from mailgate.core.sla import PROMISED
from mailgate.core.ticket import Clock, Promise
from mailgate.store.clocks import clock_of
from mailgate.store.database import Tx
from mailgate.store.tables import ClockRow, TicketRow
from mailgate.store.tables.tickets import IN_HAND

Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True)
class CallbackShown:
    """A call-back promise and whether it was kept; `kept_by` is a technician's key."""

    due_at: datetime
    kept_at: datetime | None
    kept_by: str | None
    calendar: str
    paused_minutes: int
    kept_how: str | None
    in_time: bool | None


@dataclass(frozen=True, slots=True)
class TicketSummary:
    """A ticket without its story."""

    number: int
    queue: str
    kind: str
    status: Status
    level: int
    severity: str | None
    priority: str | None
    tags: tuple[str, ...]
    subject: str
    requester: str
    customer: str | None
    assignee: str | None
    opened_at: datetime
    callback: CallbackShown | None
    update_due_at: datetime | None
    closed_at: datetime | None
    merged_into: int | None


@dataclass(frozen=True, slots=True)
class DeadlineShown:
    """A promise that the desk still owes. `late_minutes` are the working time since its deadline, null while it has
    not passed, or when nobody noted the calendar."""

    promise: Promise
    due_at: datetime
    late_minutes: int | None


@dataclass(frozen=True, slots=True)
class TicketLine(TicketSummary):
    """A ticket in a list: the deadline that comes first among the clocks that run, and every one that has passed."""

    deadline: DeadlineShown | None
    late: tuple[DeadlineShown, ...]


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets are wanted; None: any. `late`: a promise of theirs is overdue."""

    status: Status | None = None
    queue: str | None = None
    customer: str | None = None
    assignee: str | None = None
    late: bool = False


Clocks = Mapping[Promise, Clock]
"""The newest clock of each promise of one ticket."""


def tickets(tx: Tx, wanted: TicketFilter, now: datetime) -> tuple[TicketLine, ...]:
    """The tickets that pass the filter, newest first."""
    chosen = select(TicketRow).where(*_conditions(wanted, now))
    clocks = _clocks(tx, select(TicketRow.number).where(*_conditions(wanted, now)))
    found = tx.exec(chosen.order_by(col(TicketRow.number).desc()))
    return tuple(_line(row, clocks.get(row.number, {}), now) for row in found)


def fill(shape: Callable[..., Shape], row: TicketRow, clocks: Clocks) -> Shape:
    """Make a `TicketSummary`, or what has at least its fields, from a ticket's own columns and its clocks."""
    update = clocks.get(Promise.UPDATE)
    return shape(
        number=row.number,
        queue=row.queue,
        kind=row.kind,
        status=row.status,
        level=row.level,
        severity=row.severity,
        priority=row.priority,
        tags=row.tags,
        subject=row.subject,
        requester=row.requester_mail,
        customer=row.customer,
        assignee=row.assignee,
        opened_at=row.opened_at,
        callback=_callback(clocks.get(Promise.CALLBACK)),
        update_due_at=update.due_at if update is not None and update.running else None,
        closed_at=row.closed_at,
        merged_into=row.merged_into,
    )


def _clocks(tx: Tx, numbers: SelectOfScalar[int]) -> Mapping[int, Clocks]:
    """The clocks of these tickets."""
    found: defaultdict[int, dict[Promise, Clock]] = defaultdict(dict)
    for row in tx.exec(select(ClockRow).where(col(ClockRow.ticket).in_(numbers)).order_by(col(ClockRow.id))):
        found[row.ticket][row.promise] = clock_of(tx, row)
    return found


def _line(row: TicketRow, clocks: Clocks, now: datetime) -> TicketLine:
    owed = tuple(_deadline(clock, now) for clock in _running(row, clocks))
    first = min(owed, key=lambda one: one.due_at, default=None)
    return fill(partial(TicketLine, deadline=first, late=tuple(one for one in owed if one.due_at < now)), row, clocks)


def _running(row: TicketRow, clocks: Clocks) -> Iterator[Clock]:
    """The clocks of the desk's promises that do not stand still."""
    for promise in PROMISED if row.status in IN_HAND else ():
        clock = clocks.get(promise)
        if clock is not None and clock.running and row.status not in PAUSED_BY[promise]:
            yield clock


def _deadline(clock: Clock, now: datetime) -> DeadlineShown:
    hours = clock.hours if clock.due_at < now else None
    late = None if hours is None else -margin(hours, now, clock.due_at)
    return DeadlineShown(clock.promise, clock.due_at, late)


def _callback(clock: Clock | None) -> CallbackShown | None:
    if clock is None:
        return None
    return CallbackShown(
        due_at=clock.due_at,
        kept_at=clock.kept_at,
        kept_by=clock.ended_by,
        calendar=clock.calendar,
        paused_minutes=clock.paused_minutes,
        kept_how=clock.how,
        in_time=clock.in_time,
    )


def _conditions(wanted: TicketFilter, now: datetime) -> Iterator[ColumnElement[bool]]:
    if wanted.status is not None:
        yield col(TicketRow.status) == wanted.status
    if wanted.queue is not None:
        yield col(TicketRow.queue) == wanted.queue
    if wanted.customer is not None:
        yield col(TicketRow.customer) == wanted.customer
    if wanted.assignee is not None:
        yield col(TicketRow.assignee) == wanted.assignee
    if wanted.late:
        yield _late(now)


def _late(now: datetime) -> ColumnElement[bool]:
    """A promise is overdue, unless its clock stands still."""
    owed = [_overdue(promise, now) for promise in PROMISED]
    return and_(col(TicketRow.status).in_(IN_HAND), or_(*owed))


def _overdue(promise: Promise, now: datetime) -> ColumnElement[bool]:
    clock = select(ClockRow.ticket).where(
        ClockRow.promise == promise, col(ClockRow.ended_at).is_(None), col(ClockRow.due_at) < now
    )
    return and_(col(TicketRow.number).in_(clock), col(TicketRow.status).not_in(PAUSED_BY[promise]))
