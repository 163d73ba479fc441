"""The promises that fell due within a time: read along the index of the deadlines, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, inspect, select
from sqlmodel import col

from mailgate.core.sla import PROMISED, Owed
from mailgate.store.clocks import clock_of
from mailgate.store.database import Tx
from mailgate.store.tables import ClockRow, TicketRow

AT_ONCE = 1000
"""Rows that are in memory at a time."""

COLUMNS: tuple[Any, ...] = (
    *inspect(ClockRow).columns,
    *(TicketRow.queue, TicketRow.customer, TicketRow.status, TicketRow.waiting_since),
)
"""A clock's and its ticket's, read as they are: making an object of each row takes as long again."""


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
        yield Owed(clock_of(tx, row), row.queue, row.customer, row.status, row.waiting_since)


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
