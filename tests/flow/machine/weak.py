"""Builds without one of the defences that the machine relies on. Each was somebody's program once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Engine, event, update
from sqlmodel import col, select

from mailgate.core.decision import Decision
from mailgate.core.delivery import Delivered
from mailgate.core.events import MailReceived
from mailgate.core.seen import Twin
from mailgate.store import outbox
from mailgate.store.columns import InboxState
from mailgate.store.database import Tx
from mailgate.store.tables import InboxRow, MessageRow
from tests.flow.forgeries.weakening import Weakening, always


def _marked_later(_done: Callable[..., None]) -> Callable[..., None]:
    """The row is done in a transaction of its own, behind the one that decided."""

    def done(tx: Tx, inbox_id: int, decision: Decision, now: datetime) -> None:
        engine = cast(Engine, tx.get_bind())
        values = {"outcome": decision.outcome, "ticket": decision.ticket, "level": decision.findings.level}
        row = update(InboxRow).where(col(InboxRow.id) == inbox_id, col(InboxRow.state) == InboxState.PENDING)
        row = row.values(state=InboxState.DONE, done_at=now, **values)

        def mark(_tx: Tx, transaction: Any) -> None:
            if transaction.parent is None and committed:
                with engine.begin() as connection:
                    connection.execute(row)

        committed: list[Tx] = []
        event.listen(tx, "after_commit", committed.append)
        event.listen(tx, "after_transaction_end", mark)

    return done


def _by_message_id(_twins: Callable[..., Any]) -> Callable[..., tuple[Twin, ...]]:
    """The same Message-ID is the same mail."""

    def twins(tx: Tx, mail: MailReceived) -> tuple[Twin, ...]:
        known = select(MessageRow.inbox_id, MessageRow.ticket).where(MessageRow.message_id == mail.mail.message_id)
        rows = tx.exec(known.where(col(MessageRow.inbox_id).is_not(None), col(MessageRow.inbox_id) != mail.inbox_id))
        return tuple(Twin(row or 0, (), ticket) for row, ticket in rows)

    return twins


def _settled_first(lease: Callable[..., Any]) -> Callable[..., Any]:
    """What was taken is settled as sent, and then it is sent."""

    def leases(tx: Tx, wanted: Any, now: datetime) -> Any:
        leased = lease(tx, wanted, now)
        for one in leased:
            outbox.settle(tx, one, Delivered(), None, now)
        return leased

    return leases


def _referred_to_nothing(book: Callable[..., None]) -> Callable[..., None]:
    """Hours are entered without the invoice that they were bought by."""
    return lambda tx, effect, intervention=None: book(tx, replace(effect, reference=""), intervention)


WEAK = (
    Weakening("done is marked in a transaction of its own", "store.inbox:done", _marked_later),
    Weakening("a Message-ID suppresses", "store.snapshot:_twins", _by_message_id),
    Weakening("nobody looks for the same mail", "store.snapshot:_twins", always(())),
    Weakening("settled before it is sent", "store.outbox:lease", _settled_first),
    Weakening("a technician's address is enough to command", "core.authority:_objection", always(None)),
    Weakening("what is undone keeps its minutes", "core.undoing:_compensation", always(())),
    Weakening("whatever is merged goes on by itself", "core.merging:_ended", always(())),
    Weakening("an invoice is entered as often as somebody enters it", "store.bank:book", _referred_to_nothing),
    Weakening("nobody comes back to what was gathered", "store.floods:_gathered", always(None)),
)
"""What the machine must find out, each of them."""
