"""The promises that fell due within a time: read along the index of the deadlines, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import col

from mailgate.core.hours import parse_duration
from mailgate.core.sla import PROMISED, Owed
from mailgate.store.clocks import calendar_as_it_was
from mailgate.store.database import Tx
from mailgate.store.tables import ClockRow, TicketRow

AT_ONCE = 1000
"""Rows that are in memory at a time."""


COLUMNS: tuple[Any, ...] = (
    *(ClockRow.promise, ClockRow.starts_at, ClockRow.due_at, ClockRow.delay, ClockRow.edition),
    *(ClockRow.paused_minutes, ClockRow.ended_at, ClockRow.ending),
    *(TicketRow.queue, TicketRow.customer, TicketRow.status, TicketRow.waiting_since),
)


@dataclass(frozen=True, slots=True)
class FallenDue:
    """Which promises are wanted: due from `since` until before `until`; None: any queue, any customer."""

    since: datetime
    until: datetime
    queue: str | None = None
    customer: str | None = None


def fallen_due(tx: Tx, wanted: FallenDue) -> Iterator[Owed]:
    """The desk's promises that fell due, in no order."""
    for row in tx.execute(statement(wanted)).yield_per(AT_ONCE):
        yield _owed(tx, row)


def statement(wanted: FallenDue) -> Select[Any]:
    """What the database is asked."""
    of_ticket = col(TicketRow.number) == col(ClockRow.ticket)
    return select(*COLUMNS).join_from(ClockRow, TicketRow, of_ticket).where(*_conditions(wanted))


def _conditions(wanted: FallenDue) -> Iterator[ColumnElement[bool]]:
    yield col(ClockRow.due_at) >= wanted.since
    yield col(ClockRow.due_at) < wanted.until
    yield col(ClockRow.promise).in_(PROMISED)
    if wanted.queue is not None:
        yield col(TicketRow.queue) == wanted.queue
    if wanted.customer is not None:
        yield col(TicketRow.customer) == wanted.customer


def _owed(tx: Tx, row: Any) -> Owed:
    return Owed(
        promise=row.promise,
        queue=row.queue,
        customer=row.customer,
        status=row.status,
        starts_at=row.starts_at,
        due_at=row.due_at,
        delay=None if row.delay is None else parse_duration(row.delay),
        hours=None if row.edition is None else calendar_as_it_was(tx, row.edition),
        paused_minutes=row.paused_minutes,
        ended_at=row.ended_at,
        ending=row.ending,
        waiting_since=row.waiting_since,
    )
