"""The desk's policy as `rulebook` loads it from config.toml and rules/*.toml: one frozen value, swapped whole.

Keys (queues, technicians, customers…) are the names administrators gave them; the mappings keep the order of the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from mailgate.core.conditions import Condition
from mailgate.core.hours import Calendar, Duration, Unit
from mailgate.core.model import Activity
from mailgate.core.people import AddressBook, Customer, Order, Team, Technician


class UnknownSenders(StrEnum):
    """What a queue does with somebody the rules do not know."""

    ACCEPT = "accept"
    PARK = "park"
    REFUSE = "refuse"


class CommandsNeed(StrEnum):
    """What a technician's mail must show besides address and token."""

    PASS = "pass"
    NOT_FAILING = "not-failing"


@dataclass(frozen=True, slots=True)
class Desk:
    """The firm: `[desk]` of config.toml. `address` is the addr-spec that tagged answers come back to."""

    name: str
    address: str
    language: str = "fr-CA"
    timezone: str = "America/Toronto"
    administrators: tuple[str, ...] = ()
    commands_need: CommandsNeed = CommandsNeed.NOT_FAILING


@dataclass(frozen=True, slots=True)
class Escalation:
    """One step of a queue's `escalate` list."""

    after: Duration
    notify: int = 0
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A door and its promise. `addresses` are lower-case addr-specs; `title` is how mails call it; `warn_at` are the
    shares of the promise, in per cent, at which it is said that it is not kept yet."""

    key: str
    addresses: tuple[str, ...]
    calendar: str
    callback: Duration
    notify: int
    team: str
    title: Mapping[str, str] = field(default_factory=dict)
    callback_kept_by: frozenset[Activity] = frozenset({Activity.CALL, Activity.VISIT, Activity.REPLY})
    unknown_senders: UnknownSenders = UnknownSenders.ACCEPT
    quiet_hours: bool = False
    escalate: tuple[Escalation, ...] = ()
    warn_at: tuple[int, ...] = (50, 80)
    tariff: str | None = None


@dataclass(frozen=True, slots=True)
class Severity:
    """`[severity.*]`: delays that a severity adds to the queue's promise."""

    key: str
    engage: Duration | None = None
    resolve: Duration | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Priority:
    """`[priority.*]`: how often the customer must hear something; `draft_at` is the share of that time, in per cent, at
    which whoever has the ticket gets a draft."""

    key: str
    update_every: Duration | None = None
    calendar: str | None = None
    draft_at: int = 75


THREE_DAYS, FIVE_DAYS, SEVEN_DAYS, TEN_DAYS = (Duration(days, Unit.DAYS) for days in (3, 5, 7, 10))


@dataclass(frozen=True, slots=True)
class Closing:
    """`[closing]` of the rules: how long a customer may be silent before they are reminded, warned, and their request
    closed, and how long a resolved one stays open; None: never. Counted on `calendar`, else on the queue's."""

    remind: Duration | None = THREE_DAYS
    warn: Duration | None = SEVEN_DAYS
    close: Duration | None = TEN_DAYS
    resolved: Duration | None = FIVE_DAYS
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """One cell of a tariff, in minutes."""

    unit: int
    unit_without_bank: int
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class Tariff:
    """`[tariff.*]`: what an intervention charges, by phone and on site."""

    key: str
    phone: Rate | None = None
    site: Rate | None = None


@dataclass(frozen=True, slots=True)
class Banks:
    """`[bank]` of the rules: the balance, in minutes, below which both sides are warned (None: never), and which kinds
    of request a bank of hours does not pay for and a Flex bank does."""

    low: int | None = 120
    hours_not_for: frozenset[str] = frozenset({"training", "customisation", "development"})
    flex_for: frozenset[str] = frozenset({"customisation", "development"})


