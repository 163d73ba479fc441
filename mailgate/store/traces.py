"""The tickets that the traces in a mail name: numbers in its subject, Message-IDs of ours, Message-IDs seen before.

Anybody can copy a trace. Of several tickets that one kind of trace names, the author's own is therefore meant, or their
colleagues': whoever sends a mail under a Message-ID that a customer will refer to, or puts another of our Message-IDs
first, does not lead the customer away from their ticket. Only so many are looked at, however many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, union_all
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from mailgate.core.events import MailReceived
from mailgate.core.model import Direction
from mailgate.core.ticket import Ticket
from mailgate.store import rows
from mailgate.store.database import Tx
from mailgate.store.tables import MessageRow, ParticipantRow

REFERENCES = 50
"""How many of a mail's last References are looked up."""

CANDIDATES = 10
"""How many tickets named by one kind of trace are tried."""


def _some(order: ColumnElement[Any], most: int) -> Select[int, int]:
    named = select_columns(col(MessageRow.id), col(MessageRow.ticket)).where(
        col(MessageRow.message_id) == bindparam("named"), col(MessageRow.direction) == Direction.IN
    )
    some = named.order_by(order).limit(most).subquery()
    return select_columns(some.c.id, some.c.ticket)


_BOTH_ENDS = union_all(_some(col(MessageRow.id).desc(), 1), _some(col(MessageRow.id).asc(), CANDIDATES))
"""The newest message under a Message-ID and the first ones. For all Message-IDs at once, everything would be sorted."""

Tickets = Callable[[int | None], Ticket | None]
"""Finds a ticket by its number; each one is read once."""


def first(tickets: Tickets, numbers: Iterable[int | None]) -> Ticket | None:
    """The first of the first `CANDIDATES` that exists."""
    return next((ticket for number in islice(numbers, CANDIDATES) if (ticket := tickets(number))), None)


def meant(tx: Tx, tickets: Tickets, event: MailReceived, numbers: Iterable[int]) -> Ticket | None:
    """Of the first `CANDIDATES`, the first that the mail's author takes part in, or their colleagues, or else the first
    that exists."""
    tried = tuple(dict.fromkeys(islice(numbers, CANDIDATES)))
    own = _own(tx, event, tried) if len(tried) > 1 else frozenset()
    return first(tickets, sorted(tried, key=lambda number: number not in own))


def referred(tx: Tx, references: tuple[str, ...]) -> tuple[int, ...]:
    """The tickets of the incoming messages that the mail refers to: the newest one's, then those of who wrote first.

    Copies come later than what they copy, so they are not in the way, however many there are."""
    asked = dict.fromkeys(references[-REFERENCES:])
    found = sorted((row.id, row.ticket) for named in asked for row in rows.ask(tx, _BOTH_ENDS, {"named": named}))
    return tuple(dict.fromkeys(ticket for _, ticket in (*found[-1:], *found)))


def _own(tx: Tx, event: MailReceived, numbers: tuple[int, ...]) -> frozenset[int]:
    """Those of the tickets that the mail's author takes part in; where there are none, somebody of the same domain."""
    if event.mail.sender is None:
        return frozenset()
    author = event.mail.sender.mail.lower()
    domain = author[author.rfind("@") :]
    theirs = select(ParticipantRow.ticket, ParticipantRow.address).where(
        col(ParticipantRow.ticket).in_(numbers), col(ParticipantRow.address).endswith(domain, autoescape=True)
    )
    near = tuple(tx.exec(theirs))
    own = frozenset(ticket for ticket, address in near if address == author)
    return own or frozenset(ticket for ticket, _ in near)
