"""Banks: no entry has changed since, and whatever asked for one was answered by one (hazards I30, I31 and I33)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Integer, and_, cast, exists, or_
from sqlmodel import col, select

from mailgate.core.bank_effects import EntryKind
from mailgate.core.model import Outcome
from mailgate.store.bank import seal
from mailgate.store.columns import InboxKind
from mailgate.store.database import Tx
from mailgate.store.tables import BankEntryRow, InboxRow
from mailgate.store.verify.findings import FETCHED, Broken, Question, those

customer, number, minutes = col(BankEntryRow.customer), col(BankEntryRow.number), col(BankEntryRow.minutes)
what = col(BankEntryRow.what)

is_signed = or_(
    and_(what == EntryKind.PURCHASE, minutes > 0),
    and_(what == EntryKind.CHARGE, minutes < 0),
    and_(what == EntryKind.CORRECTION, minutes != 0),
)

entered = exists().where(col(BankEntryRow.inbox_id) == col(InboxRow.id))


def _broken_seals(tx: Tx, _now: datetime) -> Iterator[Broken]:
    """Each book from its first entry on: the numbers have no gap, and every seal fits what it seals."""
    book, last, before = "", 0, ""
    entries = select(BankEntryRow).order_by(customer, number).execution_options(yield_per=FETCHED)
    for row in tx.exec(entries):
        if row.customer != book:
            book, last, before = row.customer, 0, ""
        if row.number != last + 1:
            yield Broken(row.customer, f"entry {row.number}: stands behind entry {last}")
        elif row.seal != seal(row, before):
            yield Broken(row.customer, f"entry {row.number}: is not as it was entered")
        last, before = row.number, row.seal


BANK = (
    Question(
        "bank-sealed", "I30", "every entry of a bank is as it was entered, behind the one before it", BankEntryRow,
        _broken_seals,
    ),
    Question(
        "bank-minutes", "I30", "a purchase adds whole minutes, a charge takes them", BankEntryRow,
        those(
            select(customer, number, what, minutes).where(or_(~is_signed, minutes != cast(minutes, Integer)))
        ),
    ),
    Question(
        "bank-asked", "I31", "hours that were asked for are entered once, what was refused never", InboxRow,
        those(
            select(col(InboxRow.id), col(InboxRow.outcome))
            .where(col(InboxRow.kind) == InboxKind.BANK_ASKED)
            .where((col(InboxRow.outcome) == Outcome.RECORDED) != entered)
        ),
    ),
)  # fmt: skip
"""What must be true of banks."""
