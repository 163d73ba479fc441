"""Which requests asked for people lately, and whose pages tell of which (core.floods).

A flood must not make them slow: what every mail reads are the requests of its customer, within an hour, for which
people were called, and those are few by the very rule that they serve; whatever may be many is counted by an index, and
no further than anybody asks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, insert, literal, or_, true, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from mailgate.core.events import Event, MailReceived, TimerFired
from mailgate.core.flood_letters import TOLD, names_others
from mailgate.core.floods import NAMED, WAKE, WINDOW
from mailgate.core.lifecycle import ACTIVE
from mailgate.core.model import Status
from mailgate.core.page_effects import CountCall, FloodEffect, PassOn, SpeakFor
from mailgate.core.seen import COUNTED_MOST, Call, Flood, Seen
from mailgate.core.summons import SHORT
from mailgate.core.ticket import Ticket
from mailgate.core.undoing import asks_to_undo
from mailgate.store import fates, rows, timers
from mailgate.store.columns import UtcTime
from mailgate.store.database import Tx
from mailgate.store.tables import FloodRow, PageRow, TicketRow, TimerRow
from mailgate.store.tickets import find_ticket

HOUR = timedelta(hours=1)

CALLS_MOST = 1000
"""How many requests of the last hour are looked at."""

_FLOODS, _TICKETS, _TIMERS = rows.table(FloodRow), rows.table(TicketRow), rows.table(TimerRow)
_PAGES = rows.table(PageRow)
_GATHERS = exists().where(_TIMERS.c.ticket == _FLOODS.c.ticket, _TIMERS.c.kind == WINDOW)
_CALLS = (
    select_columns(
        _FLOODS.c.ticket,
        _FLOODS.c.customer,
        _FLOODS.c.queue,
        _FLOODS.c.at,
        _TICKETS.c.status,
        _GATHERS.label("gathers"),
    )
    .join_from(_FLOODS, _TICKETS, _TICKETS.c.number == _FLOODS.c.ticket)
    .where(_FLOODS.c.alone == true(), _FLOODS.c.at > bindparam("since"))
    .order_by(_FLOODS.c.at.desc())
    .limit(CALLS_MOST)
)
_CALLS_OF_FIRM = _CALLS.where(_FLOODS.c.customer == bindparam("firm"))
_CALLED = (
    select_columns(_PAGES.c.ticket, _PAGES.c.technician)
    .where(_PAGES.c.ticket.in_(bindparam("tickets", expanding=True)))
    .order_by(_PAGES.c.id)
)


HAD = ACTIVE - {Status.NEW}
"""Somebody has a ticket in these, and owes something for it."""


def _of(*ticket: ColumnElement[bool] | bool) -> ColumnElement[bool]:
    return select(TicketRow.number).where(TicketRow.number == FloodRow.ticket, *ticket).exists()


_IS_NEW = _of(col(TicketRow.status) == Status.NEW)


def _waiting(front: int, number: int) -> tuple[ColumnElement[bool], ...]:
    """The others of a front that nobody has."""
    return col(FloodRow.front) == front, col(FloodRow.ticket) != number, _IS_NEW


def _had(front: int, number: int, owner: str | None) -> tuple[ColumnElement[bool], ...]:
    """The others of a front that this person has."""
    theirs = _of(col(TicketRow.assignee) == owner, col(TicketRow.status).in_(HAD))
    return col(FloodRow.front) == front, col(FloodRow.ticket) != number, theirs


_OWNER = select_columns(_TICKETS.c.assignee).where(_TICKETS.c.number == bindparam("of"))
_FRONT = _TICKETS.alias()
_KEPT = (
    select_columns(_FLOODS.c.ticket)
    .join(_TICKETS, _TICKETS.c.number == _FLOODS.c.ticket)
    .join(_FRONT, _FRONT.c.number == _FLOODS.c.front)
    .where(_FLOODS.c.front == bindparam("front"), _FLOODS.c.ticket != _FLOODS.c.front)
    .where(_TICKETS.c.status == Status.OPEN, _TICKETS.c.assignee == _FRONT.c.assignee)
    .order_by(_FLOODS.c.ticket)
    .limit(NAMED + 1)
)
_CALLED_AGAIN = update(_FLOODS).where(_FLOODS.c.ticket == bindparam("of")).values(at=bindparam("when"))


def change_flood(tx: Tx, effect: FloodEffect) -> None:
    """Write down that people are wanted, that pages tell of more than their ticket, or that they are answered."""
    match effect:
        case CountCall():
            _count_call(tx, effect)
        case SpeakFor(front, others):
            _speak_for(tx, front, others)
        case PassOn(front, kind, at):
            _pass_on(tx, front, kind, at)
        case _:
            assert_never(effect)


def calls(tx: Tx, at: datetime, firm: str | None = None) -> tuple[Call, ...]:
    """The requests for which people were called within an hour before `at`, the newest first: of one customer ("": of
    all senders whom the rules do not name), or of everybody."""
    since = at - HOUR
    if firm is None:
        found = rows.ask(tx, _CALLS, {"since": since}).all()
    else:
        found = rows.ask(tx, _CALLS_OF_FIRM, {"since": since, "firm": firm}).all()
    newest = {(row.customer, row.queue): row.ticket for row in reversed(found)}
    people = _called(tx, list(newest.values()))
    return tuple(
        Call(
            row.ticket,
            row.customer,
            row.queue,
            row.at,
            waits=row.status is Status.NEW,
            gathers=bool(row.gathers),
            people=people.get(row.ticket, ()),
        )
        for row in found
    )


def of_ticket(tx: Tx, seen: Seen, event: Event) -> Seen:
    """The snapshot with what its ticket's pages have to do with a flood, and whom they cannot reach."""
    ticket = seen.by_token
    if ticket is None:
        return seen
    kind = event.kind if isinstance(event, TimerFired) else ""
    flood = _flood_of(tx, ticket, kind)
    if isinstance(event, MailReceived) and asks_to_undo(event) and flood is not None and flood.front == ticket.number:
        flood = replace(flood, kept=tuple(rows.ask(tx, _KEPT, {"front": ticket.number}).scalars()))
    orphan = kind == WAKE and flood is not None and flood.owner is None
    short = timers.is_set(tx, ticket.number, SHORT)
    return replace(
        seen,
        flood=flood,
        calls=calls(tx, event.due_at) if isinstance(event, TimerFired) and orphan else seen.calls,
        dead=fates.marked(tx, {page.target.lower() for page in ticket.pages}),
        short=frozenset({ticket.number}) if short else frozenset(),
    )


