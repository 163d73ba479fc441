"""What is first in line, and since when: an auditor that looks again later sees whether the line moves.

Each question is answered by one row of an index, however long the line is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from mailgate.core.delivery import Lane
from mailgate.store.columns import InboxState, OutboxState
from mailgate.store.database import Tx
from mailgate.store.tables import CounterRow, InboxRow, JournalRow, OutboxRow, PageRow, TimerRow, saved
from mailgate.store.tables.boxes import OPEN

PROOF = "audit"
"""The name of the counter that is written to prove that the database can be written."""

DRILL = "drill"

IN_MOTION = col(OutboxRow.state) != OutboxState.HELD
"""Not held after a restore, which is told by itself."""

LATELY = 200
"""How many mails are looked at: of those that left last, and of those that wait for longest."""


@dataclass(frozen=True, slots=True)
class First:
    """The row that is first in line, and since when it could have been taken."""

    row: int
    since: datetime


def undecided(tx: Tx) -> First | None:
    """The oldest inbox row that nothing was decided about."""
    pending = select(InboxRow.id, InboxRow.received_at).where(InboxRow.state == InboxState.PENDING)
    return _first(tx, pending.order_by(col(InboxRow.id)))


def unfired(tx: Tx, now: datetime) -> First | None:
    """The timer that is overdue for longest."""
    due = select(TimerRow.id, TimerRow.due_at).where(TimerRow.due_at <= now)
    return _first(tx, due.order_by(col(TimerRow.due_at)))


def untaken(tx: Tx, lane: Lane, now: datetime) -> First | None:
    """The outbox row that nobody takes for longest, or whose lease ended and nobody took it over."""
    due = (OutboxRow.lane == lane, OPEN, OutboxRow.next_attempt_at <= now)
    waiting = select(OutboxRow.id, OutboxRow.next_attempt_at).where(*due)
    return _first(tx, waiting.order_by(col(OutboxRow.next_attempt_at)))


def unreached(tx: Tx, before: datetime) -> First | None:
    """The oldest page, promised and due before then, to somebody whom no page of the same ticket has reached.

    A drill tells by itself what came of it."""
    other = (PageRow.ticket == OutboxRow.ticket, PageRow.technician == OutboxRow.technician)
    reached = select(PageRow.id).where(*other, col(PageRow.sent_at).is_not(None)).exists()
    tried = (col(OutboxRow.attempts) > 0) | (col(OutboxRow.next_attempt_at) < before)
    late = (col(OutboxRow.lane) == Lane.PAGE, OPEN, IN_MOTION, col(OutboxRow.promised_at) < before)
    counts = col(OutboxRow.template) != DRILL
    waiting = select(OutboxRow.id, OutboxRow.promised_at).where(*late, tried, counts, ~reached)
    return _first(tx, waiting.order_by(col(OutboxRow.id)))


def unsent_mail(tx: Tx, before: datetime) -> First | None:
    """The oldest mail promised before then that was tried in vain, when no mail has left since it was promised.

    To one address alone, that may be the address's own affair."""
    late = (
        col(OutboxRow.lane).in_(Lane),  # the index of what is open begins with it
        OPEN,
        IN_MOTION,
        col(OutboxRow.by_mail).is_(True),
        col(OutboxRow.promised_at) < before,
        col(OutboxRow.attempts) > 0,
    )
    waiting = tx.exec(select(OutboxRow).where(*late).order_by(col(OutboxRow.id)).limit(LATELY)).all()
    left = newest_sent(tx)
    if len({row.target for row in waiting}) < 2 or (left is not None and left >= waiting[0].promised_at):
        return None
    return First(saved(waiting[0].id), waiting[0].promised_at)


def newest_sent(tx: Tx) -> datetime | None:
    """When a mail left last."""
    sent = (OutboxRow.state == OutboxState.SENT, col(OutboxRow.by_mail))
    lately = select(OutboxRow.settled_at).where(*sent).order_by(col(OutboxRow.id).desc()).limit(LATELY)
    return max((at for at in tx.exec(lately) if at is not None), default=None)


def newest_entry(tx: Tx) -> datetime | None:
    """When something was journaled or received last."""
    journal = tx.exec(select(JournalRow.at).order_by(col(JournalRow.id).desc()).limit(1)).first()
    received = tx.exec(select(InboxRow.received_at).order_by(col(InboxRow.id).desc()).limit(1)).first()
    return max((at for at in (journal, received) if at is not None), default=None)


def prove_writable(tx: Tx) -> None:
    """Write a row, so that the commit that follows proves that the database takes one."""
    row = tx.get(CounterRow, PROOF)
    tx.merge(CounterRow(name=PROOF, next=1 if row is None else row.next + 1))


def _first(tx: Tx, line: Select[int | None, datetime]) -> First | None:
    found = tx.exec(line.limit(1)).first()
    return None if found is None else First(saved(found[0]), found[1])
