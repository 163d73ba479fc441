"""What a technician's mail asks for, checked as a whole: either a `Plan` that can be carried out, or every problem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from mailgate.core.authority import only_acknowledges
from mailgate.core.clocks import HEARING
from mailgate.core.colleagues import find_technician, nearest_technician
from mailgate.core.events import MailReceived
from mailgate.core.grading import against_grading, graded, regraded
from mailgate.core.intents import AssignTo, Balance, Correct, Help, Internal, Order, Problem, Reopen, Spend, Take, Wait
from mailgate.core.letters import Regraded
from mailgate.core.lifecycle import ACTIVE, POSSIBLE, asked_status
from mailgate.core.model import Activity, Attachment, Status
from mailgate.core.people import Technician
from mailgate.core.policy import Policy
from mailgate.core.relations import related
from mailgate.core.ticket import Ticket

IntentT = TypeVar("IntentT", bound=object)

QUESTIONS = Help | Balance | Correct
"""What a technician only asks the desk, or takes back: no work on the ticket."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A technician's mail, ready to be carried out on `ticket`.

    `text` goes to the customer unless `internal`; `assignee` is who has the ticket from now on when that was said;
    `status` is what was asked for, if anything. `graded` is the ticket with nothing but its grades and its relations
    changed, `regraded` what of the grades the customer hears."""

    by: Technician
    ticket: Ticket
    text: str
    internal: bool
    attachments: tuple[Attachment, ...]
    spend: Spend | None
    status: Status | None
    wait: Wait | None
    assignee: Technician | None
    releases: bool
    graded: Ticket
    regraded: tuple[Regraded, ...]
    help: bool
    orders: tuple[Order, ...]

    @property
    def public_words(self) -> bool:
        """Whether the customer gets words or files of the technician's own."""
        return not self.internal and bool(self.text or self.attachments)

    @property
    def activity(self) -> Activity | None:
        """The one intervention that this mail is, or None when it only arranges things."""
        if self.spend is not None:
            return self.spend.activity
        if self.internal:
            return Activity.NOTE
        return Activity.REPLY if self.public_words else None

    @property
    def speaks(self) -> bool:
        """Whether the customer hears from a person."""
        return self.public_words or self.activity in HEARING

    @property
    def owner(self) -> Technician | None:
        """Who has the ticket from now on, when that changes: the one named, else the first who answers for it. Whom a
        rule named has not answered yet."""
        nobodys = self.ticket.assignee is None or self.ticket.status is Status.NEW
        return self.by if self.assignee is None and nobodys and self.answers else self.assignee

    @property
    def answers(self) -> bool:
        """Whether the mail takes the ticket on: by work of any kind, or by saying that the page was seen. Who only
        notes something, or asks the desk something, takes nothing."""
        worked = self.spend is not None or self.public_words
        asks = bool(self.orders) and all(isinstance(order.intent, QUESTIONS) for order in self.orders) and not self.text
        return worked or (self.ticket.status in ACTIVE and not asks and not self.internal)

    @property
    def sees(self) -> bool:
        """Whether their pages are acknowledged. As long as nobody has answered, a note or a question to the desk is no
        answer: the others are called on."""
        return self.answers or self.owner is not None or self.ticket.status is not Status.NEW

    @property
    def notifies(self) -> bool:
        """Whether the customer hears of it; that a parked request is released they hear anyway."""
        told = self.spend is not None or bool(self.regraded) or (self.status in TOLD and not self.releases)
        return not self.internal and (self.public_words or told)


TOLD = frozenset({Status.WAITING_VALIDATION, Status.RESOLVED, Status.CLOSED, Status.OPEN})
"""The statuses that the customer hears of even when nobody wrote a word to them."""


def plan(event: MailReceived, by: Technician, ticket: Ticket, policy: Policy) -> Plan | tuple[Problem, ...]:
    """Check every command against the ticket; one problem and there is no plan."""
    orders = event.orders.orders
    problems = (
        *event.orders.problems,
        *_impossible(orders, ticket, policy),
        *against_grading(orders, ticket, policy),
        *_contradictions(orders),
    )
    if problems:
        return problems
    statuses = [status for status in (asked_status(order.intent) for order in orders) if status is not None]
    wakes = any(isinstance(order.intent, Take | Reopen) for order in orders)
    return Plan(
        by=by,
        ticket=ticket,
        text="" if only_acknowledges(event) else event.orders.text.strip(),
        internal=_first(orders, Internal) is not None,
        attachments=event.mail.files,
        spend=_first(orders, Spend),
        status=statuses[0] if statuses else None,
        wait=_first(orders, Wait),
        assignee=_assignee(orders, by, policy),
        releases=ticket.status is Status.PARKED and wakes and Status.CLOSED not in statuses,
        graded=graded(orders, related(orders, ticket, policy), policy),
        regraded=regraded(orders, ticket, policy),
        help=_first(orders, Help) is not None,
        orders=orders,
    )


def _impossible(orders: tuple[Order, ...], ticket: Ticket, policy: Policy) -> Iterator[Problem]:
    for order in orders:
        if ticket.status not in POSSIBLE[type(order.intent)]:
            yield Problem("not-possible", order.line, ticket.status.value)
        if isinstance(order.intent, AssignTo) and find_technician(order.intent.who, policy) is None:
            who = order.intent.who
            yield Problem("unknown-technician", order.line, who, *nearest_technician(order.line, who, policy))


def _contradictions(orders: tuple[Order, ...]) -> Iterator[Problem]:
    spent = [order for order in orders if isinstance(order.intent, Spend)]
    if len(spent) > 1:
        yield Problem("two-activities", spent[1].line)
    moved = [order for order in orders if asked_status(order.intent) is not None]
    if len(moved) > 1:
        yield Problem("two-statuses", moved[1].line)
    given = [order for order in orders if isinstance(order.intent, Take | AssignTo)]
    if len(given) > 1:
        yield Problem("two-assignees", given[1].line)


def _assignee(orders: tuple[Order, ...], by: Technician, policy: Policy) -> Technician | None:
    named = _first(orders, AssignTo)
    if named is not None:
        return find_technician(named.who, policy)
    return by if _first(orders, Take) is not None else None


def _first(orders: tuple[Order, ...], wanted: type[IntentT]) -> IntentT | None:
    return next((order.intent for order in orders if isinstance(order.intent, wanted)), None)
