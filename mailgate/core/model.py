"""The nouns of the desk, frozen: a mail as read, a ticket as it stands, and the words their states are written in.

Every enum value is the word that `--json`, the database and the rules use (interfaces.md §2 and §4).
All times are aware and in UTC; minutes are integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailgate.core.reports import Report


class Status(StrEnum):
    """Where a ticket stands (domain.md §5)."""

    NEW = "new"
    OPEN = "open"
    WAITING_CUSTOMER = "waiting-customer"
    WAITING_THIRD = "waiting-third"
    WAITING_VALIDATION = "waiting-validation"
    RESOLVED = "resolved"
    CLOSED = "closed"
    PARKED = "parked"
    MERGED = "merged"


class Activity(StrEnum):
    """How an intervention was made."""

    CALL = "call"
    VISIT = "visit"
    REMOTE = "remote"
    OTHER = "other"
    REPLY = "reply"
    NOTE = "note"


class Direction(StrEnum):
    """Which way a message of a ticket went; INTERNAL never reaches the customer."""

    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


class Channel(StrEnum):
    """How a technician is reached."""

    MAIL = "mail"
    PAGER = "pager"


class PageState(StrEnum):
    """The life of one page to one person over one channel."""

    PROMISED = "promised"
    SENT = "sent"
    ACCEPTED = "accepted"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"
    EXHAUSTED = "exhausted"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Door(StrEnum):
    """Where an inbox row came in."""

    SMTP = "smtp"
    LMTP = "lmtp"
    IMAP = "imap"
    CLI = "cli"
    OUTBOX = "outbox"


class MailKind(StrEnum):
    """What sort of sender wrote a mail; only a PERSON is ever answered (RFC 3834 §2)."""

    PERSON = "person"
    AUTOMATIC = "automatic"
    LIST = "list"
    BOUNCE = "bounce"
    RECEIPT = "receipt"
    COMPLAINT = "complaint"
    CHALLENGE = "challenge"
    OURS = "ours"


class AuthLevel(StrEnum):
    """How surely a mail is its sender's (hazards §2.4); `core.levels` computes it and says what each level may do."""

    L0 = "L0"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"


class Identity(StrEnum):
    """Who the sender is to this desk."""

    TECHNICIAN = "technician"
    CONTACT = "contact"
    COLLEAGUE = "colleague"
    UNKNOWN = "unknown"
    OURSELVES = "ourselves"


class Outcome(StrEnum):
    """What became of one event."""

    TICKET = "ticket"
    FOLLOW_UP = "follow-up"
    PARKED = "parked"
    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class AuthVerdict(StrEnum):
    """What is proven of the From domain, by a trusted relay (RFC 8601) or by a signature that our door verified (RFC
    6376); NONE: nothing was said."""

    PASS = "pass"
    FAIL = "fail"
    NONE = "none"


class TokenKind(StrEnum):
    """What a signed reply address was handed out for; each kind is signed separately."""

    TECHNICIAN = "technician"
    CONTACT = "contact"
    BOUNCE = "bounce"


@dataclass(frozen=True, slots=True)
class Address:
    """An addr-spec with its domain in lower case, and the cleaned display name ("" when there is none)."""

    mail: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attached part of a stored mail: `index` counts leaf parts from 0, `size` is in decoded octets.

    `name` is safe to show and to use as a file name (never empty, no path, no control characters)."""

    index: int
    name: str
    content_type: str
    size: int
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The mail inside a forward: who wrote it first, and under which subject ("" when it does not say)."""

    sender: Address | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as read: bytes became values, nothing was decided yet.

    `sender` is None when From is absent or ambiguous (several mailboxes, several fields, unreadable).
    `text` is what the person wrote now; `body` is the whole readable text with its quotes.
    `headers` holds decoded values under lower-case names, in wire order. `references` goes from oldest to newest and
    ends with In-Reply-To. `language` is a primary tag ("fr", "en") when the text shows one. `size` is in octets.
    `report` is there when the mail is a report of a mail system, `forwarded` when it passes another mail on;
    `defects` say what was cut, capped or doubtful."""

    sender: Address | None
    subject: str = ""
    text: str = ""
    body: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    size: int = 0
    language: str | None = None
    report: Report | None = None
    forwarded: Forwarded | None = None
    defects: tuple[str, ...] = ()

    def header(self, name: str) -> tuple[str, ...]:
        """Every value of the header `name` (in any case), in wire order."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key == wanted)


@dataclass(frozen=True, slots=True)
class Token:
    """A signed reply address whose MAC, kind and expiry were found valid.

    `ticket` is a ticket number, or the outbox row's id when kind is BOUNCE; `person` is `identity.person_id(...)`."""

    kind: TokenKind
    ticket: int
    person: int


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
