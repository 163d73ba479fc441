"""What customers have paid in advance, entry by entry (core.bank). Rows are only ever added; none holds a balance."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from mailgate.store.columns import EntryWord, MaybeWords, PlainText, Time, Words
from mailgate.store.tables.row import INBOX, INTERVENTION, TICKET, Row


class BankEntryRow(Row, table=True):
    """One entry; `number` counts those of its customer from 1. `inbox_id` is what asked for it, `seal` what `verify`
    knows it again by (store.bank)."""

    __tablename__ = "bank_entry"
    __table_args__ = (
        UniqueConstraint("customer", "reference"),
        UniqueConstraint("inbox_id", "what"),
        UniqueConstraint("intervention"),
    )

    customer: str = Field(primary_key=True, sa_type=PlainText)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: Time
    what: EntryWord
    minutes: int
    inbox_id: int = Field(foreign_key=INBOX)
    reference: MaybeWords = None
    ticket: int | None = Field(default=None, foreign_key=TICKET)
    intervention: int | None = Field(default=None, foreign_key=INTERVENTION)
    technician: MaybeWords = None
    seal: Words
