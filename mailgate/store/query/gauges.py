"""What a monitor counts, each time it asks: only what is not finished, so it costs the same after ten years.

Pages are counted for the tickets that still are somebody's work: who never answered the page of a ticket that others
solved is no news.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_
from sqlmodel import col, select

from mailgate.core.clocks import PAUSED_BY
from mailgate.core.delivery import Lane
from mailgate.core.model import PageState, Status
from mailgate.core.ticket import Promise
from mailgate.store.columns import OutboxState
from mailgate.store.database import Tx
from mailgate.store.query.arrears import undecided
from mailgate.store.query.boxes import WAITING_IN, WAITING_OUT
from mailgate.store.tables import ClockRow, OutboxRow, PageRow, TicketRow, TimerRow
from mailgate.store.tables.boxes import OPEN
from mailgate.store.tables.clocks import RUNNING
from mailgate.store.tables.tickets import CARRIED

_FAILED = col(OutboxRow.state) == OutboxState.FAILED


@dataclass(frozen=True, slots=True)
class Pile:
    """Rows of one kind, named by `labels`, and since when the oldest of them should have moved."""

    labels: tuple[str, ...]
    rows: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gauges:
    """Every pile, the empty ones included: `inbox` by state, `outbox` by lane and state, `pages` by state, clocks that
    are `running` and `late` by promise (what stands still is not late); `timers` are those that are overdue. An outbox
    row that waits for the opening hours is a row, and not since anything."""

    inbox: tuple[Pile, ...]
    outbox: tuple[Pile, ...]
    pages: tuple[Pile, ...]
    running: tuple[Pile, ...]
    late: tuple[Pile, ...]
    timers: Pile


def gauges(tx: Tx, now: datetime) -> Gauges:
    """Count."""
    return Gauges(
        inbox=tuple(_inbox(tx)),
        outbox=tuple(_all(_outbox(tx, now), ((lane, state) for lane in Lane for state in WAITING_OUT))),
        pages=tuple(_all(_pages(tx), ((state,) for state in PageState))),
        running=tuple(_all(_running(tx), ((promise,) for promise in Promise))),
        late=tuple(_all(_late(tx, now), ((promise,) for promise in Promise))),
        timers=_timers(tx, now),
    )


def _inbox(tx: Tx) -> Iterator[Pile]:
    for state in WAITING_IN:
        heap = undecided(tx, state)
        yield Pile((state.value,), heap.rows, heap.since)


def _outbox(tx: Tx, now: datetime) -> Iterator[Pile]:
    tried = or_(col(OutboxRow.attempts) > 0, col(OutboxRow.next_attempt_at) <= now)
    since = func.min(case((tried, col(OutboxRow.promised_at))))
    for condition in (OPEN, _FAILED):
        counted = select(OutboxRow.lane, OutboxRow.state, func.count(), since).where(condition)
        for lane, state, rows, oldest in tx.exec(counted.group_by(col(OutboxRow.lane), col(OutboxRow.state))):
            yield Pile((str(lane), str(state)), rows, oldest)


def _pages(tx: Tx) -> Iterator[Pile]:
    of_work = and_(col(PageRow.ticket) == col(TicketRow.number), CARRIED)
    since = func.min(col(PageRow.promised_at))
    alarming = or_(col(PageRow.state) != PageState.EXHAUSTED, col(TicketRow.status) == Status.NEW)
    counted = select(PageRow.state, func.count(), since).join(TicketRow, of_work).where(alarming)
    counted = counted.group_by(col(PageRow.state))
    for state, rows, oldest in tx.exec(counted):
        yield Pile((str(state),), rows, oldest)


def _running(tx: Tx) -> Iterator[Pile]:
    counted = select(ClockRow.promise, func.count()).where(RUNNING).group_by(col(ClockRow.promise))
    for promise, rows in tx.exec(counted):
        yield Pile((str(promise),), rows)


def _late(tx: Tx, now: datetime) -> Iterator[Pile]:
    """Those that are overdue while it is the desk's turn."""
    overdue = (RUNNING, col(ClockRow.due_at) < now)
    counted = select(ClockRow.promise, TicketRow.status, func.count(), func.min(col(ClockRow.due_at)))
    of_ticket = counted.join(TicketRow, col(ClockRow.ticket) == col(TicketRow.number)).where(*overdue)
    found = [
        (Promise(promise), rows, since)
        for promise, status, rows, since in tx.exec(of_ticket.group_by(col(ClockRow.promise), col(TicketRow.status)))
        if Status(status) not in PAUSED_BY[Promise(promise)]
    ]
    for promise in {one for one, _, _ in found}:
        of_it = [(rows, since) for one, rows, since in found if one is promise]
        yield Pile((promise.value,), sum(rows for rows, _ in of_it), min(since for _, since in of_it))


def _timers(tx: Tx, now: datetime) -> Pile:
    rows, oldest = tx.exec(select(func.count(), func.min(col(TimerRow.due_at))).where(TimerRow.due_at <= now)).one()
    return Pile((), rows, oldest)


def _all(counted: Iterable[Pile], every: Iterable[tuple[str, ...]]) -> Iterator[Pile]:
    """A series that comes and goes with its rows cannot be alarmed upon."""
    known = {pile.labels: pile for pile in counted}
    for labels in every:
        plain = tuple(map(str, labels))
        yield known.get(plain, Pile(plain))
