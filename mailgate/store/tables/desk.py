"""What the desk itself remembers: numbers, turns, timers and the journal."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, UniqueConstraint, column, literal_column
from sqlmodel import Field

from mailgate.core.model import Outcome
from mailgate.store.columns import OutcomeWord, PlainText, Time, Words
from mailgate.store.tables.row import NEVER_REUSE_IDS, TICKET, Row

OF_THE_DESK = column("ticket").is_(None)
"""The condition of the index that lets the desk itself have one timer of each kind."""

REFUSED = column("outcome") == literal_column(f"'{Outcome.REFUSED.value}'")
"""The condition of the index that counts refusals. A literal: a planner cannot prove a parameter."""


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


class AbsenceRow(Row, table=True):
    """The days, both included, on which a technician said by mail that they are away."""

    __tablename__ = "absence"

    technician: str = Field(primary_key=True, sa_type=PlainText)
    first_day: date = Field(primary_key=True)
    last_day: date = Field(primary_key=True)
    told_at: Time


class TimerRow(Row, table=True):
    """Something to come back to; at most one per ticket and kind. Without a ticket it is the desk's own."""

    __tablename__ = "timer"
    __table_args__ = (
        UniqueConstraint("ticket", "kind"),
        Index("ix_timer_desk", "kind", unique=True, sqlite_where=OF_THE_DESK, postgresql_where=OF_THE_DESK),
        Index(None, "due_at"),
        NEVER_REUSE_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket: int | None = Field(default=None, foreign_key=TICKET)
    kind: Words
    due_at: Time


class JournalRow(Row, table=True):
    """What happened and why; rows are only ever added, and point loosely: they outlive what they speak of. `rules` is
    the digest of the files that the desk went by."""

    __tablename__ = "journal"
    __table_args__ = (
        Index(None, "ticket", "id"),
        Index("ix_journal_refused", "ticket", "at", sqlite_where=REFUSED, postgresql_where=REFUSED),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: Time
    event: Words
    because: Words
    outcome: OutcomeWord
    ticket: int | None = None
    inbox_id: int | None = None
    rules: Words = ""
