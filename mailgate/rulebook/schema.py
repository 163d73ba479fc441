"""The tables of rules/*.toml as people write them (interfaces.md §4), one pydantic model per table.

A field's type reads the written form to its end, names included, so that pydantic reports every mistake of a file in
one pass. `building` turns what is left into core values; nothing else sees these models.
"""
# ruff: noqa: RUF012  pydantic gives every instance its own copy of a default

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from mailgate.core.hours import Duration, Unit
from mailgate.core.model import Outcome
from mailgate.core.policy import UnknownSenders
from mailgate.rulebook.banks import BankTable
from mailgate.rulebook.bounds import AutomaticTable, FloodsTable, reversible
from mailgate.rulebook.conditions import When
from mailgate.rulebook.fields import Day, Delay, DelayOrNever, Due, Holidays, Moment, Refusal
from mailgate.rulebook.names import (
    CalendarName,
    CustomerName,
    PriorityName,
    QueueName,
    SeverityName,
    TariffName,
    TeamName,
    TechnicianName,
)
from mailgate.rulebook.opening_hours import Hours
from mailgate.rulebook.pagers import SHORTEST
from mailgate.rulebook.people import TeamTable, TechnicianTable
from mailgate.toml.fields import AddrSpec, Domain, Language, Octets, OneOrMore, Table, Text, TimeZone

Positive = Annotated[int, Field(ge=1)]
NotNegative = Annotated[int, Field(ge=0)]
Level = Annotated[int, Field(ge=1, le=3)]
Texts = Annotated[list[Text], OneOrMore]
Addresses = Annotated[list[AddrSpec], OneOrMore]
SomeAddresses = Annotated[list[AddrSpec], OneOrMore, Field(min_length=1)]


class CalendarTable(Table):
    """`[calendar.*]`: when a promise's clock runs."""

    hours: Hours
    holidays: Holidays | None = None
    extra_holidays: list[Day] = []
    except_holidays: list[Day] = []
    timezone: TimeZone | None = None


class EscalationTable(Table):
    """One step of a queue's `escalate`."""

    after: Delay
    notify: Positive | None = None
    team: TeamName | None = None

    @model_validator(mode="after")
    def _reaches_somebody(self) -> Self:
        if self.notify is None and self.team is None:
            raise ValueError("a step of 'escalate' needs 'notify' or 'team', else it reaches nobody")
        return self


class QueueTable(Table):
    """`[queue.*]`: a door and its promise."""

    addresses: SomeAddresses
    calendar: CalendarName
    callback: Delay
    notify: Positive
    team: TeamName
    title: dict[Language, Text] = {}
    callback_kept_by: Annotated[list[Literal["call", "visit", "reply"]], Field(min_length=1)] = [
        "call",
        "visit",
        "reply",
    ]
    unknown_senders: Annotated[UnknownSenders, Field(strict=False)] = UnknownSenders.ACCEPT
    quiet_hours: bool = False
    escalate: list[EscalationTable] = []
    warn_at: list[Annotated[int, Field(ge=1, le=99)]] = [50, 80]
    tariff: TariffName | None = None


class ContactTable(Table):
    """One entry of a customer's `contacts`."""

    mail: AddrSpec
    name: str = ""
    responsible: bool = False
    language: Language | None = None


class CustomerTable(Table):
    """`[customer.*]`: a firm under contract."""

    name: Text
    domains: Annotated[list[Domain], OneOrMore] = []
    contacts: list[ContactTable] = []
    language: Language | None = None
    timezone: TimeZone | None = None
    covered: list[Text] = ["assistance", "defect"]
    bank: Literal["hours", "flex", "none"] = "none"


class SeverityTable(Table):
    """`[severity.*]`"""

    engage: Delay | None = None
    resolve: Delay | None = None
    calendar: CalendarName | None = None


class PriorityTable(Table):
    """`[priority.*]`"""

    update_every: Delay | None = None
    calendar: CalendarName | None = None
    draft_at: Annotated[int, Field(ge=1, le=99)] = 75


class RateTable(Table):
    """One cell of a tariff, in minutes."""

    unit: Positive
    unit_without_bank: Positive
    minimum: NotNegative = 0


