"""A ticket as it stands: its promises, its pages and its story."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mailgate.core.hours import Calendar, Duration
from mailgate.core.model import Activity, Address, Attachment, Direction, PageState, Status


class Promise(StrEnum):
    """What a ticket has a clock for (domain.md §1, §4 and §5)."""

    CALLBACK = "callback"
    ENGAGEMENT = "engagement"
    RESOLUTION = "resolution"
    UPDATE = "update"
    VALIDATION = "validation"
    CLOSING = "closing"


class Ending(StrEnum):
    """How a clock ended; NO_LONGER: what it was for went away."""

    KEPT = "kept"
    LATE = "late"
    NO_LONGER = "no-longer"


@dataclass(frozen=True, slots=True)
class Wait:
    """A time in which a ticket was somebody else's turn, or settled; `until` None: it still is. `cause` is its status
    then."""

    cause: Status
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise of one ticket, made at `asked_at`, counted from `starts_at`, owed by `due_at`.

    `hours` is the calendar as it was when the promise was made, `calendar` its key in the rules; None, like `delay`
    None: an older version of this program made the promise and did not note it. `paused_minutes` is the working time
    that waits added to `due_at`; a wait that is not over yet is not in it. `ended_by` is a technician's key."""

    promise: Promise
    calendar: str
    asked_at: datetime
    starts_at: datetime
    due_at: datetime
    delay: Duration | None = None
    hours: Calendar | None = None
    paused_minutes: int = 0
    ended_at: datetime | None = None
    ending: Ending | None = None
    ended_by: str | None = None
    how: Activity | None = None

    @property
    def running(self) -> bool:
        """Whether the promise is still owed."""
        return self.ended_at is None

    @property
    def kept_at(self) -> datetime | None:
        """When the promise was kept, in time or not."""
        return None if self.ending is Ending.NO_LONGER else self.ended_at

    @property
    def in_time(self) -> bool | None:
        """Whether it was kept by its deadline; None: it was not kept."""
        return None if self.kept_at is None else self.ending is Ending.KEPT


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
    it; `references` the Message-IDs that a mail to the requester continues, oldest first. `clocks` holds the newest
    clock of each promise, `waits` every wait, oldest first. `team`, `notify` and `skills` are what a rule asked for
    instead of the queue's own, kept for a request that is parked first. `links` are the numbers of the tickets that
    belong with it, `watchers` the addresses (lower case) that hear what the customer is told, and
    `merged_into` is the ticket that this one became part of."""

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
    clocks: tuple[Clock, ...] = ()
    waits: tuple[Wait, ...] = ()
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
    links: tuple[int, ...] = ()
    watchers: tuple[str, ...] = ()
    merged_into: int | None = None

    def clock(self, promise: Promise) -> Clock | None:
        """The newest clock of a promise, ended or not."""
        for one in self.clocks:
            if one.promise is promise:
                return one
        return None

    @property
    def callback(self) -> Clock | None:
        """The call-back promise."""
        return self.clock(Promise.CALLBACK)

    def with_clocks(self, *changed: Clock) -> Ticket:
        """The ticket with these clocks, each instead of the one of the same promise; the last of a promise counts."""
        newest = {one.promise: one for one in changed}
        return replace(self, clocks=(*newest.values(), *(one for one in self.clocks if one.promise not in newest)))
