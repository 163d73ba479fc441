"""Deadlines as rows: they come back as `TimerFired` when they are due, whatever happened in between.

Setting a timer again makes a new row, so the one that fired and the one that its decision set never share an id, and
finishing the first cannot take the second away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Exists, bindparam, delete, exists, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from mailgate.core.events import TimerFired
from mailgate.store import rows
from mailgate.store.database import Tx
from mailgate.store.tables import TimerRow

_TIMERS = rows.table(TimerRow)
_OF_TICKET = select_columns(_TIMERS.c.id).where(
    _TIMERS.c.ticket == bindparam("of"), _TIMERS.c.kind == bindparam("named")
)
_OF_DESK = select_columns(_TIMERS.c.id).where(_TIMERS.c.ticket.is_(None), _TIMERS.c.kind == bindparam("named"))
_DUE = (
    select_columns(_TIMERS)
    .where(_TIMERS.c.due_at <= bindparam("now"))
    .order_by(_TIMERS.c.due_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_CANCEL = delete(_TIMERS).where(_TIMERS.c.ticket == bindparam("of"), _TIMERS.c.kind == bindparam("named"))


@dataclass(frozen=True, slots=True)
class Timer:
    """Come back at `due_at`; the desk's own has no ticket."""

    ticket: int | None
    kind: str
    due_at: datetime


def set_timer(tx: Tx, ticket: int | None, kind: str, due_at: datetime) -> None:
    """Come back at `due_at`; replaces the timer of this kind that the ticket (None: the desk itself) has."""
    set_timers(tx, (Timer(ticket, kind, due_at),))


def set_timers(tx: Tx, wanted: Sequence[Timer]) -> None:
    """Set several; of those with the same ticket and kind the last one counts."""
    timers = {(one.ticket, one.kind): one for one in wanted}.values()
    of_tickets = [{"of": one.ticket, "named": one.kind} for one in timers if one.ticket is not None]
    if of_tickets:
        rows.ask(tx, _CANCEL, of_tickets)
    for one in timers:
        if one.ticket is None:
            cancel(tx, None, one.kind)
    rows.add(tx, TimerRow, [{"ticket": one.ticket, "kind": one.kind, "due_at": one.due_at} for one in timers])


def cancel(tx: Tx, ticket: int | None, kind: str) -> None:
    """The ticket's (None: the desk's own) timer of this kind is not needed any more; harmless when there is none."""
    if ticket is not None:
        rows.ask(tx, _CANCEL, {"of": ticket, "named": kind})
    else:
        tx.exec(delete(TimerRow).where(col(TimerRow.ticket).is_(None), col(TimerRow.kind) == kind))


def cancel_others(tx: Tx, ticket: int, kept: Sequence[str]) -> None:
    """Nothing of the ticket comes due any more, but timers of these kinds."""
    tx.exec(delete(TimerRow).where(col(TimerRow.ticket) == ticket, col(TimerRow.kind).not_in(kept)))


def next_due(tx: Tx, now: datetime) -> TimerFired | None:
    """The timer that is overdue for longest."""
    row = rows.ask(tx, _DUE, {"now": now}).first()
    if row is None:
        return None
    return TimerFired(timer_id=row.id, kind=row.kind, ticket=row.ticket, due_at=row.due_at)


def is_set(tx: Tx, ticket: int | None, kind: str) -> bool:
    """Whether the ticket (None: the desk itself) has a timer of this kind."""
    whose = _OF_DESK if ticket is None else _OF_TICKET
    return rows.ask(tx, whose, {"of": ticket, "named": kind}).first() is not None


def of_kinds(tx: Tx, ticket: int, kinds: Sequence[str]) -> frozenset[str]:
    """Those of the kinds of which the ticket has a timer."""
    these = select(TimerRow.kind).where(TimerRow.ticket == ticket, col(TimerRow.kind).in_(kinds))
    return frozenset(tx.exec(these))


def of_desk(kind: str) -> Exists:
    """Whether the desk itself has a timer of this kind, as a part of a question."""
    return exists().where(_TIMERS.c.ticket.is_(None), _TIMERS.c.kind == kind)


def due_at(tx: Tx, ticket: int, kind: str) -> datetime | None:
    """When the ticket's timer of this kind is due, None when there is none."""
    return tx.exec(select(TimerRow.due_at).where(TimerRow.ticket == ticket, TimerRow.kind == kind)).first()


def is_begun(tx: Tx, kind: str) -> bool:
    """Whether the desk itself has a timer whose kind begins so."""
    one = select(TimerRow.id).where(col(TimerRow.ticket).is_(None), col(TimerRow.kind).startswith(kind))
    return tx.exec(one.limit(1)).first() is not None


def put_off(tx: Tx, timer_id: int, due_at: datetime) -> None:
    """The timer could not be decided; it comes back later."""
    tx.exec(update(TimerRow).where(col(TimerRow.id) == timer_id).values(due_at=due_at))


def finish(tx: Tx, timer_id: int) -> None:
    """The timer fired and was decided."""
    tx.exec(delete(TimerRow).where(col(TimerRow.id) == timer_id))