def _flood_of(tx: Tx, ticket: Ticket, kind: str) -> Flood | None:
    """What a ticket has to do with a flood, None when nobody was to be called for it; `kind` is that of the timer that
    asks, "" for any other event."""
    number, row = ticket.number, tx.get(FloodRow, ticket.number)
    if row is None:
        return None
    front = row.front
    if kind == WINDOW:
        return _gathered(tx, row)
    if front is None or kind == WAKE:
        return Flood(front, _owner(tx, front))
    is_new = front == number or ticket.status is Status.NEW
    told = frozenset[str]() if front == number else timers.of_kinds(tx, front, TOLD)
    others = _waiting(front, number) if is_new else _had(front, number, ticket.assignee)
    named, size = _behind(tx, *others) if names_others(told, is_new) else ((), 0)
    return Flood(front, _owner(tx, front), told, named, size)


def _count_call(tx: Tx, effect: CountCall) -> None:
    """A request that moves to another queue when people were called for it keeps what it is to those behind it; one
    that stood behind another, and for which people are called now, stands for itself."""
    whose = {"customer": effect.customer, "queue": effect.queue, "alone": effect.alone}
    front = effect.ticket if effect.alone else None
    if rows.ask(tx, _CALLED_AGAIN, {"of": effect.ticket, "when": effect.at}).rowcount:
        moved = (col(FloodRow.ticket) == effect.ticket, col(FloodRow.front).is_distinct_from(effect.ticket))
        tx.exec(update(FloodRow).where(*moved).values(**whose, front=front))
    else:
        rows.add_one(tx, FloodRow, ticket=effect.ticket, at=effect.at, front=front, **whose)


def _speak_for(tx: Tx, front: int, others: tuple[int, ...]) -> None:
    """Whatever is behind one of the others goes with it: whoever takes the front has all of them."""
    speaks = tx.get_one(FloodRow, front)
    gathered = (
        col(FloodRow.customer) == speaks.customer,
        col(FloodRow.queue) == speaks.queue,
        col(FloodRow.front).is_(None),
    )
    tx.exec(update(FloodRow).where(*gathered).values(front=front))
    joined = or_(col(FloodRow.ticket).in_((front, *others)), col(FloodRow.front).in_(others))
    tx.exec(update(FloodRow).where(joined).values(front=front))
    tx.exec(update(FloodRow).where(col(FloodRow.ticket) == front).values(alone=True))


def _pass_on(tx: Tx, front: int, kind: str, at: datetime) -> None:
    """One statement for however many."""
    behind = select_columns(col(FloodRow.ticket)).where(*_waiting(front, front))
    tx.exec(delete(TimerRow).where(col(TimerRow.kind) == kind, col(TimerRow.ticket).in_(behind)))
    woken = select_columns(col(FloodRow.ticket), literal(kind), literal(at, UtcTime())).where(*_waiting(front, front))
    tx.exec(insert(TimerRow).from_select(["ticket", "kind", "due_at"], woken))


def _gathered(tx: Tx, front: FloodRow) -> Flood:
    untold = (
        FloodRow.customer == front.customer,
        FloodRow.queue == front.queue,
        col(FloodRow.front).is_(None),
        _IS_NEW,
    )
    oldest = tuple(tx.exec(select(FloodRow.ticket).where(*untold).order_by(col(FloodRow.ticket)).limit(NAMED)))
    if not oldest:
        return Flood(front.ticket)
    first = find_ticket(tx, oldest[0])
    return Flood(front.ticket, gathered=oldest, waiting=_count(tx, *untold), first=first)


def _behind(tx: Tx, *others: ColumnElement[bool]) -> tuple[tuple[int, ...], int]:
    """The oldest of these, and how many they are."""
    named = tuple(tx.exec(select(FloodRow.ticket).where(*others).order_by(col(FloodRow.ticket)).limit(NAMED)))
    return named, (_count(tx, *others) if len(named) == NAMED else len(named))


def _owner(tx: Tx, front: int | None) -> str | None:
    return None if front is None else rows.ask(tx, _OWNER, {"of": front}).scalar()


def _count(tx: Tx, *which: ColumnElement[bool] | bool) -> int:
    some = select(FloodRow.ticket).where(*which).limit(COUNTED_MOST)
    return tx.exec(select(func.count()).select_from(some.subquery())).one()


def _called(tx: Tx, tickets: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    """Who was called for each of the tickets, in order."""
    found: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for ticket, technician in rows.ask(tx, _CALLED, {"tickets": tickets}) if tickets else ():
        found[ticket][technician] = None
    return {ticket: tuple(people) for ticket, people in found.items()}
