"""What comes in and what goes out.

The bytes of a mail lie in a table of their own (`inbox_raw`, `outbox_message`): a row changes state several times,
and SQLite rewrites a whole row for that, 25 MB of attachments included.

An outbox row is open as long as `settled_at` is null, and may be taken at `next_attempt_at`; a lease is nothing but
that time pushed to the lease's end. One index answers "what is due" however long the backlog.

Ids of both boxes are never used twice: signed addresses and Message-IDs are made from them.

An outbox row is settled by what the relay answered. What other mail systems report later is its `fate`, and what became
of the mails to one address is remembered under `address`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint, column, literal_column, text
from sqlmodel import Field

from mailgate.core.model import Outcome
from mailgate.store.columns import (
    ChannelWord,
    DoorWord,
    FateWord,
    InboxKindWord,
    InboxState,
    InboxStateWord,
    LaneWord,
    MaybeChannelWord,
    MaybeFateWord,
    MaybeLevelWord,
    MaybeOutcomeWord,
    MaybePayload,
    MaybeTime,
    MaybeWords,
    OutboxState,
    OutboxStateWord,
    PageStateWord,
    PlainText,
    Strings,
    Time,
    WordList,
    Words,
)
from mailgate.store.tables.row import INBOX, NEVER_REUSE_IDS, OUTBOX, TICKET, Row

OPEN = column("settled_at").is_(None)
"""The condition of the index that finds what is due."""

DECIDED = column("state") == literal_column(f"'{InboxState.DONE.value}'")
"""The condition of the index that finds a mail's twins. Literals: a planner cannot prove a parameter."""

CARRIED_OUT = column("outcome").in_(
    [literal_column(f"'{outcome.value}'") for outcome in (Outcome.FOLLOW_UP, Outcome.RECORDED)]
)
"""The condition of the index that finds a technician's mail that was obeyed, whoever handed it in."""


class InboxRow(Row, table=True):
    """One thing that came in: a mail (its bytes in `inbox_raw`), or an event as `payload`."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(None, "state", "id"),
        Index(None, "state", "patience", "id"),
        Index("ix_inbox_decided", "digest", "envelope_from", "id", sqlite_where=DECIDED, postgresql_where=DECIDED),
        Index("ix_inbox_carried_out", "digest", "id", sqlite_where=CARRIED_OUT, postgresql_where=CARRIED_OUT),
        Index(None, "envelope_from", "id"),
        UniqueConstraint("mailbox", "uidvalidity", "uid"),
        NEVER_REUSE_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: InboxKindWord
    door: DoorWord
    peer: Words = ""
    trusted: bool = False
    dkim: tuple[str, ...] = Field(default=(), sa_type=Strings, sa_column_kwargs={"server_default": text("'[]'")})
    envelope_from: Words = ""
    recipients: WordList = ()
    payload: MaybePayload = None
    digest: MaybeWords = None
    size: int = 0
    patience: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    received_at: Time
    arrived_at: MaybeTime = None
    state: InboxStateWord = InboxState.PENDING
    reason: MaybeWords = None
    outcome: MaybeOutcomeWord = None
    level: MaybeLevelWord = None
    ticket: int | None = Field(default=None, foreign_key=TICKET)
    done_at: MaybeTime = None
    mailbox: MaybeWords = None
    uidvalidity: int | None = Field(default=None, sa_type=BigInteger)
    uid: int | None = Field(default=None, sa_type=BigInteger)


class RawRow(Row, table=True):
    """A mail exactly as received."""

    __tablename__ = "inbox_raw"

    inbox_id: int = Field(primary_key=True, foreign_key=INBOX)
    raw: bytes = Field(sa_type=LargeBinary)


class CursorRow(Row, table=True):
    """How far an IMAP mailbox was taken into custody."""

    __tablename__ = "imap_cursor"

    mailbox: str = Field(primary_key=True, sa_type=PlainText)
    uidvalidity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)


class OutboxRow(Row, table=True):
    """One promised mail or pager text for one recipient; its bytes lie in `outbox_message`."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_open", "lane", "next_attempt_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index(None, "ticket", "id"),
        Index(None, "state", "id"),
        Index(None, "message_id"),
        NEVER_REUSE_IDS,
    )

    id: int | None = Field(default=None, primary_key=True)
    lane: LaneWord
    template: Words
    ticket: int | None = Field(default=None, foreign_key=TICKET)
    technician: MaybeWords = None
    channel: MaybeChannelWord = None
    target: Words
    by_mail: bool = True
    envelope_from: Words = ""
    message_id: Words = ""
    subject: Words = ""
    state: OutboxStateWord = OutboxState.PROMISED
    attempts: int = 0
    next_attempt_at: Time
    leased_by: MaybeWords = None
    last_error: MaybeWords = None
    promised_at: Time
    settled_at: MaybeTime = None
    fate: MaybeFateWord = None
    fate_reason: MaybeWords = None
    fate_at: MaybeTime = None


class OutboxMessageRow(Row, table=True):
    """What leaves, byte for byte the same at every attempt."""

    __tablename__ = "outbox_message"

    outbox_id: int = Field(primary_key=True, foreign_key=OUTBOX)
    message: bytes = Field(sa_type=LargeBinary)


class PageRow(Row, table=True):
    """One page to one person over one channel, and whether they have seen it."""

    __tablename__ = "page"
    __table_args__ = (Index(None, "ticket", "technician"),)

    id: int | None = Field(default=None, primary_key=True)
    ticket: int | None = Field(default=None, foreign_key=TICKET)
    technician: Words
    channel: ChannelWord
    target: Words
    outbox_id: int = Field(foreign_key=OUTBOX, unique=True)
    state: PageStateWord
    promised_at: Time
    sent_at: MaybeTime = None
    acknowledged_at: MaybeTime = None


class AddressRow(Row, table=True):
    """An address (lower case) that mail does not reach: what was said last, since when, and how often."""

    __tablename__ = "address"

    address: str = Field(primary_key=True, sa_type=PlainText)
    fate: FateWord
    reason: Words
    since: Time
    at: Time
    times: int = 1
