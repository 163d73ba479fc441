"""Hour banks (domain.md §6): time that a customer has paid in advance.

A bank is a book that only grows: hours are bought, interventions charge them, and what was wrong is set right by one
more entry. A balance is the sum of the entries and stands nowhere else. It may fall below zero: whoever is on the phone
with a customer whose production is down does not ask for money first; it is told, and the next purchase fills it up.

    before ≥ low > after    both sides are warned, once; what was bought above `low` lets it happen again

The book outlives the rules: a customer who has no bank any more keeps what was entered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from mailgate.core.bank_effects import Book, EntryKind
from mailgate.core.billing import customer_with_bank, has_bank
from mailgate.core.correspondence import View, desk_facts, facts_about, notice_letters, to_contact
from mailgate.core.decision import Decision
from mailgate.core.effects import SendMail
from mailgate.core.events import BankAsked
from mailgate.core.letters import BankFacts, Facts, InterventionFacts, Letter, NoticeFacts, PersonFacts, Tone
from mailgate.core.model import Outcome
from mailgate.core.people import Contact, Customer
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from mailgate.core.summons import desk_addresses
from mailgate.core.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Bill:
    """What an intervention charges (None: the mail is none), and what is left behind it of the customer's bank."""

    spent: InterventionFacts | None = None
    bank: BankFacts | None = None


LOW = "low-balance"
"""The template for the customer, and the code of the notice for the desk."""


def book(event: BankAsked, seen: Seen, policy: Policy) -> Decision:
    """Enter bought hours or a correction, once for each reference."""
    entry = f"a {event.what} of {event.minutes} min ({event.reference}) for '{event.customer}'"
    against = _against(event, seen, policy)
    if against:
        return Decision(Outcome.REFUSED, f"{entry} is not entered: {against}")
    balance = seen.banks.get(event.customer, 0) + event.minutes
    effect = Book(event.customer, event.what, event.minutes, event.received_at, event.inbox_id, event.reference)
    return Decision(Outcome.RECORDED, f"{entry} is entered: the balance is {balance} min", (effect,))


def debit(ticket: Ticket, spent: InterventionFacts, by: str, inbox_id: int, at: datetime) -> Book | None:
    """The entry of an intervention, None when no bank pays for it."""
    taken = _taken(spent)
    if ticket.customer is None or not taken:
        return None
    return Book(ticket.customer, EntryKind.CHARGE, -taken, at, inbox_id, ticket=ticket.number, technician=by)


def left(ticket: Ticket, spent: InterventionFacts | None, seen: Seen, policy: Policy) -> BankFacts | None:
    """The bank of the ticket's customer behind an intervention, None when they have none."""
    customer = customer_with_bank(ticket, policy)
    if customer is None:
        return None
    return BankFacts(seen.banks.get(customer.key, 0) - _taken(spent), customer.bank)


def shown_to(ticket: Ticket, bank: BankFacts | None) -> BankFacts | None:
    """What the requester may see of it: a contact of the customer all, somebody whom the rules do not know nothing."""
    return bank if ticket.registered else None


def with_bank(letter: Letter, bank: BankFacts | None) -> Letter:
    """The letter, which says what is left."""
    return replace(letter, facts=replace(letter.facts, bank=bank))


def warn_of_low(
    ticket: Ticket, spent: InterventionFacts | None, bank: BankFacts | None, seen: Seen, policy: Policy
) -> Iterator[SendMail]:
    """Both sides hear that little is left, when this very intervention made it so."""
    customer, low = policy.customers.get(ticket.customer or ""), policy.banks.low
    if customer is None or bank is None or low is None or not _taken(spent):
        return
    before = seen.banks.get(customer.key)
    if bank.balance >= low or (before is not None and before < low):
        return
    yield from _to_customer(customer, bank, policy)
    queue = policy.queues.get(ticket.queue, policy.default_queue)
    facts = facts_about(ticket, policy, policy.desk.language, View.DESK)
    facts = replace(facts, bank=bank, notice=NoticeFacts(LOW))
    for letter in notice_letters(desk_addresses(queue.team, policy), facts, policy, ticket.number):
        yield SendMail(letter)


def _to_customer(customer: Customer, bank: BankFacts, policy: Policy) -> Iterator[SendMail]:
    """Whoever answers for the relation, else every contact; an answer is a request of its own."""
    for one in [one for one in customer.contacts if one.responsible] or customer.contacts:
        reader = replace(to_contact(one, customer, policy), token=None)
        yield SendMail(Letter(LOW, reader, Tone.GENERATED, _facts(one, bank, policy)))


def _facts(contact: Contact, bank: BankFacts, policy: Policy) -> Facts:
    return Facts(desk_facts(policy), contact=PersonFacts(contact.name, contact.mail, registered=True), bank=bank)


def _taken(spent: InterventionFacts | None) -> int:
    """The minutes that the bank pays."""
    return spent.charged if spent is not None and spent.banked else 0


def _against(event: BankAsked, seen: Seen, policy: Policy) -> str:
    customer = policy.customers.get(event.customer)
    if customer is None:
        return "the rules know no such customer"
    if not has_bank(customer):
        return "the rules give them no bank"
    return "their bank has an entry of this reference already" if seen.is_booked else ""
