"""A ticket as the core sees it, read back from its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlmodel import col, select

from mailgate.core.model import Address, Attachment, Direction, PageState
from mailgate.core.ticket import Line, Paged, Ticket
from mailgate.store.clocks import clocks_of, newest, waits_of
from mailgate.store.database import Tx
from mailgate.store.relations import linked, watchers
from mailgate.store.tables import AttachmentRow, MessageRow, PageRow, ParticipantRow, TicketRow

HISTORY = 40
"""Messages read back: the robots' and bare commands among them are left out of what mails repeat (`limits.history`)."""
REFERENCES = 10


def find_ticket(tx: Tx, number: int | None) -> Ticket | None:
    """The whole ticket, None when there is none of that number."""
    row = None if number is None else tx.get(TicketRow, number)
    if row is None:
        return None
    pages = _pages(tx, row.number)
    return Ticket(
        number=row.number,
        queue=row.queue,
        subject=row.subject,
        requester=Address(row.requester_mail, row.requester_name),
        opened_at=row.opened_at,
        language=row.language,
        timezone=row.timezone,
        status=row.status,
        kind=row.kind,
        level=row.level,
        severity=row.severity,
        priority=row.priority,
        customer=row.customer,
        registered=row.registered,
        assignee=row.assignee,
        clocks=tuple(newest(clocks_of(tx, row.number)).values()),
        waits=waits_of(tx, row.number),
        waiting_since=row.waiting_since,
        closed_at=row.closed_at,
        tags=row.tags,
        participants=_participants(tx, row.number),
        notified=tuple(dict.fromkeys(page.technician for page in pages)),
        references=_references(tx, row.number),
        history=_history(tx, row.number),
        team=row.team,
        notify=row.notify,
        skills=row.skills,
        pages=pages,
        links=linked(tx, row.number),
        watchers=watchers(tx, row.number),
        merged_into=row.merged_into,
    )


def _participants(tx: Tx, number: int) -> frozenset[str]:
    return frozenset(tx.exec(select(ParticipantRow.address).where(ParticipantRow.ticket == number)))


def _pages(tx: Tx, number: int) -> tuple[Paged, ...]:
    promised = select(PageRow.technician, PageRow.target, PageRow.state).where(PageRow.ticket == number)
    return tuple(
        Paged(who, target, PageState(state)) for who, target, state in tx.exec(promised.order_by(col(PageRow.id)))
    )


def _references(tx: Tx, number: int) -> tuple[str, ...]:
    incoming = select(MessageRow.message_id).where(
        MessageRow.ticket == number, MessageRow.direction == Direction.IN, MessageRow.message_id != ""
    )
    newest = tx.exec(incoming.order_by(col(MessageRow.id).desc()).limit(REFERENCES))
    return tuple(newest)[::-1]


def _history(tx: Tx, number: int) -> tuple[Line, ...]:
    newest = select(MessageRow).where(MessageRow.ticket == number).order_by(col(MessageRow.id).desc()).limit(HISTORY)
    rows = tx.exec(newest).all()[::-1]
    parts = _attachments(tx, [row.id for row in rows])
    return tuple(
        Line(row.at, row.sender, row.direction, row.text, row.automatic, row.inbox_id, tuple(parts[row.id]))
        for row in rows
    )


def _attachments(tx: Tx, messages: Sequence[int | None]) -> Mapping[int | None, list[Attachment]]:
    found: defaultdict[int | None, list[Attachment]] = defaultdict(list)
    of_these = select(AttachmentRow).where(col(AttachmentRow.message).in_(messages))
    for row in tx.exec(of_these.order_by(col(AttachmentRow.message), col(AttachmentRow.part))):
        found[row.message].append(Attachment(row.part, row.name, row.content_type, row.size, row.inline))
    return found
