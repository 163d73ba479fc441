"""What a technician's mail says of a ticket's relations: its subject, its customer, who asks for it and who watches,
and which other ticket belongs with it (interfaces.md §6). What follows from it is in `relating`.

A ticket never changes firms in passing: whoever is another customer's contact becomes the requester only after
`#client`. The desk and its technicians ask for nothing. What is said stands for the whole mail, in whatever order its
lines are: the words beside it go to whoever asks for the ticket from now on.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import replace

from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender, recognise
from mailgate.core.intents import (
    UNSAID,
    AddWatcher,
    Intent,
    LinkTo,
    Order,
    Problem,
    RemoveWatcher,
    SetContact,
    SetCustomer,
    SetSubject,
)
from mailgate.core.model import Address, Identity
from mailgate.core.people import Customer
from mailgate.core.policy import Policy
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
                yield unknown_customer(order, typed, policy)
            case SetContact(mail=mail):
                yield from _against_contact(order, mail, firm, policy)
            case LinkTo(ticket=number):
                yield from against_number(order, number, ticket, seen)
    yield from _against_watchers(orders, related(orders, ticket, policy), ticket, policy)


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
            case LinkTo(ticket=number):
                ticket = replace(ticket, links=tuple(sorted({*ticket.links, number})))
            case AddWatcher(mail=mail):
                ticket = replace(ticket, watchers=tuple(dict.fromkeys((*ticket.watchers, mail))))
            case RemoveWatcher(mail=mail):
                ticket = replace(ticket, watchers=tuple(one for one in ticket.watchers if one != mail))
    return ticket


def find_customer(typed: str, policy: Policy) -> Customer | None:
    """A customer by key or name, in any case and without accents."""
    wanted = fold(typed.strip())
    named = (one for one in policy.customers.values() if wanted in (fold(one.key), fold(one.name)))
    return next(named, None)


def against_number(order: Order, number: int, ticket: Ticket, seen: Seen) -> Iterator[Problem]:
    """What stands against naming another ticket by its number."""
    other = seen.named.get(number)
    if other is None:
        yield Problem("unknown-ticket", order.line, str(number), _nearest_tickets(order, number, seen))
    elif other.number == ticket.number:
        yield Problem("same-ticket", order.line, str(number), _nearest_tickets(order, number, seen))


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
        yield Problem("not-a-customers-address", order.line, mail, meant=asked_anew(order))
    elif one.customer is not None and one.customer.key != ticket.customer:
        yield of_another(order, one.customer)


def _against_watchers(orders: tuple[Order, ...], after: Ticket, before: Ticket, policy: Policy) -> Iterator[Problem]:
    added = {order.intent.mail for order in orders if isinstance(order.intent, AddWatcher)}
    for order in orders:
        match order.intent:
            case AddWatcher(mail=mail) if recognise(Address(mail), mail, policy).identity in OF_THE_DESK:
                yield Problem("not-a-customers-address", order.line, mail, meant=asked_anew(order))
            case AddWatcher(mail=mail) if mail == after.requester.mail.lower():
                yield Problem("watches-already", order.line, mail)
            case RemoveWatcher(mail=mail) if mail in added:
                yield Problem("one-at-a-time", order.line)
            case RemoveWatcher(mail=mail) if mail not in before.watchers:
                yield Problem("not-watching", order.line, mail, _nearest_watchers(order, before))
    last = next((order for order in reversed(orders) if isinstance(order.intent, AddWatcher)), None)
    if last is not None and len(after.watchers) > policy.limits.watchers:
        yield Problem("too-many-watchers", last.line, str(policy.limits.watchers))


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


def _nearest_customers(order: Order, typed: str, policy: Policy) -> str:
    """The command with the nearest keys, else with the first ones."""
    words = {fold(word): one.key for one in policy.customers.values() for word in (one.name, one.key)}
    close = difflib.get_close_matches(fold(typed)[:40], words, n=3, cutoff=0.5)
    keys = dict.fromkeys([words[one] for one in close] or list(policy.customers)[:5])
    return f"{order.line.split()[0]} {' / '.join(keys)}"


def _nearest_tickets(order: Order, number: int, seen: Seen) -> str:
    """The command with the customer's other number that looks most like the one typed, else with the newest ones."""
    others = [str(one) for one in seen.siblings]
    close = difflib.get_close_matches(str(number), others, n=1, cutoff=0.6)
    return f"{order.line.split()[0]} {' / '.join(close or others)}" if others else ""


def _nearest_watchers(order: Order, ticket: Ticket) -> str:
    word = order.line.split()[0]
    return f"{word} non {' / '.join(ticket.watchers)}" if ticket.watchers else ""


def unknown_customer(order: Order, typed: str, policy: Policy) -> Problem:
    """Nobody is called so."""
    return Problem("unknown-customer", order.line, typed, _nearest_customers(order, typed, policy), asked_anew(order))


def of_another(order: Order, customer: Customer) -> Problem:
    """The address belongs to another firm."""
    return Problem("contact-of-another", order.line, customer.name, f"#client {customer.key}", order.line)


def asked_anew(order: Order) -> str:
    """The command without what is wrong behind it."""
    return f"{order.line.split()[0]} {UNSAID}"
