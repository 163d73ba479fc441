"""`#absent`: about the technician, whatever ticket the mail answers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mailgate.core.effects import AddIntervention, Assign, RecordAbsence, SendMail, WithdrawAbsences
from mailgate.core.intents import Absent, AssignTo, Help, Intent, Present, Problem, Spend
from mailgate.core.model import Activity, Outcome
from mailgate.core.page_effects import AcknowledgePages
from mailgate.core.seen import Seen
from mailgate.core.undo_effects import KeepDeed
from tests.builders import NOW, a_ticket
from tests.core.asking import ask, of, only
from tests.core.working import answer, codes, on

TODAY = NOW.date()
CHRISTMAS = Absent(date(2026, 12, 24), date(2027, 1, 3))
KNOWN = {"tech1": ((TODAY - timedelta(days=3), TODAY),)}


def test_an_absence_is_recorded_and_confirmed_and_nothing_else() -> None:
    """The ticket is no business of it: not taken, no page acknowledged, no customer told, no time spent."""
    decision = on(CHRISTMAS)
    assert {type(effect) for effect in decision.effects} == {RecordAbsence, SendMail, KeepDeed}
    assert only(decision, RecordAbsence) == RecordAbsence("tech1", CHRISTMAS.first, CHRISTMAS.last, NOW)
    assert (decision.outcome, decision.ticket, codes(decision)) == (Outcome.RECORDED, None, ["away"])
    assert decision.because == "tech1 says: away 2026-12-24 → 2027-01-03"


def test_an_absence_needs_no_ticket() -> None:
    """The ticket that the address belonged to is gone; the person still goes on holiday."""
    decision = ask(answer(CHRISTMAS, Help()), Seen(1002))
    assert only(decision, RecordAbsence).technician == "tech1"
    assert codes(ask(answer(CHRISTMAS, text="Bonjour"), Seen(1002))) == ["no-ticket"]


def test_an_absence_beside_work_is_part_of_it() -> None:
    """Handing over before leaving: one mail, one transcript, all of it."""
    decision = on(AssignTo("tech2"), CHRISTMAS)
    assert (only(decision, Assign).technician, only(decision, RecordAbsence).technician) == ("tech2", "tech1")
    assert codes(decision) == ["assigned", "away"]
    assert of(on(Spend(Activity.CALL, 15), CHRISTMAS), AcknowledgePages)


def test_coming_back_takes_back_what_is_not_over() -> None:
    """Today and later; on the technician's own calendar."""
    decision = ask(answer(Present()), Seen(1002, by_token=a_ticket(), absences=KNOWN))
    assert only(decision, WithdrawAbsences) == WithdrawAbsences("tech1", TODAY)
    assert codes(decision) == ["back"]


@pytest.mark.parametrize(
    ("intents", "code"),
    [
        ((Absent(TODAY - timedelta(days=2), TODAY - timedelta(days=1)),), "absence-over"),
        ((Present(),), "no-absence"),
        ((CHRISTMAS, Present()), "two-absences"),
        ((Spend(Activity.CALL, 15), Present()), "no-absence"),
    ],
)
def test_an_impossible_absence_stops_the_whole_mail(intents: tuple[Intent, ...], code: str) -> None:
    """All or nothing."""
    decision = on(*intents)
    assert codes(decision) == [code]
    assert not of(decision, RecordAbsence) + of(decision, AddIntervention)


def test_a_problem_of_another_line_stops_an_absence() -> None:
    """The technician corrects the mail and sends it again."""
    event = answer(CHRISTMAS)
    orders = event.orders
    wrong = type(orders)(orders.text, orders.orders, (Problem("unknown-command", "#apel"),))
    decision = ask(answer(orders=wrong), Seen(1002, by_token=a_ticket()))
    assert codes(decision) == ["unknown-command"]
