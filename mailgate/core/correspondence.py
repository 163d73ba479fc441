"""Letters and who they go to: the frozen facts of a ticket, put together for one reader.

A reader gets their own signed reply address, and sees a ticket as their `View` allows: the desk everything, the
requester no internal note, and a sender whom the rules do not know nothing of their own words (promise 4, hazards I13).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum

from mailgate.core.billing import is_covered
from mailgate.core.clocks import explained, stands_still
from mailgate.core.identity import person_id
from mailgate.core.letters import (
    ClockFacts,
    Correspondent,
    CustomerFacts,
    DeadlineFacts,
    DeskFacts,
    Enclosure,
    Facts,
    Letter,
    NoticeFacts,
    PersonFacts,
    TicketFacts,
    Tone,
)
from mailgate.core.model import Attachment, Direction, TokenKind
from mailgate.core.people import Contact, Customer, Technician
from mailgate.core.policy import Policy, Queue
from mailgate.core.ticket import Line, Promise, Ticket

PLACES = {promise: place for place, promise in enumerate(Promise)}
"""Which of two promises that are due together is named first."""


class View(Enum):
    """How much of a ticket a reader may see."""

    DESK = "everything"
    REQUESTER = "all but what is internal"
    STRANGER = "nothing that the sender wrote"


def view_of_requester(ticket: Ticket) -> View:
    """What an automatic mail may show the person who asked."""
    return View.REQUESTER if ticket.registered else View.STRANGER


def to_requester(ticket: Ticket) -> Correspondent:
    """The person who asked; unknown ones by address only."""
    name = ticket.requester.name if ticket.registered else ""
    person = person_id("contact", ticket.requester.mail)
    return Correspondent(ticket.requester.mail, name, ticket.language, ticket.timezone, TokenKind.CONTACT, person)


def to_technician(one: Technician, policy: Policy, address: str | None = None) -> Correspondent:
    """A technician, at their mail or at the given pager address."""
    return Correspondent(
        address or one.mail,
        one.name,
        one.language or policy.desk.language,
        one.timezone or policy.desk.timezone,
        TokenKind.TECHNICIAN,
        person_id("technician", one.key),
    )


def to_contact(contact: Contact, customer: Customer, policy: Policy) -> Correspondent:
    """An authorised contact of a customer."""
    return Correspondent(
        contact.mail,
        contact.name,
        contact.language or customer.language or policy.desk.language,
        customer.timezone or policy.desk.timezone,
        TokenKind.CONTACT,
        person_id("contact", contact.mail),
    )


def to_administrator(address: str, policy: Policy) -> Correspondent:
    """An administrator; nothing is to be answered."""
    return Correspondent(address, "", policy.desk.language, policy.desk.timezone)


def desk_facts(policy: Policy) -> DeskFacts:
    """The firm that runs the desk."""
    return DeskFacts(policy.desk.name, policy.desk.address)


def facts_about(ticket: Ticket, policy: Policy, language: str, view: View) -> Facts:
    """Everything about a ticket that the reader may see."""
    name = "" if view is View.STRANGER else ticket.requester.name
    return Facts(
        desk=desk_facts(policy),
        ticket=_ticket_facts(ticket, policy, language, view),
        customer=_customer_facts(ticket, policy),
        contact=PersonFacts(name, ticket.requester.mail, registered=ticket.registered),
        deadline=deadline_facts(ticket, policy, language),
    )


def deadline_facts(ticket: Ticket, policy: Policy, language: str) -> DeadlineFacts | None:
    """The call-back promise as mails explain it to a reader of that language."""
    callback, queue = ticket.callback, policy.queues.get(ticket.queue)
    if callback is None:
        return None
    promise = str(queue.callback) if queue else ""
    return DeadlineFacts(explained(ticket, callback, policy, language), promise, callback.kept_at, callback.in_time)


def person_facts(one: Technician) -> PersonFacts:
    """A technician as mails name them."""
    return PersonFacts(one.name, one.mail, one.key, registered=True)


def title_of(queue: Queue | None, language: str, otherwise: str) -> str:
    """How a queue is called in a language, in the language `otherwise`, or by its key."""
    if queue is None:
        return ""
    wanted = (language, language.partition("-")[0], otherwise, otherwise.partition("-")[0])
    return next((queue.title[one] for one in wanted if one in queue.title), queue.key)


def letter_to_requester(
    template: str, ticket: Ticket, policy: Policy, tone: Tone, facts: Facts | None = None
) -> Letter:
    """A mail to the person who asked, in the thread of their own mail."""
    told = facts or facts_about(ticket, policy, ticket.language, view_of_requester(ticket))
    references = ticket.references if ticket.registered else ticket.references[-1:]
    answered = references[-1] if references else ""
    return Letter(template, to_requester(ticket), tone, told, ticket.number, answered, references)


def notice_letters(
    addresses: tuple[str, ...], facts: Facts, policy: Policy, ticket: int | None = None
) -> tuple[Letter, ...]:
    """The same word to several people of the desk, each once; a technician may answer what is about a ticket."""
    return tuple(_notice(address, facts, policy, ticket) for address in dict.fromkeys(addresses))


def _notice(address: str, facts: Facts, policy: Policy, ticket: int | None) -> Letter:
    one = policy.technician_at(address) if ticket is not None else None
    if one is None:
        return Letter("notice", to_administrator(address, policy), Tone.GENERATED, facts, ticket)
    reader = replace(to_technician(one, policy, address), language=policy.desk.language)
    return Letter("notice", reader, Tone.GENERATED, replace(facts, technician=person_facts(one)), ticket)


def letters_to_administrators(notice: NoticeFacts, policy: Policy, ticket: int | None = None) -> tuple[Letter, ...]:
    """A word of the desk's own to each of them."""
    return notice_letters(policy.desk.administrators, Facts(desk_facts(policy), notice=notice), policy, ticket)


