"""What the desk itself remembers: numbers, turns, timers and the journal."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from mailgate.store.columns import OutcomeWord, PlainText, Time, Words
from mailgate.store.tables.row import NEVER_REUSE_IDS, TICKET, Row


class CounterRow(Row, table=True):
    """The next number to hand out. Numbers have no gaps: a rolled back decision gives its number back."""

    __tablename__ = "counter"

    name: str = Field(primary_key=True, sa_type=PlainText)
    next: int


class TurnRow(Row, table=True):
    """Who of a team was paged last."""

    __tablename__ = "turn"

    team: str = Field(primary_key=True, sa_type=PlainText)
    technician: Words


class TimerRow(Row, table=True):
    """Something to come back to; at most one per ticket and kind."""

    __tablename__ = "timer"
    __table_args__ = (UniqueConstraint("ticket", "kind"), Index(None, "due_at"), NEVER_REUSE_IDS)

    id: int | None = Field(default=None, primary_key=True)
    ticket: int = Field(foreign_key=TICKET)
    kind: Words
    due_at: Time


class JournalRow(Row, table=True):
    """What happened and why; rows are only ever added, and point loosely: they outlive what they speak of."""

    __tablename__ = "journal"
    __table_args__ = (Index(None, "ticket", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    at: Time
    event: Words
    because: Words
    outcome: OutcomeWord
    ticket: int | None = None
    inbox_id: int | None = None
