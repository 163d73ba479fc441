"""What technicians' mails changed, kept so that they can be undone, and what undoing one does to its ticket.

The state and the clocks of a ticket lie there as they were: their own rows are what they are now. A wait that began
with an undone mail ends where it began, and so took no time; the one that it had ended is open again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from enum import Enum
from typing import Any, assert_never

from sqlalchemy import bindparam, func, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from mailgate.core.delivery import Lane
from mailgate.core.events import MailReceived
from mailgate.core.identity import person_id
from mailgate.core.intents import Correct, Undo
from mailgate.core.lifecycle import RECORDED_WAITS, WAITING, WAITING_OVER
from mailgate.core.model import Activity, Status
from mailgate.core.seen import Seen
from mailgate.core.ticket import Clock, Ending, Promise
from mailgate.core.undo_effects import KeepDeed, UndoDeed
from mailgate.core.undoable import ENDED, Deed, Mailed, Marks, State, Work, state_of
from mailgate.store import rows, timers
from mailgate.store.clocks import clock_of, clocks_of, newest, row_of
from mailgate.store.columns import UNTAKEN, OutboxState
from mailgate.store.database import Tx
from mailgate.store.relations import take_part
from mailgate.store.tables import ClockRow, DeedRow, InterventionRow, OutboxRow, TicketRow, WaitRow, saved

_OUTBOX = rows.table(OutboxRow)
_NEWEST_MAIL = select_columns(func.max(_OUTBOX.c.id)).where(_OUTBOX.c.ticket == bindparam("of"))

LOOKED_AT = 50
"""How many deeds of a ticket are looked through for the newest of one technician."""

TIMES = ("asked_at", "starts_at", "due_at", "ended_at")

GONE = (OutboxState.FAILED, OutboxState.CANCELLED)


def change_deed(tx: Tx, effect: KeepDeed | UndoDeed) -> None:
    """A deed is kept, or undone."""
    match effect:
        case KeepDeed():
            _keep(tx, effect)
        case UndoDeed():
            _undo(tx, effect)
        case _:
            assert_never(effect)


def _keep(tx: Tx, effect: KeepDeed) -> None:
    """Note a deed: what it found is in the effect, what it left in the rows."""
    number, work = effect.before.number, effect.work
    before, clocks = state_of(effect.before, effect.marks.wakes_at), effect.before.clocks
    first, last = effect.marks.newest_mail, _newest_mail(tx, number)
    after = before if effect.idle else _state(tx.get_one(TicketRow, number), timers.due_at(tx, number, WAITING_OVER))
    left = clocks if effect.idle else tuple(newest(clocks_of(tx, number)).values())
    tx.add(
        DeedRow(
            inbox_id=effect.inbox_id,
            ticket=number,
            technician=effect.technician,
            at=effect.at,
            before=_plain(before),
            after=_plain(after),
            clocks_before=[_written(tx, number, clock) for clock in clocks],
            clocks_after=[_written(tx, number, clock) for clock in left],
            activity=work.activity if work else None,
            minutes=work.minutes if work else 0,
            charged=work.charged if work else 0,
            public=work.public if work else True,
            bank=work.bank if work else None,
            lasting=effect.lasting,
            first_mail=last if effect.idle else first,
            last_mail=last,
        )
    )
    tx.flush()


def _undo(tx: Tx, effect: UndoDeed) -> None:
    """The deed is undone, and the ticket is in the state that is given."""
    said = update(DeedRow).where(col(DeedRow.id) == effect.deed)
    tx.exec(said.values(undone_by=effect.by, undone_at=effect.at))
    row, state = tx.get_one(TicketRow, effect.ticket), effect.state
    if row.status is not state.status or _since(row) != state.since:
        _turn_back(tx, effect)
    row.status = state.status
    row.waiting_since = state.since if state.status in WAITING else None
    row.closed_at = state.since if state.status in ENDED else None
    row.assignee, row.queue, row.kind, row.level = state.assignee, state.queue, state.kind, state.level
    row.severity, row.priority, row.subject = state.severity, state.priority, state.subject
    row.requester_mail, row.requester_name = state.requester, state.requester_name
    row.language, row.registered = state.language, state.registered
    row.customer, row.timezone = state.customer, state.timezone
    take_part(tx, effect.ticket, state.requester)
    tx.flush()


def seen(tx: Tx, event: MailReceived, before: Seen) -> Seen:
    """What an undoing may know: the newest deed of whoever holds the token, and, when they ask for it, its mails."""
    ticket = before.by_token
    if ticket is None or event.token is None:
        return before
    marks = Marks(_newest_mail(tx, ticket.number), timers.due_at(tx, ticket.number, WAITING_OVER))
    asked = any(isinstance(order.intent, Undo) for order in event.orders.orders)
    row = _newest(tx, ticket.number, event.token.person) if asked else None
    said = (event, event.held.mail) if event.held else (event,)
    corrects = any(isinstance(order.intent, Correct) for one in said for order in one.orders.orders)
    own = tuple(_own(tx, ticket.number, event.token.person)) if corrects else ()
    return replace(before, marks=marks, own=own, deed=None if row is None else _deed(tx, row))


def _own(tx: Tx, ticket: int, person: int) -> Iterable[Work]:
    """What a technician recorded on a ticket."""
    done = select(InterventionRow).where(InterventionRow.ticket == ticket).order_by(col(InterventionRow.id))
    for row in tx.exec(done):
        if person_id("technician", row.technician) == person:
            yield Work(row.activity, row.minutes, row.charged, row.public, row.bank)


def _newest(tx: Tx, ticket: int, person: int) -> DeedRow | None:
    done = select(DeedRow).where(DeedRow.ticket == ticket).order_by(col(DeedRow.id).desc()).limit(LOOKED_AT)
    return next((row for row in tx.exec(done) if person_id("technician", row.technician) == person), None)


def _deed(tx: Tx, row: DeedRow) -> Deed:
    work = None if row.activity is None else Work(row.activity, row.minutes, row.charged, row.public, row.bank)
    return Deed(
        id=saved(row.id),
        inbox_id=row.inbox_id,
        ticket=row.ticket,
        technician=row.technician,
        at=row.at,
        before=_read_state(row.before),
        after=_read_state(row.after),
        clocks_before=tuple(_read(tx, one) for one in row.clocks_before),
        clocks_after=tuple(_read(tx, one) for one in row.clocks_after),
        work=work,
        lasting=row.lasting,
        mails=tuple(_mails(tx, row)),
        undone_at=row.undone_at,
    )


def _mails(tx: Tx, deed: DeedRow) -> Iterable[Mailed]:
    """What the deed promised by mail and is not given up; locked, so that nobody takes it meanwhile."""
    theirs = select(OutboxRow).where(
        OutboxRow.ticket == deed.ticket,
        OutboxRow.lane == Lane.BULK,
        col(OutboxRow.id) > deed.first_mail,
        col(OutboxRow.id) <= deed.last_mail,
        col(OutboxRow.state).not_in(GONE),
    )
    for row in tx.exec(theirs.order_by(col(OutboxRow.id)).with_for_update()):
        tried = row.state is OutboxState.HELD or row.attempts > 0
        yield Mailed(saved(row.id), row.template, row.target, row.promised_at, row.state in UNTAKEN, tried)


def _newest_mail(tx: Tx, ticket: int) -> int:
    return rows.ask(tx, _NEWEST_MAIL, {"of": ticket}).scalar() or 0


def _turn_back(tx: Tx, effect: UndoDeed) -> None:
    """The wait that the deed began took no time, and the one that it ended goes on."""
    of_ticket = col(WaitRow.ticket) == effect.ticket
    begun = tx.exec(select(WaitRow).where(of_ticket, col(WaitRow.until).is_(None))).first()
    if begun is not None:
        begun.until = begun.since if begun.since >= effect.since else effect.at
        tx.flush()
    if effect.state.status not in RECORDED_WAITS:
        return
    ended = select(WaitRow).where(of_ticket, WaitRow.cause == effect.state.status, WaitRow.until == effect.since)
    goes_on = tx.exec(ended.where(col(WaitRow.since) < effect.since).order_by(col(WaitRow.id).desc())).first()
    if goes_on is not None:
        goes_on.until = None
    else:
        tx.add(WaitRow(ticket=effect.ticket, cause=effect.state.status, since=effect.state.since or effect.at))
    tx.flush()


def _since(row: TicketRow) -> datetime | None:
    return row.waiting_since or row.closed_at


def _state(row: TicketRow, wakes_at: datetime | None) -> State:
    return State(
        status=row.status,
        since=_since(row),
        wakes_at=wakes_at,
        assignee=row.assignee,
        queue=row.queue,
        kind=row.kind,
        level=row.level,
        severity=row.severity,
        priority=row.priority,
        subject=row.subject,
        requester=row.requester_mail,
        requester_name=row.requester_name,
        language=row.language,
        registered=row.registered,
        customer=row.customer,
        timezone=row.timezone,
    )


def _plain(state: State) -> Mapping[str, Any]:
    return {one.name: _scalar(getattr(state, one.name)) for one in fields(state)}


def _read_state(said: Mapping[str, Any]) -> State:
    times = {name: _time(said[name]) for name in ("since", "wakes_at")}
    return State(**{**said, "status": Status(said["status"]), **times})


def _written(tx: Tx, ticket: int, clock: Clock) -> Mapping[str, Any]:
    """A clock as a row of scalars; its calendar is kept as an edition."""
    row = row_of(tx, ticket, clock)
    return {name: _scalar(getattr(row, name)) for name in ClockRow.model_fields if name not in ("id", "ticket")}


def _read(tx: Tx, said: Mapping[str, Any]) -> Clock:
    times = {name: _time(said[name]) for name in TIMES}
    words = {
        "promise": Promise(said["promise"]),
        "ending": Ending(said["ending"]) if said["ending"] else None,
        "how": Activity(said["how"]) if said["how"] else None,
    }
    return clock_of(tx, ClockRow(**{**said, **times, **words, "ticket": 0}))


def _scalar(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _time(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said)
