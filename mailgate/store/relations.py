"""The effects that change what a ticket is called, whose it is, and which others it belongs with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never

from sqlalchemy import Integer, bindparam, exists, insert, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from mailgate.core.events import MailReceived
from mailgate.core.flood_letters import FOR_OTHERS
from mailgate.core.intents import LinkTo, MergeInto
from mailgate.core.model import TokenKind
from mailgate.core.relation_effects import (
    ChangeCustomer,
    ChangeRequester,
    ChangeSubject,
    LinkTickets,
    MergeTickets,
    MoveMessage,
    RelationEffect,
    Unwatch,
    Watch,
)
from mailgate.core.ticket import Ticket
from mailgate.store import rows, timers
from mailgate.store.columns import PlainText
from mailgate.store.database import Tx
from mailgate.store.tables import LinkRow, MessageRow, ParticipantRow, TicketRow, WatcherRow

SIBLINGS = 5
"""How many numbers are offered in place of one that is none."""

_PEOPLE, _LINKS, _WATCHERS = rows.table(ParticipantRow), rows.table(LinkRow), rows.table(WatcherRow)
_LINKED = select_columns(_LINKS.c.other).where(_LINKS.c.ticket == bindparam("of")).order_by(_LINKS.c.other)
_WATCHING = (
    select_columns(_WATCHERS.c.address)
    .where(_WATCHERS.c.ticket == bindparam("of"))
    .order_by(_WATCHERS.c.at, _WATCHERS.c.address)
)
_WHO, _WHERE = bindparam("who", type_=PlainText()), bindparam("in_ticket", type_=Integer())
_TAKES_PART = exists().where(_PEOPLE.c.ticket == _WHERE, _PEOPLE.c.address == _WHO)
_TAKE_PART = insert(_PEOPLE).from_select(["ticket", "address"], select_columns(_WHERE, _WHO).where(~_TAKES_PART))

Tickets = Callable[[int | None], Ticket | None]


def change_relation(tx: Tx, effect: RelationEffect) -> None:
    """Turn one effect into columns and rows."""
    match effect:
        case ChangeSubject(number, subject):
            tx.get_one(TicketRow, number).subject = subject
        case ChangeRequester():
            _change_requester(tx, effect)
        case ChangeCustomer(number, customer, timezone):
            row = tx.get_one(TicketRow, number)
            row.customer, row.timezone = customer, timezone
        case LinkTickets():
            _link(tx, effect)
        case MoveMessage(number, into, inbox_id):
            theirs = (col(MessageRow.ticket) == number, col(MessageRow.inbox_id) == inbox_id)
            tx.exec(update(MessageRow).where(*theirs).values(ticket=into))
        case MergeTickets():
            _merge(tx, effect)
        case Watch():
            _watch(tx, effect)
        case Unwatch(number, address):
            _unwatch(tx, number, address)
        case _:
            assert_never(effect)


def linked(tx: Tx, number: int) -> tuple[int, ...]:
    """The tickets that belong with this one."""
    return tuple(rows.ask(tx, _LINKED, {"of": number}).scalars())


def watchers(tx: Tx, number: int) -> tuple[str, ...]:
    """Who hears what the customer is told, in the order in which they were added."""
    return tuple(rows.ask(tx, _WATCHING, {"of": number}).scalars())


def named(tickets: Tickets, event: MailReceived) -> Mapping[int, Ticket]:
    """The tickets whose numbers the commands of a mail hold, by the number as typed."""
    found = {number: tickets(number) for number in _numbers(event)}
    return {number: ticket for number, ticket in found.items() if ticket is not None}


def siblings(tx: Tx, tickets: Tickets, event: MailReceived) -> tuple[int, ...]:
    """The newest other tickets of the customer of the mail's own ticket, when a command holds a number."""
    own = tickets(event.token.ticket) if event.token is not None and _numbers(event) else None
    if own is None or own.customer is None:
        return ()
    others = select(TicketRow.number).where(TicketRow.customer == own.customer, TicketRow.number != own.number)
    return tuple(tx.exec(others.order_by(col(TicketRow.number).desc()).limit(SIBLINGS)))


def _numbers(event: MailReceived) -> tuple[int, ...]:
    """Those of the mail that a confirming word is about, too."""
    if event.token is None or event.token.kind is not TokenKind.TECHNICIAN:
        return ()
    orders = (*event.orders.orders, *(event.held.mail.orders.orders if event.held is not None else ()))
    return tuple(order.intent.ticket for order in orders if isinstance(order.intent, LinkTo | MergeInto))


def followed(tickets: Tickets) -> Tickets:
    """Finds a ticket, or the one that it became part of. Each merge leads straight to the end; a row that leads in a
    circle leads nowhere further."""

    def find(number: int | None) -> Ticket | None:
        ticket = tickets(number)
        into = tickets(ticket.merged_into) if ticket is not None and ticket.merged_into is not None else None
        return into or ticket

    return find


def merged(tx: Tx, number: int) -> tuple[int, ...]:
    """The tickets that became part of this one."""
    theirs = select(TicketRow.number).where(TicketRow.merged_into == number)
    return tuple(tx.exec(theirs.order_by(col(TicketRow.number))))


def _merge(tx: Tx, effect: MergeTickets) -> None:
    """Whatever became part of the merged ticket leads to the other one from now on: no lead is longer than one step.
    Those that wait for the page at the end of its window still get it."""
    tx.get_one(TicketRow, effect.ticket).merged_into = effect.into
    tx.flush()
    tx.exec(update(TicketRow).where(col(TicketRow.merged_into) == effect.ticket).values(merged_into=effect.into))
    for address in tx.exec(select(ParticipantRow.address).where(ParticipantRow.ticket == effect.ticket)).all():
        take_part(tx, effect.into, address)
    timers.cancel_others(tx, effect.ticket, FOR_OTHERS)


def _watch(tx: Tx, effect: Watch) -> None:
    if tx.get(WatcherRow, (effect.ticket, effect.address)) is None:
        tx.add(WatcherRow(ticket=effect.ticket, address=effect.address, at=effect.at))


def _unwatch(tx: Tx, number: int, address: str) -> None:
    row = tx.get(WatcherRow, (number, address))
    if row is not None:
        tx.delete(row)


def _link(tx: Tx, effect: LinkTickets) -> None:
    """In both directions, once."""
    for one, other in ((effect.ticket, effect.other), (effect.other, effect.ticket)):
        if tx.get(LinkRow, (one, other)) is None:
            tx.add(LinkRow(ticket=one, other=other, at=effect.at))


def take_part(tx: Tx, ticket: int, *addresses: str) -> None:
    """Somebody takes part in a ticket, if they do not yet."""
    people = dict.fromkeys(address.lower() for address in addresses)
    rows.ask(tx, _TAKE_PART, [{"in_ticket": ticket, "who": address} for address in people])


def _change_requester(tx: Tx, effect: ChangeRequester) -> None:
    row = tx.get_one(TicketRow, effect.ticket)
    row.requester_mail, row.requester_name = effect.requester.mail, effect.requester.name
    row.language, row.registered = effect.language, effect.registered
    take_part(tx, effect.ticket, effect.requester.mail)
