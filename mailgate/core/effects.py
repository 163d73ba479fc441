"""What must happen. `store.apply` turns each effect into rows inside the event's own transaction, in this order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from mailgate.core.bank_effects import Book
from mailgate.core.letters import Letter
from mailgate.core.model import Activity, Attachment, Direction, Status
from mailgate.core.page_effects import PageEffect
from mailgate.core.relation_effects import RelationEffect
from mailgate.core.reports import Fate
from mailgate.core.ticket import Clock, Ticket
from mailgate.core.undo_effects import UndoEffect


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Create this ticket; its number is the snapshot's `next_ticket`."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class AddMessage:
    """Append to the ticket's story; `inbox_id` points to the raw mail when there is one."""

    ticket: int
    direction: Direction
    sender: str
    to: tuple[str, ...]
    text: str
    at: datetime
    automatic: bool = False
    inbox_id: int | None = None
    message_id: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class AddIntervention:
    """Record what technician `by` did: real minutes and charged minutes; `debit` is their entry in the customer's bank,
    when that pays for them."""

    ticket: int
    by: str
    activity: Activity
    minutes: int
    charged: int
    public: bool
    at: datetime
    debit: Book | None = None


@dataclass(frozen=True, slots=True)
class ChangeStatus:
    """Move the ticket; `at` becomes `waiting_since` or `closed_at` where the status has one."""

    ticket: int
    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the ticket to a technician (a key of the rules)."""

    ticket: int
    technician: str


@dataclass(frozen=True, slots=True)
class SetClock:
    """A clock as it now stands: started, shifted by a wait, or ended. The same promise asked for at the same moment is
    the same clock."""

    ticket: int
    clock: Clock


@dataclass(frozen=True, slots=True)
class Reclassify:
    """Grade the ticket anew; None leaves what it is."""

    ticket: int
    severity: str | None = None
    priority: str | None = None
    level: int | None = None
    kind: str | None = None

    def applied(self, ticket: Ticket) -> Ticket:
        """The ticket as it is graded then."""
        return replace(
            ticket,
            severity=self.severity or ticket.severity,
            priority=self.priority or ticket.priority,
            level=self.level or ticket.level,
            kind=self.kind or ticket.kind,
        )


@dataclass(frozen=True, slots=True)
class MoveToQueue:
    """The ticket belongs to another queue from now on."""

    ticket: int
    queue: str


@dataclass(frozen=True, slots=True)
class SendMail:
    """Promise one mail: rendered now, stored as bytes, sent by the bulk lane.

    `record`: its words also become an outgoing, automatic message of the ticket's story. `counted`: it uses up what the
    budgets grant (core.budgets)."""

    letter: Letter
    record: bool = False
    counted: bool = False


@dataclass(frozen=True, slots=True)
class HoldBack:
    """An automatic mail that a budget kept from leaving: remembered until it was reported to the administrators.

    `budget` is a key of `[automatic]` in the rules; `address` is who would have heard."""

    budget: str
    address: str
    at: datetime
    ticket: int | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """The technician's mail of this inbox row waits for one more word of theirs (core.holding)."""

    inbox_id: int
    technician: str
    ticket: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class LetGo:
    """The mail of this inbox row waits no longer: it was carried out, dropped or overtaken."""

    inbox_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ForgetHeldBack:
    """What budgets held back up to and with row `through` was reported."""

    through: int


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Bring `TimerFired(kind, ticket)` back at `due_at`; one timer per ticket and kind, a later one replaces it.

    Without a ticket it is the desk's own."""

    ticket: int | None
    kind: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """The timer of this kind is not needed any more."""

    ticket: int
    kind: str


@dataclass(frozen=True, slots=True)
class TakeTurn:
    """The rotation of `team` has come to `technician`; the next mail starts after them."""

    team: str
    technician: str


@dataclass(frozen=True, slots=True)
class RecordAbsence:
    """The technician is away from `first` to `last`, both included, on their own calendar."""

    technician: str
    first: date
    last: date
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawAbsences:
    """The technician is not away after all: what they said by mail of `since` and later days is forgotten."""

    technician: str
    since: date


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Keep the inbox row aside, with the reason, until somebody asks for a retry."""

    inbox_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class RetryInbox:
    """A quarantined inbox row becomes pending again."""

    inbox_id: int


@dataclass(frozen=True, slots=True)
class RetryOutbox:
    """A failed or deferred outbox row is tried again now, byte for byte."""

    outbox_id: int


@dataclass(frozen=True, slots=True)
class ReleaseHeld:
    """What a restore held leaves now, or never when it is a `drop`: the outbox rows up to `through`, of these only
    `row` when it is named, and only `pages` when it says so. `by` is the inbox row of the operator's word."""

    by: int
    through: int
    row: int | None = None
    pages: bool = False
    drop: bool = False


@dataclass(frozen=True, slots=True)
class SetFate:
    """What became of the mail of outbox row `outbox_id` after the relay had taken it."""

    outbox_id: int
    fate: Fate
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MarkAddress:
    """Mail to this address (lower case) did not arrive: shown until something shows that it does again."""

    address: str
    fate: Fate
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ClearAddress:
    """The address works: a mail reached it, or somebody wrote from it."""

    address: str


Effect = (
    OpenTicket
    | AddMessage
    | AddIntervention
    | ChangeStatus
    | Assign
    | SetClock
    | Reclassify
    | MoveToQueue
    | SendMail
    | PageEffect
    | RelationEffect
    | SetTimer
    | CancelTimer
    | TakeTurn
    | RecordAbsence
    | WithdrawAbsences
    | Quarantine
    | RetryInbox
    | RetryOutbox
    | ReleaseHeld
    | HoldBack
    | ForgetHeldBack
    | Hold
    | LetGo
    | SetFate
    | MarkAddress
    | ClearAddress
    | Book
    | UndoEffect
)
