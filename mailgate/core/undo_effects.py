"""What must happen so that a technician's mail can be undone, and when it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailgate.core.ticket import Ticket
from mailgate.core.undoable import Marks, State, Work


@dataclass(frozen=True, slots=True)
class KeepDeed:
    """The mail of inbox row `inbox_id` was carried out on `before`: keep what it changed. Always the last effect, for
    what it left is read from the ticket. An `idle` one left it as it was, whatever else happened to it."""

    before: Ticket
    marks: Marks
    inbox_id: int
    technician: str
    at: datetime
    work: Work | None = None
    lasting: tuple[str, ...] = ()
    idle: bool = False


@dataclass(frozen=True, slots=True)
class UndoDeed:
    """Deed `deed` is undone by inbox row `by`: the ticket is in `state` again. The wait that began with the deed, which
    was carried out `since`, never was; the one that ended with it goes on."""

    ticket: int
    deed: int
    by: int
    at: datetime
    state: State
    since: datetime


@dataclass(frozen=True, slots=True)
class WithdrawMail:
    """The mail of outbox row `outbox_id` does not leave, if it did not yet."""

    outbox_id: int
    reason: str


UndoEffect = KeepDeed | UndoDeed | WithdrawMail
