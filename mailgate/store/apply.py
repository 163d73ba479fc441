"""A decision becomes rows: each effect in its turn, all in the event's own transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache, partial
from typing import assert_never

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
    FloodEffect,
)
from mailgate.core.undo_effects import KeepDeed, UndoDeed
from mailgate.store import inbox, timers
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

Reminder = (
    SetTimer | Await | CancelTimer | TakeTurn | Quarantine | RetryInbox | Hold | LetGo | Book | KeepDeed | UndoDeed
)


def apply_all(tx: Tx, scribe: Writer, effects: Iterable[Effect], occasion: str, now: datetime) -> None:
    """Write every effect down. `occasion` names the event ("inbox-12"); the same event makes the same Message-IDs.

    A mail whose files go to several people is taken apart once, and each file made ready once: everybody else waits for
    this transaction."""
    files = cache(partial(open_enclosure, tx, scribe))
    for index, effect in enumerate(effects):
        _apply(tx, effect, Desk(scribe, f"{occasion}.{index}", now, files))


def _apply(tx: Tx, effect: Effect, desk: Desk) -> None:
    """Each kind of effect has its room, which names the effects that it takes."""
    if isinstance(effect, TicketChange):
        change_ticket(tx, effect)
    elif isinstance(effect, Promise):
        promise(tx, effect, desk)
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


def _remember(tx: Tx, effect: Reminder, now: datetime) -> None:
    match effect:
        case SetTimer(ticket, kind, due_at):
            timers.set_timer(tx, ticket, kind, due_at)
        case Await(ticket, kind, seconds):
            timers.set_timer(tx, ticket, kind, now + timedelta(seconds=seconds))
        case CancelTimer(ticket, kind):
            timers.cancel(tx, ticket, kind)
        case TakeTurn(team, technician):
            tx.merge(TurnRow(team=team, technician=technician))
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
