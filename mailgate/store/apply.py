"""A decision becomes rows: each effect in its turn, all in the event's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from typing import assert_never

from sqlalchemy import bindparam, update

from mailgate.core.bank_effects import Book
from mailgate.core.effects import (
    CancelTimer,
    Effect,
    Hold,
    LetGo,
    Quarantine,
    RetryInbox,
    SetTimer,
    TakeTurn,
)
from mailgate.core.page_effects import (
    Await,
    CountCall,
    FloodEffect,
)
from mailgate.core.undo_effects import KeepDeed, UndoDeed
from mailgate.store import inbox, rows, timers
from mailgate.store.absences import AbsenceChange, change_absences
from mailgate.store.bank import book
from mailgate.store.budgets import BudgetChange, change_budgets
from mailgate.store.database import Tx
from mailgate.store.deeds import change_deed
from mailgate.store.fates import FateChange, change_fate
from mailgate.store.floods import change_flood
from mailgate.store.held import change_held
from mailgate.store.promises import Desk, Promise, Withdrawal, Writer, open_enclosure, promise, withdraw
from mailgate.store.tables import TurnRow
from mailgate.store.ticket_changes import TicketChange, change_ticket

_TURNS = rows.table(TurnRow)
_TURN = update(_TURNS).where(_TURNS.c.team == bindparam("of")).values(technician=bindparam("who"))

Alarm = SetTimer | Await
Apart = TakeTurn | CountCall
"""Effects whose tables no promise and no timer reads or writes."""

One = tuple[Effect, Desk]
Reminder = CancelTimer | TakeTurn | Quarantine | RetryInbox | Hold | LetGo | Book | KeepDeed | UndoDeed


def apply_all(tx: Tx, scribe: Writer, effects: Iterable[Effect], occasion: str, now: datetime) -> None:
    """Write every effect down. `occasion` names the event ("inbox-12"); the same event makes the same Message-IDs.

    A mail whose files go to several people is taken apart once, and each file made ready once: everybody else waits for
    this transaction."""
    files = cache(partial(open_enclosure, tx, scribe))
    desks = ((effect, Desk(scribe, f"{occasion}.{index}", now, files)) for index, effect in enumerate(effects))
    for run in _runs(desks):
        _apply(tx, run)


def _runs(desks: Iterable[One]) -> Sequence[Sequence[One]]:
    """Promises, and timers, that stand behind one another are written at once; any other effect alone. What stands
    among them and has nothing to do with them goes before them."""
    runs: list[list[One]] = []
    for one in desks:
        if runs and _together(one) == _together(runs[-1][0]):
            runs[-1].append(one)
        elif runs and isinstance(one[0], Apart) and isinstance(runs[-1][0][0], Promise | Alarm):
            runs.insert(-1, [one])
        else:
            runs.append([one])
    return runs


def _together(one: One) -> str:
    effect, desk = one
    return "promises" if isinstance(effect, Promise) else "timers" if isinstance(effect, Alarm) else desk.occasion


def _apply(tx: Tx, run: Sequence[One]) -> None:
    """Each kind of effect has its room, which names the effects that it takes."""
    effect, desk = run[0]
    if isinstance(effect, TicketChange):
        change_ticket(tx, effect)
    elif isinstance(effect, Promise):
        promise(tx, [(one, its) for one, its in run if isinstance(one, Promise)])
    elif isinstance(effect, Alarm):
        timers.set_timers(tx, [_timer(one, its.now) for one, its in run if isinstance(one, Alarm)])
    elif isinstance(effect, Withdrawal):
        withdraw(tx, effect, desk.now)
    elif isinstance(effect, Reminder):
        _remember(tx, effect, desk.now)
    elif isinstance(effect, FloodEffect):
        change_flood(tx, effect)
    elif isinstance(effect, AbsenceChange):
        change_absences(tx, effect)
    elif isinstance(effect, BudgetChange):
        change_budgets(tx, effect)
    elif isinstance(effect, FateChange):
        change_fate(tx, effect)
    else:
        assert_never(effect)


def _timer(effect: Alarm, now: datetime) -> timers.Timer:
    due_at = effect.due_at if isinstance(effect, SetTimer) else now + timedelta(seconds=effect.seconds)
    return timers.Timer(effect.ticket, effect.kind, due_at)


def _take_turn(tx: Tx, team: str, technician: str) -> None:
    if not rows.ask(tx, _TURN, {"of": team, "who": technician}).rowcount:
        rows.add_one(tx, TurnRow, team=team, technician=technician)


def _remember(tx: Tx, effect: Reminder, now: datetime) -> None:
    match effect:
        case CancelTimer(ticket, kind):
            timers.cancel(tx, ticket, kind)
        case TakeTurn(team, technician):
            _take_turn(tx, team, technician)
        case Quarantine(inbox_id, reason):
            inbox.quarantine(tx, inbox_id, reason)
        case RetryInbox(inbox_id):
            inbox.retry(tx, inbox_id)
        case Hold() | LetGo():
            change_held(tx, effect, now)
        case Book():
            book(tx, effect)
        case KeepDeed() | UndoDeed():
            change_deed(tx, effect)
        case _:
            assert_never(effect)