class TariffTable(Table):
    """`[tariff.*]`"""

    phone: RateTable | None = None
    site: RateTable | None = None


class TokenDaysTable(Table):
    """How many days a signed reply address stays valid, by who got it."""

    technician: Positive = 14
    contact: Positive = 365
    bounce: Positive = 30


class LimitsTable(Table):
    """`[limits]`: `enclosures` in octets of one mail, `page` in characters, `history` in quoted messages,
    `watchers` in addresses of one ticket; `undo` passes whatever a calendar says."""

    enclosures: Octets = 10_000_000
    page: Annotated[int, Field(ge=SHORTEST)] = 160
    history: NotNegative = 5
    watchers: NotNegative = 5
    token_days: TokenDaysTable = TokenDaysTable()
    undo: Annotated[Delay, AfterValidator(reversible)] = Duration(10, Unit.MINUTES)


class ClosingTable(Table):
    """`[closing]`: what follows the customer's silence. What is not said is as `core.policy.Closing` says."""

    remind: DelayOrNever = None
    warn: DelayOrNever = None
    close: DelayOrNever = None
    resolved: DelayOrNever = None
    calendar: CalendarName | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        said = ((name, getattr(self, name)) for name in ("remind", "warn", "close"))
        for (earlier, before), (later, after) in pairwise([step for step in said if step[1] is not None]):
            if before.minutes >= after.minutes:
                raise ValueError(f"'{earlier}' ({before}) must come before '{later}' ({after})")
        return self


class ThenTable(Table):
    """`then`: what a matching rule sets."""

    queue: QueueName | None = None
    priority: PriorityName | None = None
    severity: SeverityName | None = None
    kind: Text | None = None
    level: Level | None = None
    team: TeamName | None = None
    skills: Texts | None = None
    assign: TechnicianName | None = None
    notify: NotNegative | None = None
    tag: Texts | None = None
    template: Text | None = None
    acknowledge: bool | None = None
    park: bool | None = None
    refuse: Refusal = None
    customer: CustomerName | None = None


class ExampleMailTable(Table):
    """The mail of an example. `at` is local to the desk unless it has an offset."""

    sender: Annotated[AddrSpec | None, Field(alias="from")] = None
    to: Addresses = []
    cc: Addresses = []
    subject: str = ""
    body: str = ""
    headers: dict[str, str] = {}
    attachment: bool = False
    at: Moment | None = None


class ExpectTable(Table):
    """What must come of an example's mail; what is not named may be anything. `pages` and `notify` count people."""

    outcome: Annotated[Outcome, Field(strict=False)] | None = None
    queue: QueueName | None = None
    customer: CustomerName | None = None
    priority: PriorityName | None = None
    severity: SeverityName | None = None
    kind: Text | None = None
    level: Level | None = None
    tag: Texts | None = None
    team: TeamName | None = None
    assign: TechnicianName | None = None
    assignee: TechnicianName | None = None
    notify: NotNegative | None = None
    pages: NotNegative | None = None
    acknowledge: bool | None = None
    park: bool | None = None
    refuse: bool | None = None
    callback: Due | None = None


class ExampleTable(Table):
    """`[[rule.example]]`"""

    mail: ExampleMailTable
    expect: ExpectTable


class RuleTable(Table):
    """`[[rule]]`; without `when` it matches every mail."""

    name: str = ""
    when: When | None = None
    then: ThenTable = ThenTable()
    stop: bool = False
    example: list[ExampleTable] = []


class RulesFile(Table):
    """One file of rules/: any section, any number of times across the files."""

    calendar: dict[str, CalendarTable] = {}
    queue: dict[str, QueueTable] = {}
    technician: dict[str, TechnicianTable] = {}
    team: dict[str, TeamTable] = {}
    customer: dict[str, CustomerTable] = {}
    severity: dict[str, SeverityTable] = {}
    priority: dict[str, PriorityTable] = {}
    tariff: dict[str, TariffTable] = {}
    limits: LimitsTable | None = None
    automatic: AutomaticTable | None = None
    floods: FloodsTable | None = None
    closing: ClosingTable | None = None
    bank: BankTable | None = None
    rule: list[RuleTable] = []
