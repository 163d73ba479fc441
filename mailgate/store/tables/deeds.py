"""What technicians' mails changed (core.undoable)."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field

from mailgate.store.columns import JsonList, MaybeActivityWord, MaybeTime, MaybeWords, Payload, Time, WordList, Words
from mailgate.store.tables.row import INBOX, TICKET, Row


class DeedRow(Row, table=True):
    """A technician's mail that was carried out on a ticket: `before` and `after` are its state, the clocks are rows of
    `clock` as they stood. What it promised has the outbox ids behind `first_mail`, up to and with `last_mail`."""

    __tablename__ = "deed"
    __table_args__ = (Index(None, "ticket", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    inbox_id: int = Field(foreign_key=INBOX, unique=True)
    ticket: int = Field(foreign_key=TICKET)
    technician: Words
    at: Time
    before: Payload
    after: Payload
    clocks_before: JsonList
    clocks_after: JsonList
    activity: MaybeActivityWord = None
    minutes: int = 0
    charged: int = 0
    public: bool = True
    bank: MaybeWords = None
    lasting: WordList = ()
    first_mail: int
    last_mail: int
    undone_by: int | None = Field(default=None, foreign_key=INBOX)
    undone_at: MaybeTime = None
