"""A ticket as the core sees it, read back from its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import bindparam, select

from mailgate.core.model import Address, Attachment, Direction, PageState
from mailgate.core.ticket import Line, Paged, Ticket
from mailgate.store import rows
from mailgate.store.clocks import clocks_of, newest, waits_of
from mailgate.store.database import Tx
from mailgate.store.relations import linked, watchers
from mailgate.store.tables import AttachmentRow, MessageRow, PageRow, ParticipantRow, TicketRow

HISTORY = 40
"""Messages read back: the robots' and bare commands among them are left out of what mails repeat (`limits.history`)."""
REFERENCES = 10


_MESSAGES, _FILED = rows.table(MessageRow), rows.table(AttachmentRow)
_PAGES, _PARTICIPANTS = rows.table(PageRow), rows.table(ParticipantRow)

_WROTE = select(_PARTICIPANTS.c.address).where(_PARTICIPANTS.c.ticket == bindparam("of"))
_PAGED = (
    select(_PAGES.c.technician, _PAGES.c.target, _PAGES.c.state)
    .where(_PAGES.c.ticket == bindparam("of"))
    .order_by(_PAGES.c.id)
)
_CAME = (
    select(_MESSAGES.c.message_id)
    .where(_MESSAGES.c.ticket == bindparam("of"), _MESSAGES.c.direction == Direction.IN, _MESSAGES.c.message_id != "")
    .order_by(_MESSAGES.c.id.desc())
    .limit(REFERENCES)
)
_SAID = select(_MESSAGES).where(_MESSAGES.c.ticket == bindparam("of")).order_by(_MESSAGES.c.id.desc()).limit(HISTORY)
_FILES = (
    select(_FILED)
    .join(_MESSAGES, _MESSAGES.c.id == _FILED.c.message)
    .where(_MESSAGES.c.ticket == bindparam("of"), _MESSAGES.c.id >= bindparam("first"))
    .order_by(_FILED.c.message, _FILED.c.part)
)


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
    return frozenset(rows.ask(tx, _WROTE, {"of": number}).scalars())


def _pages(tx: Tx, number: int) -> tuple[Paged, ...]:
    return tuple(Paged(who, target, PageState(state)) for who, target, state in rows.ask(tx, _PAGED, {"of": number}))


def _references(tx: Tx, number: int) -> tuple[str, ...]:
    return tuple(rows.ask(tx, _CAME, {"of": number}).scalars())[::-1]


def _history(tx: Tx, number: int) -> tuple[Line, ...]:
    newest = rows.ask(tx, _SAID, {"of": number}).all()[::-1]
    parts = _attachments(tx, number, newest[0].id) if newest else {}
    return tuple(
        Line(row.at, row.sender, row.direction, row.text, row.automatic, row.inbox_id, tuple(parts.get(row.id, ())))
        for row in newest
    )


def _attachments(tx: Tx, number: int, first: int) -> Mapping[int, list[Attachment]]:
    """What came with the messages of a ticket from the `first` on."""
    found: defaultdict[int, list[Attachment]] = defaultdict(list)
    for row in rows.ask(tx, _FILES, {"of": number, "first": first}):
        found[row.message].append(Attachment(row.part, row.name, row.content_type, row.size, row.inline))
    return found
