"""A mail that must leave, before it is words: who gets it, which template says it, and the frozen facts it may use.

`mail.compose` turns a Letter into bytes. A template sees exactly the fields of `Facts` (interfaces.md §5).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mailgate.core.accounts import ManualFacts, Received
from mailgate.core.hours import Deadline
from mailgate.core.intents import Problem, Scale
from mailgate.core.model import Attachment, Forwarded, TokenKind
from mailgate.core.ticket import Line


class Tone(StrEnum):
    """Who speaks, hence which headers it carries (RFC 3834 §5)."""

    PERSON = "person"  # a technician's own words: no Auto-Submitted
    REPLIED = "auto-replied"  # the automatic answer to one mail: null reverse-path
    GENERATED = "auto-generated"  # automatic, but not the answer to one mail: VERP reverse-path


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Who a letter goes to. `token` and `person` make their own signed reply address; None: replies have no token."""

    address: str
    name: str
    language: str
    timezone: str
    token: TokenKind | None = None
    person: int = 0


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """A promise beside the call-back that runs, by its word in `core.ticket.Promise`; `paused`: it stands still."""

    promise: str
    due_at: datetime
    paused: bool = False


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """A ticket as templates show it; `subject` is None for a sender who must not see their own words echoed.

    `clocks` is what is owed beside the call-back, `first` which of all promises that run is due first,
    `links` the numbers of the tickets that belong with it."""

    number: int
    subject: str | None
    queue: str
    queue_title: str
    urgent: bool
    status: str
    kind: str
    level: int
    severity: str | None
    priority: str | None
    requester: str
    requester_name: str
    assignee: str | None
    opened_at: datetime
    history: tuple[Line, ...] = ()
    clocks: tuple[ClockFacts, ...] = ()
    first: ClockFacts | None = None
    links: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """The customer firm of a ticket. `covered`: its contract pays for this request (None: nobody asked); `bank` is the
    kind of its prepaid time, as the rules have it."""

    key: str
    name: str
    covered: bool | None = None
    bank: str = "none"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A contact or a technician: never more of a person than a name, an address and whether the desk knows them."""

    name: str
    mail: str
    key: str = ""
    registered: bool = False


class Proof(StrEnum):
    """What the desk found out about who wrote a message: MISSING when it could have been shown and was not."""

    UNASKED = ""
    MISSING = "missing"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """The words that a letter passes on, and the files beside them (`left_out`: too large, named only).

    `forwarded` is the mail inside a forward, `suggests` the number of a ticket that the mail may belong to,
    `renamed` its subject when its writer changed the ticket's."""

    text: str
    sender: str = ""
    sender_name: str = ""
    at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()
    left_out: tuple[Attachment, ...] = ()
    forwarded: Forwarded | None = None
    proof: Proof = Proof.UNASKED
    suggests: int | None = None
    renamed: str = ""


@dataclass(frozen=True, slots=True)
class InterventionFacts:
    """What a technician did: real minutes, charged minutes, and why that many are charged; `banked`: the customer's
    bank pays for them."""

    activity: str
    minutes: int
    charged: int
    unit: int = 0
    minimum: int = 0
    covered: bool = False
    banked: bool = False


@dataclass(frozen=True, slots=True)
class DeadlineFacts:
    """The call-back deadline as promised, and how it ended; `promise` is its length in words-free form ("4h")."""

    callback: Deadline
    promise: str
    kept_at: datetime | None = None
    in_time: bool | None = None


@dataclass(frozen=True, slots=True)
class BankFacts:
    """A customer's balance of prepaid time, in minutes, and of which kind their bank is ("hours" or "flex")."""

    balance: int
    kind: str = "hours"


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """The firm that runs the desk."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """Pages of the desk that a mail may point to ("" where there is none)."""

    survey: str = ""
    page: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Did:
    """One thing that was done, for a transcript: `code` has a phrase in the template, `detail` fills it in."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a mail waits for one more word: `code` has a phrase in the template, `detail` fills it in, `minutes` says how
    long ago it was, `text` is what was said."""

    code: str
    detail: str = ""
    minutes: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """How a customer's account stands: their bank (None: they have none), real and charged minutes on the ticket,
    and what one more call of a quarter of an hour would charge."""

    bank: BankFacts | None
    minutes: int
    charged: int
    following: InterventionFacts


@dataclass(frozen=True, slots=True)
class TranscriptFacts:
    """What became of a technician's mail: `did` (all of it); `problems`, and then nothing was done; or `doubts`, and
    then nothing is done before they say so. `resend` is the mail with its wrong lines mended ("": nobody can)."""

    understood: tuple[str, ...] = ()
    did: tuple[Did, ...] = ()
    problems: tuple[Problem, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    help: bool = False
    received: Received | None = None
    manual: ManualFacts | None = None
    resend: str = ""
    statement: StatementFacts | None = None


@dataclass(frozen=True, slots=True)
class Regraded:
    """A severity, a level or a queue that the desk changed, and why ("": nobody said), for the customer."""

    scale: Scale
    now: str
    reason: str


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """Why a desk-side letter is sent: `code` has a phrase in the template, `detail` fills it in. `channel` is what
    was to carry a lost page: "mail", "sms", "snpp" or the scheme of a service ("": it was no page). `letter` is the
    template of the mail that it is about, if any; `absent` who has the ticket, when they are away."""

    code: str
    detail: str = ""
    channel: str = ""
    letter: str = ""
    absent: str = ""


@dataclass(frozen=True, slots=True)
class FloodFacts:
    """How many requests a letter tells of, and the numbers of the oldest; `strangers`: of senders that no rule names,
    `taken`: somebody has them all."""

    count: int
    numbers: tuple[int, ...]
    strangers: bool = False
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a template may use; what does not apply is None."""

    desk: DeskFacts
    ticket: TicketFacts | None = None
    customer: CustomerFacts | None = None
    contact: PersonFacts | None = None
    technician: PersonFacts | None = None
    technicians: tuple[PersonFacts, ...] = ()
    message: MessageFacts | None = None
    intervention: InterventionFacts | None = None
    deadline: DeadlineFacts | None = None
    bank: BankFacts | None = None
    links: LinkFacts = field(default_factory=LinkFacts)
    transcript: TranscriptFacts | None = None
    notice: NoticeFacts | None = None
    regraded: tuple[Regraded, ...] = ()
    flood: FloodFacts | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """Attachments of the stored mail `inbox_id` that travel with a letter."""

    inbox_id: int
    parts: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one recipient. `limit` is the most characters of a pager's body (None: an ordinary mail).

    An `answerable` one is a page: it carries a link, or a code when `gateway` (`[sms.NAME]` of config.toml) brings
    answers, by which its reader may say that they have seen it."""

    template: str
    to: Correspondent
    tone: Tone
    facts: Facts
    ticket: int | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    enclosure: Enclosure | None = None
    limit: int | None = None
    answerable: bool = False
    gateway: str = ""
