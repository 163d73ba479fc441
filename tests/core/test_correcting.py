"""Minutes taken back: what they were charged comes back as the tariff says of what is left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.bank_effects import EntryKind
from mailgate.core.effects import AddIntervention, Hold
from mailgate.core.intents import Correct, Spend
from mailgate.core.model import Activity
from mailgate.core.seen import Seen
from mailgate.core.undoable import Work
from tests.builders import NOW, a_ticket
from tests.core.asking import ask, of, only
from tests.core.working import answer, codes

CALL = Activity.CALL
URGENT = a_ticket(kind="development", level=2, assignee="tech1")


def seen(*own: Work) -> Seen:
    """The technician recorded this on the ticket before."""
    return Seen(1002, by_token=URGENT, own=own)


def corrected(minutes: int, *own: Work) -> AddIntervention:
    """What is entered, once the question was answered."""
    return only(ask(answer(Correct(CALL, minutes), confirmed_at=NOW), seen(*own)), AddIntervention)


@pytest.mark.parametrize(
    ("minutes", "recorded", "charged"),
    [
        (10, [(70, 120)], 60),
        (70, [(70, 120)], 120),
        (5, [(20, 60), (95, 120)], 0),
        (100, [(20, 60), (95, 120)], 120),
        (5, [(20, 60)], 0),
        (10, [(70, 120), (-5, 0)], 60),
        (65, [(70, 120), (-5, 0)], 120),
        (15, [(30, 45)], 22),
    ],
)
def test_what_was_recorded_last_is_taken_back_first(
    minutes: int, recorded: list[tuple[int, int]], charged: int
) -> None:
    """In units of 60; what another tariff charged comes back in proportion."""
    entry = corrected(minutes, *(Work(CALL, real, cost) for real, cost in recorded))
    assert (entry.minutes, entry.charged) == (-minutes, -charged)


def test_the_bank_gets_it_back() -> None:
    """By a correction, which is no charge."""
    entry = corrected(70, Work(CALL, 70, 90, bank="acme")).debit
    assert entry is not None
    assert (entry.customer, entry.what, entry.minutes) == ("acme", EntryKind.CORRECTION, 90)


def test_it_is_asked_about_first() -> None:
    """Nothing is entered before one more word."""
    decision = ask(answer(Correct(CALL, 5)), seen(Work(CALL, 20, 60)))
    assert only(decision, Hold).technician == "tech1"
    assert of(decision, AddIntervention) == []


def test_more_than_was_recorded_is_refused() -> None:
    """So is what was recorded as other work, and a second intervention beside it."""
    assert codes(ask(answer(Correct(CALL, 21)), seen(Work(CALL, 20, 60)))) == ["more-than-recorded"]
    assert codes(ask(answer(Correct(CALL, 5)), seen(Work(Activity.VISIT, 20, 60)))) == ["more-than-recorded"]
    assert codes(ask(answer(Correct(CALL, 5), Spend(CALL, 9)), seen(Work(CALL, 20, 60)))) == ["two-activities"]


def test_it_takes_no_ticket() -> None:
    """Whoever takes minutes back works on nothing."""
    mine = replace(seen(Work(CALL, 20, 60)), by_token=a_ticket())
    decision = ask(answer(Correct(CALL, 5), confirmed_at=NOW), mine)
    assert [
        one for one in decision.effects if type(one).__name__ in ("Assign", "ChangeStatus", "AcknowledgePages")
    ] == []
