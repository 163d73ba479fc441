"""What an intervention charges (domain.md §6): integer minutes, whole units, a minimum, and the reason beside them; and
whether the customer's bank pays for it.

A bank of hours never pays for training or for changes of the software, a Flex bank for nothing else than changes
(`[bank]` of the rules names the kinds). Units and minimum are the customer's own, whatever pays.
"""

from __future__ import annotations

from mailgate.core.letters import InterventionFacts
from mailgate.core.model import Activity
from mailgate.core.people import Customer
from mailgate.core.policy import Policy, Rate, Tariff
from mailgate.core.ticket import Ticket

NONE, FLEX = "none", "flex"


def charge(activity: Activity, minutes: int, ticket: Ticket, policy: Policy) -> InterventionFacts:
    """Charge `minutes` of real time; nothing without a tariff, or what maintenance covers at level 1."""
    rate = _rate(activity, ticket, policy)
    if minutes == 0 or rate is None:
        return InterventionFacts(activity.value, minutes, 0)
    if is_covered(ticket, policy):
        return InterventionFacts(activity.value, minutes, 0, covered=True)
    unit, minimum = _terms(rate, ticket, policy)
    charged = max(-(-minutes // unit) * unit, minimum)
    return InterventionFacts(activity.value, minutes, charged, unit, minimum, banked=pays(ticket, policy))


def is_covered(ticket: Ticket, policy: Policy) -> bool:
    """Whether the maintenance contract pays: a kind it covers, and no work of level 2 or 3 (domain.md §4)."""
    customer = policy.customers.get(ticket.customer or "")
    return customer is not None and ticket.level < 2 and ticket.kind in customer.covered


def has_bank(customer: Customer) -> bool:
    """Whether the rules give the customer a bank."""
    return customer.bank != NONE


def customer_with_bank(ticket: Ticket, policy: Policy) -> Customer | None:
    """The ticket's customer, when they have a bank."""
    customer = policy.customers.get(ticket.customer or "")
    return customer if customer is not None and has_bank(customer) else None


def pays(ticket: Ticket, policy: Policy) -> bool:
    """Whether the customer's bank may pay for work of this kind."""
    customer = customer_with_bank(ticket, policy)
    if customer is None:
        return False
    if customer.bank == FLEX:
        return ticket.kind in policy.banks.flex_for
    return ticket.kind not in policy.banks.hours_not_for


def _rate(activity: Activity, ticket: Ticket, policy: Policy) -> Rate | None:
    tariff = _tariff(ticket, policy)
    if tariff is None or activity is Activity.NOTE:
        return None
    return tariff.site if activity is Activity.VISIT else tariff.phone


def _tariff(ticket: Ticket, policy: Policy) -> Tariff | None:
    queue = policy.queues.get(ticket.queue)
    return policy.tariffs.get(queue.tariff) if queue and queue.tariff else None


def _terms(rate: Rate, ticket: Ticket, policy: Policy) -> tuple[int, int]:
    if customer_with_bank(ticket, policy) is not None:
        return rate.unit, rate.minimum
    return rate.unit_without_bank, 0
