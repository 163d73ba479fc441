"""What should have moved by now and did not: counted, because there may be many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select

from mailgate.core.delivery import Lane
from mailgate.core.model import PageState, Status
from mailgate.core.ticket import Promise
from mailgate.store.columns import InboxState, OutboxState
from mailgate.store.database import Tx
from mailgate.store.query.overdue import IN_MOTION
from mailgate.store.tables import ClockRow, FloodRow, InboxRow, OutboxRow, PageRow, TicketRow
from mailgate.store.tables.boxes import OPEN


@dataclass(frozen=True, slots=True)
class Heap:
    """Rows that lie there: how many, and since when the oldest does. `reason` is what was last said about that one."""

    rows: int = 0
    since: datetime | None = None
    reason: str | None = None


def undecided(tx: Tx, state: InboxState) -> Heap:
    """Mails and events in the inbox that nothing was decided about: pending, or in quarantine."""
    there = col(InboxRow.state) == state
    rows = tx.exec(select(func.count()).where(there)).one()
    oldest = tx.exec(select(InboxRow).where(there).order_by(col(InboxRow.id)).limit(1)).first()
    return Heap(rows, oldest.received_at, oldest.reason) if oldest else Heap()


def unsent(tx: Tx, lane: Lane, before: datetime) -> Heap:
    """Promises made before then and still not sent. A page that waits for the opening hours is not late, and what a
    restore holds waits for the operator."""
    tried = or_(col(OutboxRow.attempts) > 0, col(OutboxRow.next_attempt_at) < before)
    late = (OPEN, col(OutboxRow.promised_at) < before, IN_MOTION)
    return _heap(tx, *late, col(OutboxRow.lane) == lane, tried)


def failed(tx: Tx) -> Heap:
    """Promises that were given up."""
    return _heap(tx, col(OutboxRow.state) == OutboxState.FAILED)


def unanswered(tx: Tx, now: datetime) -> tuple[int, ...]:
    """Tickets that somebody was paged for and nobody took, although the promise to call back is overdue."""
    seen = select(PageRow.ticket).where(col(PageRow.acknowledged_at).is_not(None), PageRow.ticket == TicketRow.number)
    paged = select(PageRow.ticket).where(col(PageRow.sent_at).is_not(None), PageRow.ticket == TicketRow.number)
    late = select(ClockRow.ticket).where(
        ClockRow.promise == Promise.CALLBACK,
        col(ClockRow.ended_at).is_(None),
        col(ClockRow.due_at) < now,
        ClockRow.ticket == TicketRow.number,
    )
    waits = (col(TicketRow.status) == Status.NEW, late.exists(), paged.exists(), ~seen.exists())
    new = select(TicketRow.number).where(*waits)
    return tuple(tx.exec(new.order_by(col(TicketRow.number))))


def exhausted(tx: Tx) -> tuple[int, ...]:
    """Tickets that nobody has, whose pages, or those that told of them in a flood, nobody answered to the last step."""
    front = select(FloodRow.front).where(FloodRow.ticket == TicketRow.number).correlate(TicketRow).scalar_subquery()
    told = or_(col(PageRow.ticket) == TicketRow.number, col(PageRow.ticket) == front)
    over = select(PageRow.id).where(told, PageRow.state == PageState.EXHAUSTED)
    seen = select(PageRow.id).where(told, col(PageRow.acknowledged_at).is_not(None))
    left = select(TicketRow.number).where(TicketRow.status == Status.NEW, over.exists(), ~seen.exists())
    return tuple(tx.exec(left.order_by(col(TicketRow.number))))


def _heap(tx: Tx, *conditions: ColumnElement[bool]) -> Heap:
    rows = tx.exec(select(func.count()).where(*conditions)).one()
    oldest = tx.exec(select(OutboxRow).where(*conditions).order_by(col(OutboxRow.id)).limit(1)).first()
    return Heap(rows, oldest.promised_at, oldest.last_error) if oldest else Heap()
