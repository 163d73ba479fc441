"""The nouns of the desk, frozen: a mail as read, a ticket as it stands, and the words their states are written in.

Every enum value is the word that `--json`, the database and the rules use (interfaces.md §2 and §4).
All times are aware and in UTC; minutes are integers.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    WEB = "web"
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
    """What a signed reply address, or the link of a page, was handed out for; each kind is signed separately."""

    TECHNICIAN = "technician"
    CONTACT = "contact"
    BOUNCE = "bounce"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Address:
    """An addr-spec with its domain in lower case, and the cleaned display name ("" when there is none)."""

    mail: str
    name: str = ""


SEALED = frozenset({"application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
"""The types of parts that only their addressee's program can open."""


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

    @property
    def files(self) -> tuple[Attachment, ...]:
        """The attachments that are no pictures inside the text."""
        return tuple(part for part in self.attachments if not part.inline)

    @property
    def sealed(self) -> bool:
        """Whether all that it says is encrypted: S/MIME (RFC 8551) or PGP (RFC 3156)."""
        return not self.text and any(part.content_type in SEALED for part in self.attachments)

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
