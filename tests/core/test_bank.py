"""Banks of hours: what is entered, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailgate.core.bank_effects import Book, EntryKind
from mailgate.core.decision import Decision
from mailgate.core.events import BankAsked
from mailgate.core.model import Outcome
from mailgate.core.seen import Seen
from tests.builders import NOW
from tests.core.asking import ask, of, only
from tests.core.firms import with_bank

BOUGHT = BankAsked(7, NOW, "acme", EntryKind.PURCHASE, 1200, "INV-12")


def asked(seen: Seen | None = None, bank: str = "hours", **changes: Any) -> Decision:
    """What becomes of 20 h that are bought by INV-12, or of what differs from it."""
    return ask(replace(BOUGHT, **changes), seen, with_bank(bank))


@pytest.mark.parametrize("bank", ["hours", "flex"])
def test_bought_hours_are_entered(bank: str) -> None:
    """With everything that says where they come from; the journal tells the new balance."""
    decision = asked(Seen(1001, banks={"acme": -45}), bank)
    assert only(decision, Book) == Book("acme", EntryKind.PURCHASE, 1200, NOW, 7, "INV-12")
    assert decision.outcome is Outcome.RECORDED
    assert decision.because.endswith("the balance is 1155 min")


def test_a_correction_is_one_more_entry() -> None:
    """Whatever was entered before stays."""
    decision = asked(what=EntryKind.CORRECTION, minutes=-90, reference="INV-12 bis")
    assert only(decision, Book) == Book("acme", EntryKind.CORRECTION, -90, NOW, 7, "INV-12 bis")


@pytest.mark.parametrize(
    ("seen", "bank", "changes", "why"),
    [
        (Seen(1001, is_booked=True), "hours", {}, "an entry of this reference already"),
        (None, "none", {}, "the rules give them no bank"),
        (None, "hours", {"customer": "gone"}, "the rules know no such customer"),
    ],
)
def test_what_cannot_be_entered_says_why(seen: Seen | None, bank: str, changes: dict[str, Any], why: str) -> None:
    """Rules may have changed since it was asked for, and two may have asked at once."""
    decision = asked(seen, bank, **changes)
    assert (decision.outcome, of(decision, Book)) == (Outcome.REFUSED, [])
    assert why in decision.because
