"""What the budgets on automatic mail count and hold back (core.budgets). A ticket is pointed to loosely: it may go."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field

from mailgate.store.columns import Time, Words
from mailgate.store.tables.row import Row


class AnswerRow(Row, table=True):
    """One automatic mail that was promised to an address (lower case) and uses up what the budgets grant."""

    __tablename__ = "answer"
    __table_args__ = (Index(None, "address", "at"), Index(None, "domain", "at"), Index(None, "at"))

    id: int | None = Field(default=None, primary_key=True)
    at: Time
    address: Words
    domain: Words


class HeldBackRow(Row, table=True):
    """One automatic mail that a budget held back; it stays until it was reported."""

    __tablename__ = "held_back"
    __table_args__ = (Index(None, "budget", "address"),)

    id: int | None = Field(default=None, primary_key=True)
    at: Time
    budget: Words
    address: Words
    ticket: int | None = None
