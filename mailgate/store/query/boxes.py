"""What waits: mail that nothing was decided about, and mail that did not leave yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from mailgate.core.model import Door
from mailgate.core.targets import shown
from mailgate.store import inbox as custody
from mailgate.store.columns import InboxKind, InboxState, OutboxState
from mailgate.store.database import Tx
from mailgate.store.tables import InboxRow, OutboxMessageRow, OutboxRow, saved

WAITING_IN = (InboxState.PENDING, InboxState.QUARANTINED)
WAITING_OUT = (OutboxState.PROMISED, OutboxState.HELD, OutboxState.LEASED, OutboxState.FAILED)


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One row that is pending or in quarantine. `size` is in octets; an event that is no mail has none."""

    id: int
    state: InboxState
    kind: InboxKind
    door: Door
    from_: str
    to: tuple[str, ...]
    received_at: datetime
    size: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One promise that was not kept yet; `kind` is its template."""

    id: int
    kind: str
    to: str
    subject: str
    ticket: int | None
    attempts: int
    next_attempt_at: datetime | None
    state: OutboxState
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one inbox row; `ticket` is the one it was decided to be about."""

    state: InboxState
    ticket: int | None
    reason: str | None


def inbox(tx: Tx) -> tuple[InboxLine, ...]:
    """What is pending or in quarantine, oldest first."""
    waiting = select(InboxRow).where(col(InboxRow.state).in_(WAITING_IN)).order_by(col(InboxRow.id))
    return tuple(_inbox_line(row) for row in tx.exec(waiting))


def outbox(tx: Tx) -> tuple[OutboxLine, ...]:
    """What is promised and not yet sent, oldest first; a failed row stays listed until somebody retries it."""
    waiting = select(OutboxRow).where(col(OutboxRow.state).in_(WAITING_OUT)).order_by(col(OutboxRow.id))
    return tuple(_outbox_line(row) for row in tx.exec(waiting))


def raw(tx: Tx, inbox_id: int) -> bytes | None:
    """A mail exactly as received, None when there is none of that id."""
    return custody.raw(tx, inbox_id)


def message(tx: Tx, outbox_id: int) -> bytes | None:
    """What leaves with an outbox row, byte for byte; None when there is none of that id."""
    row = tx.get(OutboxMessageRow, outbox_id)
    return None if row is None else row.message


def fate(tx: Tx, inbox_id: int) -> Fate | None:
    """What became of an inbox row, None when there is none of that id."""
    row = tx.get(InboxRow, inbox_id)
    return None if row is None else Fate(row.state, row.ticket, row.reason)


def _inbox_line(row: InboxRow) -> InboxLine:
    return InboxLine(
        id=saved(row.id),
        state=row.state,
        kind=row.kind,
        door=row.door,
        from_=row.envelope_from,
        to=row.recipients,
        received_at=row.received_at,
        size=row.size,
        reason=row.reason,
    )


def _outbox_line(row: OutboxRow) -> OutboxLine:
    return OutboxLine(
        id=saved(row.id),
        kind=row.template,
        to=shown(row.target),
        subject=row.subject,
        ticket=row.ticket,
        attempts=row.attempts,
        next_attempt_at=None if row.settled_at or row.state is OutboxState.HELD else row.next_attempt_at,
        state=row.state,
        last_error=row.last_error,
    )
