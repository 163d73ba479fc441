"""What `decide` may know of the past: loaded by `store.snapshot` before the decision, frozen, only what is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from mailgate.core.model import Activity, Channel, Outcome
from mailgate.core.reports import Fate
from mailgate.core.ticket import Clock, Ticket
from mailgate.core.undoable import Deed, Marks, Work

FIRST_TICKET = 1001
"""The number of the first ticket of a desk."""

LATELY_MOST = 100
"""How many of a sender's latest mails, and of a ticket's refusals, a snapshot holds at most."""

COUNTED_MOST = 10_000
"""Where the counts of automatic mail stop."""


@dataclass(frozen=True, slots=True)
class Twin:
    """An earlier inbox row with the same content and envelope sender, and what it had been addressed to."""

    inbox_id: int
    recipients: tuple[str, ...]
    ticket: int | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What became of an earlier mail of the same envelope sender."""

    outcome: Outcome
    ticket: int | None
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many counted automatic mails one address got within an hour and within a day."""

    hour: int = 0
    day: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """The counted automatic mails that were promised lately: to each address that this mail might be answered at (lower
    case), to each of their domains within an hour, and to everybody within an hour."""

    addresses: Mapping[str, Tally] = field(default_factory=dict)
    domains: Mapping[str, int] = field(default_factory=dict)
    total: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail of ours that a report is about. `proven`: the report came to that mail's own return address; `reason` is
    what was told of its fate before."""

    outbox_id: int
    template: str
    target: str
    subject: str
    proven: bool
    technician: str | None = None
    channel: Channel | None = None
    fate: Fate | None = None
    promised_at: datetime | None = None
    reason: str | None = None


ANSWER = "notification"
"""The template of a technician's words to the customer, and of the sentence in their place."""

ANSWERS = frozenset({ANSWER, "validation"})
"""The templates of what a technician's mail tells the customer, and may ask them."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How and when a customer heard from a technician (a key of the rules)."""

    at: datetime
    by: str
    how: Activity


@dataclass(frozen=True, slots=True)
class Unheard:
    """What is known of an answer that did not arrive: whether it was `meant`, as the words of a person that were not
    undone; `written_at` is when the technician's mail came that led to it, if one did, `void` when words were written
    that did not arrive either, or were undone. `calls` are the calls and visits on its ticket, `news` every clock of
    its updates, oldest first."""

    meant: bool = True
    written_at: datetime | None = None
    void: frozenset[datetime] = frozenset()
    calls: tuple[Contact, ...] = ()
    news: tuple[Clock, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How often one budget held back mail to one address since `since`; `through` is the newest such row, `tickets`
    the numbers of some of the tickets that the mails were about, the newest first."""

    budget: str
    address: str
    times: int
    since: datetime
    through: int
    tickets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A request for which people were called within the last hour. `customer` is "" when the rules name none; `waits`
    says that nobody has it yet, `gathers` that the next ones of its customer in its queue wait for a page that tells of
    them all. `people` are named for the newest of each customer and queue."""

    ticket: int
    customer: str
    queue: str
    at: datetime
    waits: bool = True
    gathers: bool = False
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flood:
    """What a ticket that asked for people has to do with a flood (core.floods).

    `front` is the ticket whose pages tell of it: itself, another one, or None until a page does. `owner` is who has the
    front, `told` the timers of the letters that spoke of its flood lately. `named` are the others of that front that
    wait as this ticket does, or that whoever has it has as well, the oldest of `size`; `gathered` those that no page
    tells of, the oldest of `waiting`, `first` the oldest. `kept` are those of its own pages that its owner has and
    would keep without it, a few of them: only an undoing asks.
    """

    front: int | None
    owner: str | None = None
    told: frozenset[str] = frozenset()
    named: tuple[int, ...] = ()
    size: int = 0
    gathered: tuple[int, ...] = ()
    waiting: int = 0
    first: Ticket | None = None
    kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Worked:
    """Real and charged minutes of all interventions on a ticket."""

    minutes: int = 0
    charged: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """The snapshot for one event.

    `by_token`, `by_thread`, `by_reference` and `by_tag` are the tickets that a mail might belong to: named by its
    signed address, by a Message-ID of ours, by a foreign Message-ID seen before, and by a `[#N]` in its subject;
    `same_id` is the ticket of an earlier mail with the same Message-ID and other content.
    `by_twin` is the ticket of the newest twin. `lately` is what the same envelope sender sent within a day, the newest
    hundred of it. For the other events `by_token` is the ticket that they name.
    `turns` says who was paged last in each team, `load` how many open tickets each technician has, `absences` the days
    (first and last) on which technicians said by mail that they are away.

    `calls` are the requests of the last hour for which people were called, the newest first. Of the ticket of
    `by_token`, `flood` is what it has to do with one, `dead` are those addresses of its pages that mail does not reach,
    and `short` holds its number when it was told that too few people could be called for it.

    `alarmed` says that people were paged lately for a mail that could not be read, `unread` are the newer ones, each
    inbox row with its recipients.

    Of a technician's mail, `answered_at` is when the mail was written that it answers, as far as anybody can tell,
    `answers_transcript` that it was a transcript, and
    `still_held` says that the mail of theirs that waited for their word waits still. `deed` is the newest of their
    mails about the ticket that was carried out, when they want it undone, `marks` what else an undoing must know.
    `own` are their interventions on it, oldest first, when they take time back.
    `others_words` is what other customers wrote lately.
    `named` are the tickets whose numbers a technician's command holds, by the number as typed, and `siblings` the
    newest others of its own ticket's customer.

    `banks` are the balances, in minutes, of the customers concerned in whose banks anything was ever entered;
    `worked` is what a technician's mail adds to; `is_booked` says that the entry that is asked for has the reference of
    an earlier one.

    `sent` is the mail of ours that a report is about, and then `by_token` its ticket; `unheard` is there for a mail
    that did not arrive, or may not have. `marked` are those of the
    sender's addresses that mail does not reach. `answered`, and `refused` (mails refused on the ticket of `by_token`
    within a day), are what the budgets ask. `reporting` says that what was held back will be reported, `held_back` is
    that report."""

    next_ticket: int
    twins: tuple[Twin, ...] = ()
    by_twin: Ticket | None = None
    lately: tuple[Earlier, ...] = ()
    by_token: Ticket | None = None
    by_thread: Ticket | None = None
    by_reference: Ticket | None = None
    by_tag: Ticket | None = None
    same_id: Ticket | None = None
    sent: Sent | None = None
    unheard: Unheard = field(default_factory=Unheard)
    marked: frozenset[str] = frozenset()
    answered: Answered = field(default_factory=Answered)
    refused: int = 0
    reporting: bool = False
    answered_at: datetime | None = None
    answers_transcript: bool = False
    still_held: bool = False
    others_words: tuple[str, ...] = ()
    deed: Deed | None = None
    marks: Marks = field(default_factory=Marks)
    own: tuple[Work, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    turns: Mapping[str, str] = field(default_factory=dict)
    load: Mapping[str, int] = field(default_factory=dict)
    absences: Mapping[str, tuple[tuple[date, date], ...]] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()
    flood: Flood | None = None
    dead: frozenset[str] = frozenset()
    short: frozenset[int] = frozenset()
    alarmed: bool = False
    unread: tuple[tuple[int, tuple[str, ...]], ...] = ()
    named: Mapping[int, Ticket] = field(default_factory=dict)
    siblings: tuple[int, ...] = ()
    banks: Mapping[str, int] = field(default_factory=dict)
    worked: Worked = field(default_factory=Worked)
    is_booked: bool = False
