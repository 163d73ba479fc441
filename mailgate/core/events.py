"""What happened. Each event comes from one durable row (inbox or timer), so deciding it again gives the same answer.

`received_at` is our own clock at the door: a sender's Date header never sets a clock (hazards A17).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailgate.core.bank_effects import EntryKind
from mailgate.core.intents import Orders
from mailgate.core.model import Activity, AuthVerdict, Channel, Door, Mail, Token
from mailgate.core.reports import Fate


@dataclass(frozen=True, slots=True)
class MailReceived:
    """A mail in custody. `envelope_from` is "" for the null reverse-path; `recipients` are as given at RCPT.

    `digest` recognises the same content whatever trace headers were added on the way; `ours` says that its Message-ID
    was made and signed by this desk, `checked` that this desk could tell who wrote it; `threads` are the ticket numbers
    that the signed Message-IDs of ours among its References carry, newest first. `shows_token` says that its new text
    holds a signed address of ours. `held` is the mail of the same
    technician about the same ticket that waits for one more word (core.holding); such a mail has `confirmed_at`, the
    moment from which its doubts were known to its author, once the word was said."""

    inbox_id: int
    door: Door
    envelope_from: str
    recipients: tuple[str, ...]
    received_at: datetime
    digest: str
    mail: Mail
    orders: Orders
    token: Token | None = None
    verdict: AuthVerdict = AuthVerdict.NONE
    checked: bool = False
    ours: bool = False
    threads: tuple[int, ...] = ()
    shows_token: bool = False
    held: HeldMail | None = None
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeldMail:
    """A mail that was not carried out: its author was told why `at`. `asked`: it is sure which question is answered."""

    mail: MailReceived
    at: datetime
    asked: bool = True


@dataclass(frozen=True, slots=True)
class MailUnreadable:
    """A mail in custody that could not be read or decided; `reason` says why in one line."""

    inbox_id: int
    door: Door
    envelope_from: str
    recipients: tuple[str, ...]
    received_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class DeliveryFailed:
    """A relay refused one of our mails for good (HARD), or every attempt was used up (SOFT)."""

    inbox_id: int
    received_at: datetime
    outbox_id: int
    template: str
    recipient: str
    subject: str
    reason: str
    ticket: int | None = None
    technician: str | None = None
    channel: Channel | None = None
    fate: Fate = Fate.HARD
    promised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TicketRequested:
    """`mailgate open`: somebody at the desk opens a ticket on a customer's behalf. `activity` is what `technician` did
    already, in real minutes; without it nobody has attended to it."""

    inbox_id: int
    received_at: datetime
    customer: str
    contact: str
    subject: str
    text: str = ""
    queue: str | None = None
    channel: str = "phone"
    technician: str | None = None
    activity: Activity | None = None
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class RetryAsked:
    """`mailgate inbox retry N` or `mailgate outbox retry N`: try row `row` of `box` ("inbox" or "outbox") again."""

    inbox_id: int
    received_at: datetime
    box: str
    row: int


@dataclass(frozen=True, slots=True)
class ReleaseAsked:
    """`mailgate outbox release` or `drop`: what a restore held leaves, or never does; the outbox rows up to `through`
    that somebody saw, of these only `row` when it is named, and only `pages` when it says so."""

    inbox_id: int
    received_at: datetime
    through: int
    row: int | None = None
    pages: bool = False
    drop: bool = False


@dataclass(frozen=True, slots=True)
class DrillAsked:
    """`mailgate page test TECH`: somebody wants to know whether every channel of a technician works."""

    inbox_id: int
    received_at: datetime
    technician: str


@dataclass(frozen=True, slots=True)
class PageAnswered:
    """A technician says over a signed link that they have seen a page; `means` names the way they said it."""

    inbox_id: int
    received_at: datetime
    ticket: int
    technician: str
    means: str = "link"


@dataclass(frozen=True, slots=True)
class BankAsked:
    """`mailgate bank`: a customer bought time, or their bank is set right (minutes below zero: taken from it)."""

    inbox_id: int
    received_at: datetime
    customer: str
    what: EntryKind
    minutes: int
    reference: str


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer row came due; it holds no truth of its own, the ticket does (None: the timer is the desk's own)."""

    timer_id: int
    kind: str
    ticket: int | None
    due_at: datetime


Event = (
    MailReceived
    | MailUnreadable
    | DeliveryFailed
    | TicketRequested
    | RetryAsked
    | ReleaseAsked
    | DrillAsked
    | PageAnswered
    | BankAsked
    | TimerFired
)
