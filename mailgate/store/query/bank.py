"""A customer's bank, entry by entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from mailgate.core.bank_effects import EntryKind
from mailgate.store.columns import InboxKind
from mailgate.store.database import Tx
from mailgate.store.query.boxes import WAITING_IN
from mailgate.store.tables import BankEntryRow, InboxRow, JournalRow


@dataclass(frozen=True, slots=True)
class EntryShown:
    """One entry; `balance` is what the bank held behind it, `inbox` the row that asked for it."""

    number: int
    at: datetime
    what: EntryKind
    minutes: int
    balance: int
    reference: str | None
    ticket: int | None
    technician: str | None
    inbox: int


def bank(tx: Tx, customer: str) -> tuple[EntryShown, ...]:
    """Everything that was ever entered in a customer's bank, oldest first."""
    entries = select(BankEntryRow).where(BankEntryRow.customer == customer).order_by(col(BankEntryRow.number))
    return tuple(_added_up(tx.exec(entries).all()))


def refusal(tx: Tx, inbox_id: int) -> str:
    """Why what an inbox row asked for was not done, in the journal's words."""
    decided = select(JournalRow.because).where(JournalRow.inbox_id == inbox_id)
    return tx.exec(decided).first() or ""


def is_asked(tx: Tx, customer: str, reference: str) -> bool:
    """Whether an entry of this reference was asked for, and waits."""
    waiting = select(InboxRow.payload).where(col(InboxRow.state).in_(WAITING_IN), InboxRow.kind == InboxKind.BANK_ASKED)
    asked = (payload or {} for payload in tx.exec(waiting))
    return any((one.get("customer"), one.get("reference")) == (customer, reference) for one in asked)


def _added_up(rows: Iterable[BankEntryRow]) -> Iterator[EntryShown]:
    balance = 0
    for row in rows:
        balance += row.minutes
        yield EntryShown(
            number=row.number,
            at=row.at,
            what=row.what,
            minutes=row.minutes,
            balance=balance,
            reference=row.reference,
            ticket=row.ticket,
            technician=row.technician,
            inbox=row.inbox_id,
        )
