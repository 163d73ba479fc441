"""What a technician's mail says of a ticket's relations: its subject, its customer, and who asks for it (interfaces.md
§6).

A ticket never changes firms in passing: whoever is another customer's contact becomes the requester only after
`#client`. The desk and its technicians ask for nothing. What is said stands for the whole mail, in whatever order its
lines are: the words beside it go to whoever asks for the ticket from now on.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import replace

from mailgate.core.correspondence import facts_about, letter_to_requester, view_of_requester
from mailgate.core.effects import Effect, SendMail
from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender, recognise
from mailgate.core.intents import Intent, Order, Problem, SetContact, SetCustomer, SetSubject
from mailgate.core.letters import Did, Letter, NoticeFacts, Tone
from mailgate.core.model import Address, Identity
from mailgate.core.people import Customer
from mailgate.core.policy import Policy
from mailgate.core.relation_effects import ChangeCustomer, ChangeRequester, ChangeSubject
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ticket
from mailgate.core.words import fold

ONCE: tuple[type[Intent], ...] = (SetSubject, SetContact, SetCustomer)
"""What one mail says once: said twice, nobody knows which is meant."""

OF_THE_DESK = frozenset({Identity.TECHNICIAN, Identity.OURSELVES})


def against_relations(event: MailReceived, seen: Seen, policy: Policy) -> Iterator[Problem]:
    """Everything that stands against what a mail says of the relations of its ticket."""
    orders, ticket = event.orders.orders, seen.by_token
    if ticket is None:
        return
    yield from _twice(orders)
    firm = replace(ticket, customer=_customer_after(orders, ticket, policy))
    for order in orders:
        match order.intent:
            case SetCustomer(customer=typed) if find_customer(typed, policy) is None:
                yield Problem("unknown-customer", order.line, typed, _nearest_customers(order, typed, policy))
            case SetContact(mail=mail):
                yield from _against_contact(order, mail, firm, policy)


def related(orders: tuple[Order, ...], ticket: Ticket, policy: Policy) -> Ticket:
    """The ticket with the subject, the customer and the requester that the mail gives it."""
    for order in orders:
        match order.intent:
            case SetSubject(subject=subject):
                ticket = replace(ticket, subject=subject)
            case SetCustomer(customer=typed):
                ticket = _of_customer(ticket, find_customer(typed, policy), policy)
            case SetContact(mail=mail):
                ticket = _asked_by(ticket, recognise(Address(mail), mail, policy))
    return ticket


def relate(before: Ticket, after: Ticket, internal: bool, policy: Policy) -> Iterator[Effect]:
    """What makes it so, and what its new requester is told, unless the mail was a note."""
    number = before.number
    if after.subject != before.subject:
        yield ChangeSubject(number, after.subject)
    if after.customer != before.customer and after.customer is not None:
        yield ChangeCustomer(number, after.customer, after.timezone)
    if _asks_anew(before, after):
        yield ChangeRequester(number, after.requester, after.language, after.registered)
        if not internal:
            yield SendMail(_followed(after, policy), record=True)


def did_relate(orders: tuple[Order, ...], before: Ticket, after: Ticket, policy: Policy) -> Iterator[Did]:
    """What a transcript and the journal say of it."""
    for order in orders:
        match order.intent:
            case SetSubject():
                yield Did("subject", after.subject)
            case SetCustomer():
                yield Did("customer", policy.customers[after.customer].name if after.customer else "")
            case SetContact():
                yield Did("contact", after.requester.mail if _asks_anew(before, after) else before.requester.mail)


def find_customer(typed: str, policy: Policy) -> Customer | None:
    """A customer by key or name, in any case and without accents."""
    wanted = fold(typed.strip())
    named = (one for one in policy.customers.values() if wanted in (fold(one.key), fold(one.name)))
    return next(named, None)


def _twice(orders: tuple[Order, ...]) -> Iterator[Problem]:
    for kind in ONCE:
        said = [order for order in orders if isinstance(order.intent, kind)]
        yield from (Problem("one-at-a-time", order.line) for order in said[1:2])


def _customer_after(orders: tuple[Order, ...], ticket: Ticket, policy: Policy) -> str | None:
    typed = (order.intent.customer for order in orders if isinstance(order.intent, SetCustomer))
    found = (find_customer(one, policy) for one in typed)
    return next((one.key for one in found if one is not None), ticket.customer)


def _against_contact(order: Order, mail: str, ticket: Ticket, policy: Policy) -> Iterator[Problem]:
    one = recognise(Address(mail), mail, policy)
    if one.identity in OF_THE_DESK:
        yield Problem("not-a-customers-address", order.line, mail)
    elif one.customer is not None and one.customer.key != ticket.customer:
        yield Problem("contact-of-another", order.line, one.customer.name, f"#client {one.customer.key}")


def _of_customer(ticket: Ticket, customer: Customer | None, policy: Policy) -> Ticket:
    if customer is None:
        return ticket
    return replace(ticket, customer=customer.key, timezone=customer.timezone or policy.desk.timezone)


def _asked_by(ticket: Ticket, one: Sender) -> Ticket:
    spoken = one.contact.language if one.contact else None
    firms = one.customer.language if one.customer else None
    participants = ticket.participants | {one.address.mail.lower(), ticket.requester.mail.lower()}
    return replace(
        ticket,
        requester=one.address,
        language=spoken or firms or ticket.language,
        registered=one.registered,
        participants=participants,
    )


def _asks_anew(before: Ticket, after: Ticket) -> bool:
    return after.requester.mail.lower() != before.requester.mail.lower()


def _followed(ticket: Ticket, policy: Policy) -> Letter:
    """Under which number their request is followed, and until when they will hear, as an acknowledgement says it."""
    facts = facts_about(ticket, policy, ticket.language, view_of_requester(ticket))
    owed = ticket.callback is not None and ticket.callback.running
    facts = replace(facts, notice=NoticeFacts("contact"), deadline=facts.deadline if owed else None)
    letter = letter_to_requester("followed", ticket, policy, Tone.GENERATED, facts)
    return replace(letter, in_reply_to="", references=())


def _nearest_customers(order: Order, typed: str, policy: Policy) -> str:
    """The command with the nearest keys, else with the first ones."""
    words = {fold(word): one.key for one in policy.customers.values() for word in (one.name, one.key)}
    close = difflib.get_close_matches(fold(typed)[:40], words, n=3, cutoff=0.5)
    keys = dict.fromkeys([words[one] for one in close] or list(policy.customers)[:5])
    return f"{order.line.split()[0]} {' / '.join(keys)}"
