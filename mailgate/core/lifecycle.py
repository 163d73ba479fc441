"""Which status follows which. Two tables: what a customer's mail does, and what a technician may ask for.

An answer reopens, a bare "thank you" does not (domain.md §5). Somebody else's turn (a third party) does not end because
the customer writes; their own turn does.
"""

from __future__ import annotations

from mailgate.core.intents import (
    Absent,
    Acknowledge,
    AddWatcher,
    AskValidation,
    AssignTo,
    Balance,
    Close,
    Correct,
    Grade,
    Help,
    Intent,
    Internal,
    LinkTo,
    MergeInto,
    Present,
    RemoveWatcher,
    Reopen,
    Resolve,
    SetContact,
    SetCustomer,
    SetSubject,
    Spend,
    SplitOff,
    Take,
    Undo,
    Wait,
)
from mailgate.core.model import Status

AFTER_CUSTOMER = {
    Status.NEW: Status.NEW,
    Status.OPEN: Status.OPEN,
    Status.WAITING_CUSTOMER: Status.OPEN,
    Status.WAITING_THIRD: Status.WAITING_THIRD,
    Status.WAITING_VALIDATION: Status.OPEN,
    Status.RESOLVED: Status.OPEN,
    Status.CLOSED: Status.OPEN,
    Status.PARKED: Status.PARKED,
    Status.MERGED: Status.MERGED,
}
"""Where a customer's mail that says more than thank you leads."""

AFTER_YES = {Status.WAITING_VALIDATION: Status.RESOLVED}
"""Where nothing but a yes leads instead, or a thank-you, when the customer was asked whether all is well."""

AFTER_WORK = {status: Status.OPEN if status is Status.NEW else status for status in Status}
"""Where a technician's work leads when no status was asked for."""

WAITING_OVER = "waiting-over"
"""The kind of timer that ends a wait."""

SETTLED = frozenset({Status.RESOLVED, Status.CLOSED})
WAITING = frozenset({Status.WAITING_CUSTOMER, Status.WAITING_THIRD, Status.WAITING_VALIDATION})
RECORDED_WAITS = WAITING | SETTLED | {Status.PARKED}
"""The statuses whose beginning and end are kept with the ticket: clocks may stand still in them."""

ACTIVE = frozenset(Status) - SETTLED - {Status.PARKED, Status.MERGED}
LIVING = frozenset(Status) - {Status.MERGED}

POSSIBLE: dict[type[Intent], frozenset[Status]] = {
    Take: LIVING,
    Acknowledge: LIVING,
    AssignTo: LIVING,
    Grade: ACTIVE,
    Internal: LIVING,
    Spend: LIVING,
    Correct: LIVING,
    Balance: frozenset(Status),
    Help: frozenset(Status),
    Undo: frozenset(Status),
    Absent: frozenset(Status),
    Present: frozenset(Status),
    SetSubject: LIVING,
    SetContact: LIVING,
    SetCustomer: LIVING,
    LinkTo: LIVING,
    MergeInto: LIVING,
    SplitOff: LIVING,
    AddWatcher: LIVING,
    RemoveWatcher: LIVING,
    Wait: ACTIVE,
    AskValidation: ACTIVE - {Status.WAITING_VALIDATION},
    Resolve: ACTIVE,
    Close: LIVING - {Status.CLOSED},
    Reopen: SETTLED | WAITING | {Status.PARKED},
}
"""The statuses in which each command makes sense."""


def asked_status(intent: Intent) -> Status | None:
    """The status a command asks for, or None when it asks for none."""
    match intent:
        case Wait(status=status):
            return status
        case AskValidation():
            return Status.WAITING_VALIDATION
        case Resolve():
            return Status.RESOLVED
        case Close():
            return Status.CLOSED
        case Reopen():
            return Status.OPEN
        case _:
            return None
