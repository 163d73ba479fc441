"""`#solde`: how a customer's account stands, told to the technician who asks, and to nobody else."""

from __future__ import annotations

from mailgate.core.billing import charge
from mailgate.core.intents import Balance
from mailgate.core.letters import BankFacts, InterventionFacts, StatementFacts
from mailgate.core.model import Activity
from mailgate.core.plan import Plan
from mailgate.core.policy import Policy
from mailgate.core.seen import Worked

NEXT_CALL = 15
"""The minutes of the call whose price is told beforehand."""


def statement(
    planned: Plan, spent: InterventionFacts | None, bank: BankFacts | None, worked: Worked, policy: Policy
) -> StatementFacts | None:
    """What was worked on the ticket, this mail's own work included, and what the next call would charge; None when
    nobody asked."""
    if not any(isinstance(order.intent, Balance) for order in planned.orders):
        return None
    minutes, charged = (spent.minutes, spent.charged) if spent is not None else (0, 0)
    following = charge(Activity.CALL, NEXT_CALL, planned.graded, policy)
    return StatementFacts(bank, worked.minutes + minutes, worked.charged + charged, following)
