"""The append-only book of what happened and why, written in the transaction that did it."""

from __future__ import annotations

from datetime import datetime

from mailgate.core.decision import Decision
from mailgate.core.events import (
    BankAsked,
    DeliveryFailed,
    DrillAsked,
    Event,
    MailReceived,
    MailUnreadable,
    PageAnswered,
    ReleaseAsked,
    RetryAsked,
    TicketRequested,
    TimerFired,
)
from mailgate.store import rows
from mailgate.store.database import Tx
from mailgate.store.tables import JournalRow

WORDS: dict[type[Event], str] = {
    MailReceived: "mail-received",
    MailUnreadable: "mail-unreadable",
    DeliveryFailed: "delivery-failed",
    TicketRequested: "ticket-requested",
    RetryAsked: "retry-asked",
    ReleaseAsked: "release-asked",
    DrillAsked: "drill-asked",
    PageAnswered: "page-answered",
    BankAsked: "bank-asked",
    TimerFired: "timer-fired",
}
"""What an event is called in the book; a timer adds its kind ("timer-fired callback-due")."""


def record(tx: Tx, event: Event, decision: Decision, rules: str, now: datetime) -> None:
    """Write down one decision, and the digest of the rules that it was made by."""
    rows.add_one(
        tx,
        JournalRow,
        at=now,
        event=_name(event),
        because=decision.because,
        outcome=decision.outcome,
        ticket=decision.ticket,
        inbox_id=None if isinstance(event, TimerFired) else event.inbox_id,
        rules=rules,
    )


def _name(event: Event) -> str:
    word = WORDS[type(event)]
    return f"{word} {event.kind}" if isinstance(event, TimerFired) else word
