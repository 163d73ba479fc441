"""Mails that wait for one more word (core.holding)."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field

from mailgate.store.columns import MaybeTime, Time, Words
from mailgate.store.tables.row import INBOX, TICKET, Row


class HeldMailRow(Row, table=True):
    """A technician's mail about a ticket, or about none yet: held from `at` until carried out, dropped or overtaken.

    The transcript that asks about it was promised `asked_at`, in the same transaction."""

    __tablename__ = "held_mail"
    __table_args__ = (Index(None, "technician", "inbox_id"),)

    inbox_id: int = Field(primary_key=True, foreign_key=INBOX, sa_column_kwargs={"autoincrement": False})
    technician: Words
    ticket: int | None = Field(default=None, foreign_key=TICKET)
    at: Time
    asked_at: Time
    let_go_at: MaybeTime = None
