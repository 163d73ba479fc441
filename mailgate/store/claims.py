"""Who of several nodes decides an event: claimed inside the deciding transaction (design.md §3, hazards F38).

    the floor   the ticket counter's row: nodes decide one after the other, so what one saw holds until its commit
    the row     the event's own, locked and looked at again: whoever comes second finds it decided, and leaves it

With the row comes what holds back the promises about it (store.restored).

Always in this order. The other way round, a node with a timer in its hand that waits for the floor, and the node that
has the floor and cancels that timer, would wait for each other. On SQLite the one writer has the floor.

Who settles what left has no floor, and of several mails at once no order that agrees with everybody's: they give way.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func
from sqlalchemy import select as select_columns
from sqlmodel import select

from mailgate.store import restored, rows
from mailgate.store.columns import InboxState
from mailgate.store.database import Tx
from mailgate.store.restored import MARK
from mailgate.store.tables import CounterRow, InboxRow, TimerRow
from mailgate.store.ticket_changes import TICKET_COUNTER

YIELD = "250ms"
"""How long who gives way waits for others; shorter than PostgreSQL's deadlock_timeout, which ends either of two."""

_INBOX, _COUNTERS = rows.table(InboxRow), rows.table(CounterRow)
_FLOOR = select_columns(_COUNTERS.c.name).where(_COUNTERS.c.name == TICKET_COUNTER).with_for_update()
_CAME = func.coalesce(_INBOX.c.arrived_at, _INBOX.c.received_at).label("came")
_PENDING = (
    select_columns(_CAME, MARK.label("mark"))
    .where(_INBOX.c.id == bindparam("own"), _INBOX.c.state == InboxState.PENDING)
    .with_for_update(skip_locked=True)
)


def claim_mail(tx: Tx, inbox_id: int) -> bool:
    """Take the floor and a pending inbox row; False when somebody else has it, or decided it."""
    take_floor(tx)
    row = rows.ask(tx, _PENDING, {"own": inbox_id}).first()
    if row is not None:
        restored.cover(tx, row.came, row.mark)
    return row is not None


def claim_timer(tx: Tx, timer_id: int, now: datetime) -> bool:
    """Take the floor and a timer that is due; False when it fired elsewhere, or was cancelled, replaced or put off."""
    take_floor(tx)
    due = select(TimerRow.kind, TimerRow.ticket, TimerRow.due_at, MARK)
    due = due.where(TimerRow.id == timer_id, TimerRow.due_at <= now)
    row = tx.exec(due.with_for_update(skip_locked=True)).first()
    if row is not None:
        restored.cover_timer(tx, *row)
    return row is not None


def take_floor(tx: Tx) -> None:
    """Wait until no other node decides; held until the transaction ends."""
    rows.ask(tx, _FLOOR).one()


def give_way(tx: Tx) -> None:
    """Who has to wait in this transaction for a node that may be waiting for it, soon hears a DATABASE_FAULT instead,
    and must do its things one by one."""
    if tx.connection().dialect.name == "postgresql":
        tx.connection().exec_driver_sql(f"SET LOCAL lock_timeout = '{YIELD}'")
