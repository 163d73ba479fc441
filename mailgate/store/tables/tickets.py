"""A ticket and its story."""

from __future__ import annotations

from sqlalchemy import Index, column, literal_column
from sqlmodel import Field

from mailgate.core.model import Status
from mailgate.store.columns import (
    ActivityWord,
    DirectionWord,
    MaybeTime,
    MaybeWords,
    PlainText,
    StatusWord,
    Time,
    WordList,
    Words,
)
from mailgate.store.tables.row import INBOX, TICKET, Row

IN_HAND = (Status.NEW, Status.OPEN, Status.WAITING_CUSTOMER, Status.WAITING_THIRD, Status.WAITING_VALIDATION)
"""The statuses of a ticket that still is somebody's work."""

CARRIED = column("status").in_([literal_column(f"'{status.value}'") for status in IN_HAND])
"""The condition of the index that counts each technician's work. Literals: a planner cannot prove a parameter."""


class TicketRow(Row, table=True):
    """`core.ticket.Ticket` in columns."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index(None, "status", "number"),
        Index(None, "queue", "number"),
        Index(None, "customer", "number"),
        Index(None, "assignee", "number"),
        Index(None, "merged_into", "number"),
        Index("ix_ticket_carried", "assignee", sqlite_where=CARRIED, postgresql_where=CARRIED),
    )

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    queue: Words
    subject: Words
    requester_mail: Words
    requester_name: Words
    opened_at: Time
    language: Words
    timezone: Words
    status: StatusWord
    kind: Words
    level: int
    severity: MaybeWords = None
    priority: MaybeWords = None
    customer: MaybeWords = None
    registered: bool = False
    assignee: MaybeWords = None
    waiting_since: MaybeTime = None
    closed_at: MaybeTime = None
    tags: WordList = ()
    team: MaybeWords = None
    notify: int | None = None
    skills: WordList = ()
    merged_into: int | None = None


class ParticipantRow(Row, table=True):
    """An address (lower case) that wrote in a ticket or asks for it."""

    __tablename__ = "participant"

    ticket: int = Field(primary_key=True, foreign_key=TICKET)
    address: str = Field(primary_key=True, sa_type=PlainText)


class LinkRow(Row, table=True):
    """Two tickets that belong together; each direction is a row."""

    __tablename__ = "link"

    ticket: int = Field(primary_key=True, foreign_key=TICKET)
    other: int = Field(primary_key=True, foreign_key=TICKET)
    at: Time


class WatcherRow(Row, table=True):
    """An address (lower case) that hears what the customer is told, since `at`."""

    __tablename__ = "watcher"

    ticket: int = Field(primary_key=True, foreign_key=TICKET)
    address: str = Field(primary_key=True, sa_type=PlainText)
    at: Time


class MessageRow(Row, table=True):
    """One message of a ticket's story."""

    __tablename__ = "message"
    __table_args__ = (Index(None, "ticket", "id"), Index(None, "message_id"))

    id: int | None = Field(default=None, primary_key=True)
    ticket: int = Field(foreign_key=TICKET)
    direction: DirectionWord
    sender: Words
    recipients: WordList = ()
    text: Words
    at: Time
    automatic: bool = False
    inbox_id: int | None = Field(default=None, foreign_key=INBOX)
    message_id: Words = ""


class AttachmentRow(Row, table=True):
    """An attached part of the raw mail that a message came from; `part` is its index there."""

    __tablename__ = "attachment"

    message: int = Field(primary_key=True, foreign_key="message.id", sa_column_kwargs={"autoincrement": False})
    part: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: Words
    content_type: Words
    size: int
    inline: bool = False


class InterventionRow(Row, table=True):
    """What a technician did, in minutes; `bank` is the customer whose bank pays what was charged."""

    __tablename__ = "intervention"
    __table_args__ = (Index(None, "ticket", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket: int = Field(foreign_key=TICKET)
    technician: Words
    activity: ActivityWord
    minutes: int
    charged: int
    public: bool
    at: Time
    bank: MaybeWords = None