@dataclass(frozen=True, slots=True)
class Actions:
    """`then`: only what the rule sets; None leaves what earlier rules or the queue say. `refuse` is the polite reason
    for the sender ("" uses the template's own words)."""

    queue: str | None = None
    priority: str | None = None
    severity: str | None = None
    kind: str | None = None
    level: int | None = None
    team: str | None = None
    skills: frozenset[str] | None = None
    assign: str | None = None
    notify: int | None = None
    tag: tuple[str, ...] | None = None
    template: str | None = None
    acknowledge: bool | None = None
    park: bool | None = None
    refuse: str | None = None
    customer: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One `[[rule]]`, with where it stands for error messages and `explain`."""

    name: str
    file: str
    line: int
    when: Condition
    then: Actions
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """`[limits]` of the rules. `enclosures` is the most octets of attachments passed on with one mail, `page` the most
    characters of a pager's message that names no `max`, `history` how many earlier messages a mail repeats,
    `watchers` how many addresses may watch one ticket, `undo` for how long a technician's mail can be undone."""

    enclosures: int = 10_000_000
    page: int = 160
    history: int = 5
    watchers: int = 5
    token_days: Mapping[str, int] = field(default_factory=dict)
    undo: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Bound:
    """How many in an hour and in a day; None: as many as come."""

    hour: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Automatic:
    """`[automatic]` of the rules: what bounds mail that no person wrote (hazards A35 and A36; see core.budgets).

    `address`, `domain` and `total` are for addresses that the rules do not name, `contact` for one that they do when
    its mail proves nothing. `requests` bounds the answers to one sender who writes to no door,
    `ticket` what one sender adds to one ticket and technicians are told, `refusals` what one sender, or one ticket, is
    refused and somebody is told."""

    address: Bound = Bound(3, 10)
    contact: Bound = Bound(20, 100)
    domain: Bound = Bound(50)
    total: Bound = Bound(500)
    requests: Bound = Bound(None, 10)
    ticket: Bound = Bound(None, 50)
    refusals: Bound = Bound(None, 50)


@dataclass(frozen=True, slots=True)
class Floods:
    """`[floods]` of the rules: from which request of a customer within which time on one page tells of several, and for
    how many requests an hour, of all senders whom the rules do not name, people are called one by one."""

    tickets: int = 4
    within: timedelta = timedelta(minutes=15)
    unknown: int = 6


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that `decide` may know about the firm."""

    desk: Desk
    calendars: Mapping[str, Calendar]
    queues: Mapping[str, Queue]
    technicians: Mapping[str, Technician]
    teams: Mapping[str, Team]
    customers: Mapping[str, Customer] = field(default_factory=dict)
    severities: Mapping[str, Severity] = field(default_factory=dict)
    priorities: Mapping[str, Priority] = field(default_factory=dict)
    tariffs: Mapping[str, Tariff] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    limits: Limits = field(default_factory=Limits)
    automatic: Automatic = field(default_factory=Automatic)
    closing: Closing = field(default_factory=Closing)
    floods: Floods = field(default_factory=Floods)
    banks: Banks = field(default_factory=Banks)
    book: AddressBook = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Keep the customers by address: every mail asks whose its author is, however many they are."""
        object.__setattr__(self, "book", AddressBook.of(self.customers.values()))

    def queue_of(self, address: str) -> Queue | None:
        """The queue that answers to an address (any case), or None."""
        wanted = address.lower()
        return next((queue for queue in self.queues.values() if wanted in queue.addresses), None)

    def calendar_of(self, queue: Queue) -> Calendar:
        """The calendar a queue's promise is counted on."""
        return self.calendars[queue.calendar]

    def is_urgent(self, queue: Queue) -> bool:
        """Whether no other queue promises sooner: the door that pages even for a mail nobody can read."""
        return queue.callback.minutes <= min(one.callback.minutes for one in self.queues.values())

    @property
    def ranks_by_load(self) -> bool:
        """Whether some team calls whoever has the fewest open tickets."""
        return any(team.order is Order.LEAST_BUSY for team in self.teams.values())

    @property
    def default_queue(self) -> Queue:
        """Where a mail goes that names no queue: the first one in the rules."""
        return next(iter(self.queues.values()))

    def technician_at(self, address: str) -> Technician | None:
        """The technician who owns an address (any case), or None."""
        wanted = address.lower()
        return next((one for one in self.technicians.values() if wanted in one.mails), None)
