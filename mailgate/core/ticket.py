"""A ticket as it stands: its promises, its pages and its story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailgate.core.model import Activity, Address, Attachment, Direction, PageState, Status


@dataclass(frozen=True, slots=True)
class Callback:
    """The call-back promise of one ticket: counted on `calendar`, owed by `due_at`, kept or not yet.

    `kept_by` is a technician's key; `paused_minutes` is working time that the customer's turn added."""

    calendar: str
    starts_at: datetime
    due_at: datetime
    paused_minutes: int = 0
    kept_at: datetime | None = None
    kept_by: str | None = None
    kept_how: Activity | None = None
    in_time: bool | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One earlier message of a ticket, as the next mail about it quotes it."""

    at: datetime
    who: str
    direction: Direction
    text: str
    automatic: bool = False
    inbox_id: int | None = None
    attachments: tuple[Attachment, ...] = ()


LIVE_PAGES = frozenset(
    {PageState.PROMISED, PageState.SENT, PageState.ACCEPTED, PageState.ACKNOWLEDGED, PageState.ESCALATED}
)
"""The states of a page that may have reached, or may still reach, its person."""


@dataclass(frozen=True, slots=True)
class Paged:
    """One page of a ticket, to one technician over one channel."""

    technician: str
    target: str
    state: PageState


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it stands. `queue`, `customer` and `assignee` are keys of the rules.

    `participants` are the addr-specs (lower case) that wrote in it or ask for it; `notified` the technicians paged for
    it; `references` the Message-IDs that a mail to the requester continues, oldest first. `team`, `notify` and `skills`
    are what a rule asked for instead of the queue's own, kept for a request that is parked first."""

    number: int
    queue: str
    subject: str
    requester: Address
    opened_at: datetime
    language: str
    timezone: str
    status: Status = Status.NEW
    kind: str = "assistance"
    level: int = 1
    severity: str | None = None
    priority: str | None = None
    customer: str | None = None
    registered: bool = False
    assignee: str | None = None
    callback: Callback | None = None
    update_due_at: datetime | None = None
    waiting_since: datetime | None = None
    closed_at: datetime | None = None
    tags: tuple[str, ...] = ()
    participants: frozenset[str] = frozenset()
    notified: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    history: tuple[Line, ...] = ()
    team: str | None = None
    notify: int | None = None
    skills: tuple[str, ...] = ()
    pages: tuple[Paged, ...] = ()
