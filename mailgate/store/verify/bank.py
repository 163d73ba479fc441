"""Banks: no entry has changed since, and whatever asked for one was answered by one (hazards I30, I31 and I33)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Integer, and_, cast, exists, false, func, not_, or_, select
from sqlmodel import col

from mailgate.core.bank_effects import EntryKind
from mailgate.core.model import Outcome
from mailgate.store.bank import seal
from mailgate.store.columns import InboxKind
from mailgate.store.database import Tx
from mailgate.store.tables import BankEntryRow, InboxRow, InterventionRow
from mailgate.store.verify.findings import FETCHED, Broken, Question, those

customer, number, minutes = col(BankEntryRow.customer), col(BankEntryRow.number), col(BankEntryRow.minutes)
what = col(BankEntryRow.what)

is_signed = or_(
    and_(what == EntryKind.PURCHASE, minutes > 0),
    and_(what == EntryKind.CHARGE, minutes < 0),
    and_(what == EntryKind.CORRECTION, minutes != 0),
)

paid_by = col(InterventionRow.bank)
is_theirs = and_(
    paid_by == customer,
    minutes == -col(InterventionRow.charged),
    col(InterventionRow.ticket) == col(BankEntryRow.ticket),
    col(InterventionRow.technician) == col(BankEntryRow.technician),
)
"""Whether an entry is what its intervention charged."""

is_sound = or_(
    and_(what == EntryKind.CHARGE, is_theirs),
    and_(what == EntryKind.CORRECTION, is_theirs, minutes > 0),
    and_(what != EntryKind.CHARGE, col(BankEntryRow.intervention).is_(None)),
)
"""What is charged is an intervention's, and so is what is given back of one; the rest is nobody's."""

entered = exists().where(col(BankEntryRow.inbox_id) == col(InboxRow.id))


def _broken_seals(tx: Tx, _now: datetime) -> Iterator[Broken]:
    """Each book from its first entry on: the numbers have no gap, and every seal fits what it seals."""
    book, last, before = "", 0, ""
    entries = select(BankEntryRow).order_by(customer, number).execution_options(yield_per=FETCHED)
    for row in tx.scalars(entries):
        if row.customer != book:
            book, last, before = row.customer, 0, ""
        if row.number != last + 1:
            yield Broken(row.customer, f"entry {row.number}: stands behind entry {last}")
        elif row.seal != seal(row, before):
            yield Broken(row.customer, f"entry {row.number}: is not as it was entered")
        last, before = row.number, row.seal


def _uncharged(tx: Tx, now: datetime) -> Iterator[Broken]:
    """Interventions that a bank pays and that are not in it, and charges that are not of such an intervention."""
    charged = exists().where(col(BankEntryRow.intervention) == col(InterventionRow.id))
    missing = select(col(InterventionRow.id), col(InterventionRow.bank)).where(paid_by.is_not(None), ~charged)
    entries = (
        select(customer, number, what, minutes, col(InterventionRow.charged))
        .outerjoin(InterventionRow, col(InterventionRow.id) == col(BankEntryRow.intervention))
        .where(not_(func.coalesce(is_sound, false())))
    )
    yield from those(missing)(tx, now)
    yield from those(entries)(tx, now)


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
        "bank-charges", "I31", "what a bank pays of an intervention is one entry of it, and every charge is one",
        InterventionRow, _uncharged,
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
