"""What the budgets on automatic mail count, and what they held back (core.budgets).

They matter in a flood, so a flood must not make them slow: every count reads one index and stops at a limit, and what
is too old to count is deleted when the next mail is counted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import delete
from sqlmodel import col

from mailgate.core.effects import ForgetHeldBack, HoldBack
from mailgate.core.letters import Letter
from mailgate.store.database import Tx
from mailgate.store.tables import AnswerRow, HeldBackRow

BudgetChange = HoldBack | ForgetHeldBack

COUNTS_FOR = timedelta(days=8)
"""How long a counted mail is remembered: longer than any budget looks back."""


def count(tx: Tx, letter: Letter, now: datetime) -> None:
    """An automatic mail uses up what the budgets grant."""
    address = letter.to.address.lower()
    tx.exec(delete(AnswerRow).where(col(AnswerRow.at) < now - COUNTS_FOR))
    tx.add(AnswerRow(at=now, address=address, domain=_domain(address), ticket=letter.ticket, template=letter.template))


def change_budgets(tx: Tx, effect: BudgetChange) -> None:
    """Something was held back, or the administrators know what was."""
    match effect:
        case HoldBack(budget, address, at, ticket):
            tx.add(HeldBackRow(at=at, budget=budget, address=address, ticket=ticket))
        case ForgetHeldBack(through):
            tx.exec(delete(HeldBackRow).where(col(HeldBackRow.id) <= through))
        case _:
            assert_never(effect)


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
