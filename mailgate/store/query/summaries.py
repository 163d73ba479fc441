"""Tickets, one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from mailgate.core.model import Status
from mailgate.store.database import Tx
from mailgate.store.tables import TicketRow
from mailgate.store.tables.tickets import IN_HAND
from mailgate.store.tickets import callback_of

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


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets are wanted; None: any. `late`: a promise of theirs is overdue."""

    status: Status | None = None
    queue: str | None = None
    customer: str | None = None
    assignee: str | None = None
    late: bool = False


def tickets(tx: Tx, wanted: TicketFilter, now: datetime) -> tuple[TicketSummary, ...]:
    """The tickets that pass the filter, newest first."""
    found = select(TicketRow).where(*_conditions(wanted, now)).order_by(col(TicketRow.number).desc())
    return tuple(fill(TicketSummary, row) for row in tx.exec(found))


def fill(shape: Callable[..., Shape], row: TicketRow) -> Shape:
    """Make a `TicketSummary`, or what has at least its fields, from a ticket's own columns."""
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
        callback=_callback(row),
        update_due_at=row.update_due_at,
        closed_at=row.closed_at,
    )


def _callback(row: TicketRow) -> CallbackShown | None:
    promise = callback_of(row)
    if promise is None:
        return None
    return CallbackShown(
        due_at=promise.due_at,
        kept_at=promise.kept_at,
        kept_by=promise.kept_by,
        calendar=promise.calendar,
        paused_minutes=promise.paused_minutes,
        kept_how=promise.kept_how,
        in_time=promise.in_time,
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
    call_back = and_(col(TicketRow.callback_kept_at).is_(None), col(TicketRow.callback_due_at) < now)
    return and_(col(TicketRow.status).in_(IN_HAND), or_(call_back, col(TicketRow.update_due_at) < now))
