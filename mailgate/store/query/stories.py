"""One ticket with everything that ever happened to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlmodel import col, select

from mailgate.core.model import Activity, AuthLevel, Channel, Direction, PageState
from mailgate.core.targets import shown
from mailgate.core.ticket import Clock, Wait
from mailgate.store.clocks import clocks_of, newest, waits_of
from mailgate.store.database import Tx
from mailgate.store.query.deliveries import AddressShown, MailShown, mails_of, marked_of
from mailgate.store.query.summaries import TicketSummary, fill
from mailgate.store.relations import linked, merged, watchers
from mailgate.store.tables import (
    AttachmentRow,
    FloodRow,
    InboxRow,
    InterventionRow,
    JournalRow,
    MessageRow,
    PageRow,
    TicketRow,
)


@dataclass(frozen=True, slots=True)
class AttachmentShown:
    """An attached file: part `index` of the mail in inbox row `inbox_id`, `size` in decoded octets."""

    inbox_id: int | None
    index: int
    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class MessageShown:
    """One message; `inbox_id` is the mail it came in as, `level` how surely that was its sender's (null: not known)."""

    direction: Direction
    from_: str
    to: tuple[str, ...]
    at: datetime
    text: str
    automatic: bool
    message_id: str
    inbox_id: int | None
    level: AuthLevel | None
    attachments: tuple[AttachmentShown, ...]


@dataclass(frozen=True, slots=True)
class InterventionShown:
    """What a technician did, in minutes; `bank` is the customer whose bank pays what was charged."""

    by: str
    activity: Activity
    minutes: int
    charged: int
    at: datetime
    public: bool
    bank: str | None


@dataclass(frozen=True, slots=True)
class PageShown:
    """One page to one person over one channel: `to` is the address, `technician` the key; `ticket` is another one's
    number when its page tells of this one, too."""

    to: str
    technician: str
    channel: Channel
    promised_at: datetime
    sent_at: datetime | None
    acknowledged_at: datetime | None
    state: PageState
    ticket: int


@dataclass(frozen=True, slots=True)
class JournalShown:
    """One entry of the journal; `rules` is the digest of the files that the desk went by."""

    at: datetime
    event: str
    because: str
    rules: str


@dataclass(frozen=True, slots=True)
class TicketStory(TicketSummary):
    """A ticket and its whole story, each part oldest first; `addresses` are those of its people that mail does not
    reach, `clocks` all that ever ran."""

    messages: tuple[MessageShown, ...]
    interventions: tuple[InterventionShown, ...]
    pages: tuple[PageShown, ...]
    mails: tuple[MailShown, ...]
    addresses: tuple[AddressShown, ...]
    journal: tuple[JournalShown, ...]
    clocks: tuple[Clock, ...]
    waits: tuple[Wait, ...]
    links: tuple[int, ...]
    merged: tuple[int, ...]
    watchers: tuple[str, ...]


def ticket(tx: Tx, number: int) -> TicketStory | None:
    """The whole story, None when there is no such ticket."""
    row = tx.get(TicketRow, number)
    if row is None:
        return None
    mails, clocks = mails_of(tx, number), clocks_of(tx, number)
    story = partial(
        TicketStory,
        messages=_messages(tx, number),
        interventions=_interventions(tx, number),
        pages=_pages(tx, number),
        mails=mails,
        addresses=marked_of(tx, row, (mail.to for mail in mails)),
        journal=_journal(tx, number),
        clocks=clocks,
        waits=waits_of(tx, number),
        links=linked(tx, number),
        merged=merged(tx, number),
        watchers=watchers(tx, number),
    )
    return fill(story, row, newest(clocks))


def _messages(tx: Tx, number: int) -> tuple[MessageShown, ...]:
    said = tx.exec(
        select(MessageRow, InboxRow.level)
        .outerjoin(InboxRow, col(InboxRow.id) == col(MessageRow.inbox_id))
        .where(MessageRow.ticket == number)
        .order_by(col(MessageRow.id))
    ).all()
    parts = tx.exec(
        select(AttachmentRow)
        .join(MessageRow, col(MessageRow.id) == col(AttachmentRow.message))
        .where(MessageRow.ticket == number)
        .order_by(col(AttachmentRow.message), col(AttachmentRow.part))
    ).all()
    return tuple(_message(row, level, [part for part in parts if part.message == row.id]) for row, level in said)


def _message(row: MessageRow, level: str | None, parts: Iterable[AttachmentRow]) -> MessageShown:
    return MessageShown(
        direction=row.direction,
        from_=row.sender,
        to=row.recipients,
        at=row.at,
        text=row.text,
        automatic=row.automatic,
        message_id=row.message_id,
        inbox_id=row.inbox_id,
        level=AuthLevel(level) if level else None,
        attachments=tuple(
            AttachmentShown(row.inbox_id, part.part, part.name, part.content_type, part.size) for part in parts
        ),
    )


def _interventions(tx: Tx, number: int) -> tuple[InterventionShown, ...]:
    made = select(InterventionRow).where(InterventionRow.ticket == number).order_by(col(InterventionRow.id))
    return tuple(
        InterventionShown(row.technician, row.activity, row.minutes, row.charged, row.at, row.public, row.bank)
        for row in tx.exec(made)
    )


def _pages(tx: Tx, number: int) -> tuple[PageShown, ...]:
    promised = select(PageRow).where(col(PageRow.ticket).in_(_speaking(tx, number))).order_by(col(PageRow.id))
    return tuple(
        PageShown(
            to=shown(row.target),
            technician=row.technician,
            channel=row.channel,
            promised_at=row.promised_at,
            sent_at=row.sent_at,
            acknowledged_at=row.acknowledged_at,
            state=row.state,
            ticket=row.ticket or number,
        )
        for row in tx.exec(promised)
    )


def _speaking(tx: Tx, number: int) -> frozenset[int]:
    """The ticket, and the one whose pages tell of it."""
    row = tx.get(FloodRow, number)
    return frozenset({number} if row is None or row.front is None else {number, row.front})


def _journal(tx: Tx, number: int) -> tuple[JournalShown, ...]:
    written = select(JournalRow).where(JournalRow.ticket == number).order_by(col(JournalRow.id))
    return tuple(JournalShown(row.at, row.event, row.because, row.rules) for row in tx.exec(written))
