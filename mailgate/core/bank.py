"""Hour banks (domain.md §6): time that a customer has paid in advance.

A bank is a book that only grows: hours are bought, interventions charge them, and what was wrong is set right by one
more entry. A balance is the sum of the entries and stands nowhere else. It may fall below zero: whoever is on the phone
with a customer whose production is down does not ask for money first; it is told, and the next purchase fills it up.

The book outlives the rules: a customer who has no bank any more keeps what was entered.
"""

from __future__ import annotations

from mailgate.core.bank_effects import Book
from mailgate.core.decision import Decision
from mailgate.core.events import BankAsked
from mailgate.core.model import Outcome
from mailgate.core.people import Customer
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen

NO_BANK = "none"


def has_bank(customer: Customer | None) -> bool:
    """Whether the rules give the customer a bank."""
    return customer is not None and customer.bank != NO_BANK


def book(event: BankAsked, seen: Seen, policy: Policy) -> Decision:
    """Enter bought hours or a correction, once for each reference."""
    entry = f"a {event.what} of {event.minutes} min ({event.reference}) for '{event.customer}'"
    against = _against(event, seen, policy)
    if against:
        return Decision(Outcome.REFUSED, f"{entry} is not entered: {against}")
    balance = seen.banks.get(event.customer, 0) + event.minutes
    effect = Book(event.customer, event.what, event.minutes, event.received_at, event.inbox_id, event.reference)
    return Decision(Outcome.RECORDED, f"{entry} is entered: the balance is {balance} min", (effect,))


def _against(event: BankAsked, seen: Seen, policy: Policy) -> str:
    customer = policy.customers.get(event.customer)
    if customer is None:
        return "the rules know no such customer"
    if not has_bank(customer):
        return "the rules give them no bank"
    return "their bank has an entry of this reference already" if seen.is_booked else ""
