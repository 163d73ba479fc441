"""Which requests asked for people, and whose pages tell of them (core.floods)."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field

from mailgate.store.columns import Time, Words
from mailgate.store.tables.row import TICKET, Row


class FloodRow(Row, table=True):
    """A request that asked for people. `customer` is "" when the rules name none; `alone`: people were called for it;
    `front` is the ticket whose pages tell of it, null until a page does."""

    __tablename__ = "flood"
    __table_args__ = (
        Index(None, "alone", "at"),
        Index(None, "customer", "alone", "at"),
        Index(None, "front", "ticket"),
        Index(None, "customer", "queue", "front", "ticket"),
    )

    ticket: int = Field(primary_key=True, foreign_key=TICKET, sa_column_kwargs={"autoincrement": False})
    customer: Words
    queue: Words
    at: Time
    alone: bool
    front: int | None = Field(default=None, foreign_key=TICKET)