def enclose(
    attachments: tuple[Attachment, ...], inbox_id: int, policy: Policy
) -> tuple[Enclosure | None, tuple[Attachment, ...]]:
    """The attachments that travel with a letter, smallest loss first: in order, as long as they fit; and the rest."""
    taken, left, room = [], [], policy.limits.enclosures
    for part in attachments:
        if part.size <= room:
            taken.append(part)
            room -= part.size
        else:
            left.append(part)
    return (Enclosure(inbox_id, tuple(taken)) if taken else None), tuple(left)


def _ticket_facts(ticket: Ticket, policy: Policy, language: str, view: View) -> TicketFacts:
    echo = view is not View.STRANGER
    queue = policy.queues.get(ticket.queue)
    assignee = policy.technicians.get(ticket.assignee or "")
    owed = tuple(_clock_facts(ticket))
    return TicketFacts(
        number=ticket.number,
        subject=ticket.subject if echo else None,
        queue=ticket.queue,
        queue_title=title_of(queue, language, policy.desk.language),
        urgent=queue is not None and policy.is_urgent(queue) and len(policy.queues) > 1,
        status=ticket.status.value,
        kind=ticket.kind,
        level=ticket.level,
        severity=ticket.severity,
        priority=ticket.priority,
        requester=ticket.requester.mail,
        requester_name=ticket.requester.name if echo else "",
        assignee=assignee.name if assignee else ticket.assignee,
        opened_at=ticket.opened_at,
        history=_history(ticket, policy, view),
        clocks=tuple(one for one in owed if one.promise != Promise.CALLBACK),
        first=next((one for one in owed if not one.paused), None),
        links=ticket.links if view is View.DESK else (),
    )


def _clock_facts(ticket: Ticket) -> Iterator[ClockFacts]:
    """What is owed, what is due first at the top."""
    owed = (clock for clock in ticket.clocks if clock.running)
    for clock in sorted(owed, key=lambda one: (one.due_at, PLACES[one.promise])):
        yield ClockFacts(clock.promise.value, clock.due_at, stands_still(ticket, clock.promise))


def _history(ticket: Ticket, policy: Policy, view: View) -> tuple[Line, ...]:
    """The newest of what people said, by name: a robot's words and bare commands would push them out."""
    if not ticket.history:
        return ()
    names = {address: one.name for one in policy.technicians.values() for address in one.mails}
    names[ticket.requester.mail] = ticket.requester.name
    told = [line for line in ticket.history if _may_see(line, view) and not line.automatic and _says(line)]
    newest = told[max(len(told) - policy.limits.history, 0) :]
    return tuple(replace(line, who=names.get(line.who) or line.who) for line in newest)


def _says(line: Line) -> bool:
    """Whether it holds more than a technician's commands."""
    rows = [row for row in line.text.splitlines() if row.strip()]
    return any(line.direction is not Direction.INTERNAL or not row.startswith("#") for row in rows)


def _may_see(line: Line, view: View) -> bool:
    return view is View.DESK or (view is View.REQUESTER and line.direction is not Direction.INTERNAL)


def _customer_facts(ticket: Ticket, policy: Policy) -> CustomerFacts | None:
    customer = policy.customers.get(ticket.customer or "")
    if customer is None:
        return None
    return CustomerFacts(customer.key, customer.name, is_covered(ticket, policy), customer.bank)
