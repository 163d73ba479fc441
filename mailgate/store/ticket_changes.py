"""The effects that change a ticket and its story."""

from __future__ import annotations

from sqlalchemy import bindparam, update

from mailgate.core.effects import (
    AddIntervention,
    AddMessage,
    Assign,
    ChangeStatus,
    MoveToQueue,
    OpenTicket,
    Reclassify,
    SetClock,
)
from mailgate.core.lifecycle import WAITING
from mailgate.core.model import Attachment, Direction, Status
from mailgate.core.relation_effects import (
    RelationEffect,
)
from mailgate.store import rows
from mailgate.store.bank import book
from mailgate.store.clocks import begin_with, set_clock, start_clocks, turn_to
from mailgate.store.database import Tx
from mailgate.store.relations import change_relation, take_part
from mailgate.store.tables import (
    AttachmentRow,
    CounterRow,
    InterventionRow,
    MessageRow,
    TicketRow,
    saved,
)

TicketChange = (
    OpenTicket
    | AddMessage
    | AddIntervention
    | ChangeStatus
    | Assign
    | SetClock
    | MoveToQueue
    | Reclassify
    | RelationEffect
)

TICKET_COUNTER = "ticket"

_COUNTERS = rows.table(CounterRow)
_COUNT_ON = update(_COUNTERS).where(_COUNTERS.c.name == TICKET_COUNTER).values(next=bindparam("free"))

ENDED = (Status.CLOSED, Status.MERGED)


def change_ticket(tx: Tx, effect: TicketChange) -> None:
    """Turn one effect into columns and rows."""
    match effect:
        case OpenTicket():
            _open(tx, effect)
        case AddMessage():
            add_message(tx, effect)
        case AddIntervention():
            _add_intervention(tx, effect)
        case ChangeStatus():
            _change_status(tx, effect)
        case Assign():
            _ticket(tx, effect.ticket).assignee = effect.technician
        case SetClock():
            set_clock(tx, effect.ticket, effect.clock)
        case Reclassify():
            _reclassify(_ticket(tx, effect.ticket), effect)
        case MoveToQueue():
            _ticket(tx, effect.ticket).queue = effect.queue
        case _:
            change_relation(tx, effect)


def add_message(tx: Tx, effect: AddMessage) -> None:
    """Append a message; a person who writes in takes part from then on (an automatic mail is no person)."""
    said = {
        "ticket": effect.ticket,
        "direction": effect.direction,
        "sender": effect.sender,
        "recipients": effect.to,
        "text": effect.text,
        "at": effect.at,
        "automatic": effect.automatic,
        "inbox_id": effect.inbox_id,
        "message_id": effect.message_id,
    }
    if effect.attachments:
        (message,) = rows.numbered(tx, MessageRow, [said])
        rows.add(tx, AttachmentRow, [_attachment(message, part) for part in effect.attachments])
    else:
        rows.add_one(tx, MessageRow, **said)
    if effect.direction is Direction.IN and not effect.automatic:
        take_part(tx, effect.ticket, effect.sender)


def _attachment(message: int, part: Attachment) -> rows.Values:
    return {
        "message": message,
        "part": part.index,
        "name": part.name,
        "content_type": part.content_type,
        "size": part.size,
        "inline": part.inline,
    }


def _open(tx: Tx, effect: OpenTicket) -> None:
    ticket = effect.ticket
    rows.add_one(
        tx,
        TicketRow,
        number=ticket.number,
        queue=ticket.queue,
        subject=ticket.subject,
        requester_mail=ticket.requester.mail,
        requester_name=ticket.requester.name,
        opened_at=ticket.opened_at,
        language=ticket.language,
        timezone=ticket.timezone,
        status=ticket.status,
        kind=ticket.kind,
        level=ticket.level,
        severity=ticket.severity,
        priority=ticket.priority,
        customer=ticket.customer,
        registered=ticket.registered,
        assignee=ticket.assignee,
        waiting_since=ticket.waiting_since,
        closed_at=ticket.closed_at,
        tags=ticket.tags,
        team=ticket.team,
        notify=ticket.notify,
        skills=ticket.skills,
    )
    rows.ask(tx, _COUNT_ON, {"free": ticket.number + 1})
    begin_with(tx, ticket.number, ticket.status, ticket.opened_at)
    start_clocks(tx, ticket.number, ticket.clocks)
    take_part(tx, ticket.number, ticket.requester.mail, *ticket.participants)


def _reclassify(row: TicketRow, effect: Reclassify) -> None:
    row.severity = effect.severity or row.severity
    row.priority = effect.priority or row.priority
    row.level = effect.level or row.level
    row.kind = effect.kind or row.kind


def _change_status(tx: Tx, effect: ChangeStatus) -> None:
    row = _ticket(tx, effect.ticket)
    row.status = effect.status
    row.waiting_since = effect.at if effect.status in WAITING else None
    row.closed_at = effect.at if effect.status in ENDED else None
    turn_to(tx, effect.ticket, effect.status, effect.at)


def _add_intervention(tx: Tx, effect: AddIntervention) -> None:
    row = InterventionRow(
        ticket=effect.ticket,
        technician=effect.by,
        activity=effect.activity,
        minutes=effect.minutes,
        charged=effect.charged,
        public=effect.public,
        at=effect.at,
        bank=None if effect.debit is None else effect.debit.customer,
    )
    tx.add(row)
    if effect.debit is not None:
        tx.flush()
        book(tx, effect.debit, saved(row.id))


def _ticket(tx: Tx, number: int) -> TicketRow:
    return tx.get_one(TicketRow, number)
