"""What a technician's mail tells of a request that they bring in: who asks, for which firm, about what; what of it is
missing, and what cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender, is_desk, recognise
from mailgate.core.intents import (
    AddWatcher,
    Correct,
    Grade,
    Intent,
    LinkTo,
    MergeInto,
    Order,
    Problem,
    RemoveWatcher,
    Scale,
    SetContact,
    SetCustomer,
    SetSubject,
    Spend,
    SplitOff,
    Undo,
)
from mailgate.core.letters import Doubt
from mailgate.core.model import Address, AuthLevel, AuthVerdict, Identity
from mailgate.core.people import Customer
from mailgate.core.policy import Policy
from mailgate.core.relations import OF_THE_DESK, asked_anew, find_customer, of_another, unknown_customer

OF_THE_REQUEST: tuple[type[Intent], ...] = (SetContact, SetCustomer, SetSubject)
"""What the commands of such a mail say of the request itself; the others are work on it."""

PROVEN = frozenset({AuthLevel.L2, AuthLevel.L4})
"""The levels at which a technician's mail stands for itself."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A request as a technician's mail tells of it: who asks (None: it does not say), for which firm, about what."""

    contact: Address | None
    customer: Customer | None
    subject: str
    text: str


def read_wish(event: MailReceived, policy: Policy) -> Wish:
    """Who asks is whom `#contact` names, else who wrote what is forwarded, else the firm's only contact."""
    said = {type(order.intent): order.intent for order in event.orders.orders}
    firm, named, about = said.get(SetCustomer), said.get(SetContact), said.get(SetSubject)
    customer = find_customer(firm.customer, policy) if isinstance(firm, SetCustomer) else None
    author = Address(named.mail) if isinstance(named, SetContact) else forwards(event, policy)
    if author is None and customer is not None and len(customer.contacts) == 1:
        author = Address(customer.contacts[0].mail, customer.contacts[0].name)
    of = recognise(author, author.mail, policy) if author is not None else None
    forwarded = event.mail.forwarded
    subject = forwarded.subject if forwarded and forwarded.subject else event.mail.subject
    return Wish(
        of.address if of else None,
        customer or (of.customer if of else None),
        about.subject if isinstance(about, SetSubject) else subject,
        event.orders.text.strip(),
    )


def tells_of_request(event: MailReceived, policy: Policy) -> bool:
    """Whether the mail says for whom it is, or can be meant for nobody's ticket but a new one."""
    intents = [order.intent for order in event.orders.orders]
    named = any(isinstance(intent, SetContact | SetCustomer) for intent in intents)
    works = any(isinstance(one, Spend) or (isinstance(one, Grade) and one.scale is Scale.QUEUE) for one in intents)
    at_desk = any(is_desk(one, policy) or policy.queue_of(one) for one in event.recipients)
    return named or (works and at_desk) or forwards(event, policy) is not None


def forwards(event: MailReceived, policy: Policy) -> Address | None:
    """Who wrote the mail that is forwarded, when that is nobody of the desk."""
    author = event.mail.forwarded.sender if event.mail.forwarded else None
    if author is None or recognise(author, "", policy).identity in OF_THE_DESK:
        return None
    return author


def against_wish(event: MailReceived, wish: Wish, sender: Sender, policy: Policy) -> Iterator[Problem]:
    yield from event.orders.problems
    if event.verdict is AuthVerdict.FAIL and sender.level not in PROVEN:
        yield Problem("auth-failing")
    for order in event.orders.orders:
        yield from _against_one(order, wish, policy)
    for kind in OF_THE_REQUEST:
        said = [order for order in event.orders.orders if isinstance(order.intent, kind)]
        yield from (Problem("one-at-a-time", order.line) for order in said[1:2])


def _against_one(order: Order, wish: Wish, policy: Policy) -> Iterator[Problem]:
    match order.intent:
        case LinkTo() | MergeInto() | SplitOff() | AddWatcher() | RemoveWatcher() | Correct() | Undo():
            yield Problem("no-ticket-yet", order.line)
        case SetCustomer(customer=typed) if find_customer(typed, policy) is None:
            yield unknown_customer(order, typed, policy)
        case SetContact(mail=mail):
            one = recognise(Address(mail), mail, policy)
            if one.identity in OF_THE_DESK:
                yield Problem("not-a-customers-address", order.line, mail, meant=asked_anew(order))
            elif one.customer is not None and one.customer is not wish.customer:
                yield of_another(order, one.customer)


def missing(event: MailReceived, wish: Wish, sender: Sender, policy: Policy) -> Iterator[Doubt]:
    """What the technician is asked first; whoever answers from their signed address has proven it."""
    if wish.contact is None:
        yield Doubt("missing-contact", ", ".join(one.mail for one in wish.customer.contacts) if wish.customer else "")
    elif event.confirmed_at is None and recognise(wish.contact, "", policy).identity is Identity.UNKNOWN:
        yield Doubt("new-address", wish.contact.mail)
    if not (wish.subject or wish.text):
        yield Doubt("missing-words")
    if sender.level not in PROVEN and event.confirmed_at is None:
        yield Doubt("unproven", wish.contact.mail if wish.contact else "")
