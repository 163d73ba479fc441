"""The promises of tickets, the waits that they stood still in, and the calendars they were made on."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint, column
from sqlmodel import Field

from mailgate.store.columns import (
    JsonList,
    MaybeActivityWord,
    MaybeEndingWord,
    MaybeTime,
    MaybeWords,
    PlainText,
    PromiseWord,
    StatusWord,
    Time,
    Words,
)
from mailgate.store.tables.row import TICKET, Row

RUNNING = column("ended_at").is_(None)
"""The condition of the index of the promises that are still owed."""

OPEN_WAIT = column("until").is_(None)
"""The condition of the index that lets a ticket wait for one thing at a time."""


class EditionRow(Row, table=True):
    """A calendar as it was: `week` holds the opening hours of Monday to Sunday as `[[["08:30", "17:00"], …], …]`,
    `closed` the days without hours in the three years from `year` on as `[["2026-12-25", "Christmas"], …]`. `digest` is
    made from all of it."""

    __tablename__ = "edition"

    digest: str = Field(primary_key=True, sa_type=PlainText)
    calendar: Words
    timezone: Words
    year: int
    week: JsonList
    closed: JsonList


class ClockRow(Row, table=True):
    """`core.ticket.Clock` in columns; the newest of a promise is the one that counts. `delay` is as in the rules."""

    __tablename__ = "clock"
    __table_args__ = (
        UniqueConstraint("ticket", "promise", "asked_at"),
        Index("ix_clock_running", "due_at", "promise", sqlite_where=RUNNING, postgresql_where=RUNNING),
        Index(None, "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket: int = Field(foreign_key=TICKET)
    promise: PromiseWord
    calendar: Words
    edition: str | None = Field(default=None, foreign_key="edition.digest", sa_type=PlainText)
    delay: MaybeWords = None
    asked_at: Time
    starts_at: Time
    due_at: Time
    paused_minutes: int = 0
    ended_at: MaybeTime = None
    ending: MaybeEndingWord = None
    ended_by: MaybeWords = None
    how: MaybeActivityWord = None


class WaitRow(Row, table=True):
    """A time in which a ticket was somebody else's turn, or settled; `until` null: it still is."""

    __tablename__ = "wait"
    __table_args__ = (
        Index(None, "ticket", "id"),
        Index("ix_wait_open", "ticket", unique=True, sqlite_where=OPEN_WAIT, postgresql_where=OPEN_WAIT),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket: int = Field(foreign_key=TICKET)
    cause: StatusWord
    since: Time
    until: MaybeTime = None
