"""The one intervention that a technician's mail is: what it charges, and how it is recorded."""

from __future__ import annotations

from collections.abc import Iterator

from mailgate.core.bank import debit
from mailgate.core.billing import charge
from mailgate.core.effects import AddIntervention
from mailgate.core.events import MailReceived
from mailgate.core.letters import InterventionFacts
from mailgate.core.plan import Plan
from mailgate.core.policy import Policy


def spent_on(planned: Plan, policy: Policy) -> InterventionFacts | None:
    """Its time and charge, None when the mail only arranges things."""
    if planned.activity is None:
        return None
    minutes = planned.spend.minutes if planned.spend else 0
    return charge(planned.activity, minutes, planned.graded, policy)


def recorded(event: MailReceived, planned: Plan, spent: InterventionFacts | None) -> Iterator[AddIntervention]:
    """The same as a row, with its entry in the customer's bank."""
    if planned.activity is None or spent is None:
        return
    public, number, by, at = not planned.internal, planned.ticket.number, planned.by.key, event.received_at
    entry = debit(planned.graded, spent, by, event.inbox_id, at)
    yield AddIntervention(number, by, planned.activity, spent.minutes, spent.charged, public, at, entry)
