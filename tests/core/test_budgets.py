"""Automatic mail is bounded, what is held back is remembered, and the administrators hear of it (hazards A35, A36)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailgate.core.budgets import REPORT, REPORT_AFTER
from mailgate.core.effects import ForgetHeldBack, HoldBack, OpenTicket, SendMail, SetTimer
from mailgate.core.events import MailReceived, TimerFired
from mailgate.core.model import AuthVerdict, Outcome, Status
from mailgate.core.page_effects import Page
from mailgate.core.policy import Automatic, Bound, Policy
from mailgate.core.seen import Answered, Earlier, HeldBack, Seen, Tally
from tests.builders import NOW, a_mail, a_policy, a_ticket, contact_token, received
from tests.core.asking import ask, letters, of, only, paged
from tests.core.working import answer

VICTIM = "victime@ailleurs.example"
DOOR, DESK = "support-urgent@example.com", "tickets@example.com"
STRANGE = received(a_mail(VICTIM))


def after(hour: int = 0, day: int = 0, domain: int = 0, total: int = 0, address: str = VICTIM) -> Seen:
    """The desk has answered that often."""
    answered = Answered({address: Tally(hour, day)}, {address.rpartition("@")[2]: domain}, total)
    return Seen(1002, answered=answered)


@pytest.mark.parametrize(
    ("seen", "budget"),
    [
        (after(hour=3), "address"),
        (after(day=10), "address"),
        (after(domain=50), "domain"),
        (after(total=500), "total"),
    ],
)
def test_a_stranger_is_answered_within_the_budgets_only(seen: Seen, budget: str) -> None:
    """The ticket, its pages and its clock are there all the same: only the answer is held back."""
    decision = ask(STRANGE, seen)
    assert decision.outcome is Outcome.TICKET
    assert paged(decision) == ["tech1", "tech2", "tech3"]
    assert letters(decision, "acknowledgement") == []
    assert only(decision, HoldBack) == HoldBack(budget, VICTIM, NOW, 1002)
    assert "not answered: " in decision.because


@pytest.mark.parametrize("seen", [Seen(1002), after(2, 9, 49, 499)])
def test_below_every_bound_the_answer_leaves_and_counts(seen: Seen) -> None:
    """The last one that fits."""
    decision = ask(STRANGE, seen)
    (sent,) = [effect for effect in of(decision, SendMail) if effect.letter.template == "acknowledgement"]
    assert sent.counted
    assert of(decision, HoldBack) == []


def test_a_proven_contact_is_always_answered_and_counts_for_nobody() -> None:
    """They bet contracts on it: budgets are for people the rules do not name, or who prove nothing."""
    event = received(verdict=AuthVerdict.PASS)
    decision = ask(event, after(900, 900, 900, 900, "chef@acme.example"))
    (sent,) = [effect for effect in of(decision, SendMail) if effect.letter.template == "acknowledgement"]
    assert not sent.counted


@pytest.mark.parametrize(("hour", "answered"), [(3, True), (19, True), (20, False)])
def test_an_unproven_contact_has_a_larger_budget(hour: int, answered: bool) -> None:
    """Most sites get no verdicts, and a busy customer may have a bad morning."""
    decision = ask(received(), after(hour, hour, 0, 0, "chef@acme.example"))
    assert bool(letters(decision, "acknowledgement")) is answered


def test_a_flood_in_other_names_silences_no_contact() -> None:
    """Most sites cannot prove anybody: a forger's 500 mails must not cost a customer their acknowledgement."""
    seen = after(domain=60, total=9000, address="chef@acme.example")
    assert letters(ask(received(), seen), "acknowledgement")


def test_a_robot_with_a_technicians_address_tells_nobody() -> None:
    """Nor does anybody who writes all day."""
    head = (("auto-submitted", "auto-replied"),)
    robot = answer(text="", mail=a_mail("it@acme.example", headers=head))
    assert letters(ask(robot, Seen(1002, by_token=a_ticket())), "transcript") == []
    person = answer(text="Encore", mail=a_mail("it@acme.example"))
    busy = Seen(1002, by_token=a_ticket(), lately=lately(50, Outcome.TICKET, DOOR))
    assert letters(ask(person, busy), "transcript") == []
    assert only(ask(person, busy), HoldBack).budget == "refusals"


def test_a_ticket_that_comes_back_is_told_whatever_was_told_today() -> None:
    """Reopening happens once."""
    event = received(to="tickets+t@example.com", token=contact_token())
    closed = a_ticket(assignee="tech2", status=Status.CLOSED)
    decision = ask(event, Seen(1002, by_token=closed, lately=lately(50, Outcome.FOLLOW_UP, ticket=1001)))
    assert letters(decision, "technician")


def test_the_bounds_are_the_administrators() -> None:
    """`[automatic]` in the rules; without a number nothing is bounded."""
    policy = a_policy(automatic=Automatic(address=Bound(None, None), domain=Bound(1)))
    assert letters(ask(STRANGE, after(hour=99, day=99), policy), "acknowledgement")
    assert only(ask(STRANGE, after(domain=1), policy), HoldBack).budget == "domain"


def test_a_parked_request_over_budget_asks_nobody_for_release() -> None:
    """Else a forged colleague writes to every contact of the customer, as often as they like."""
    colleague = received(a_mail("stagiaire@acme.example"))
    decision = ask(colleague, after(hour=3, address="stagiaire@acme.example"))
    assert decision.outcome is Outcome.PARKED
    assert letters(decision, "parked") == []


def lately(count: int, outcome: Outcome, to: str = DESK, ticket: int | None = None) -> tuple[Earlier, ...]:
    """What the sender sent today."""
    return (Earlier(outcome, ticket, (to,)),) * count


@pytest.mark.parametrize(("to", "answered"), [(DESK, False), (DOOR, True)])
def test_who_wrote_very_often_beside_the_doors_is_answered_no_more(to: str, answered: bool) -> None:
    """Robots write to the address that our mails come from; a mail to a door is somebody's request."""
    event = received(to=to, verdict=AuthVerdict.PASS)
    decision = ask(event, Seen(1002, lately=lately(10, Outcome.TICKET)))
    assert bool(letters(decision, "acknowledgement")) is answered


def test_what_one_sender_adds_to_a_ticket_is_told_so_often_only() -> None:
    """A robot behind a signed address: kept, told to nobody, reported."""
    event = received(to="tickets+t@example.com", token=contact_token())
    seen = Seen(1002, by_token=a_ticket(assignee="tech2"), lately=lately(50, Outcome.FOLLOW_UP, ticket=1001))
    decision = ask(event, seen)
    assert letters(decision, "technician") == []
    assert only(decision, HoldBack) == HoldBack("ticket", "tech2@example.com", NOW, 1001)


@pytest.mark.parametrize("seen", [{"refused": 50}, {"lately": lately(50, Outcome.REFUSED)}])
def test_a_stolen_address_does_not_flood_its_technician(seen: dict[str, object]) -> None:
    """Whatever envelope senders the thief makes up: refusals are counted per ticket, too."""
    forged = answer(text="#fermer", mail=a_mail("x@nowhere.example"))
    decision = ask(forged, Seen(1002, by_token=a_ticket(), **seen))  # type: ignore[arg-type]  # the test names the fields
    assert letters(decision, "transcript") == []
    assert only(decision, HoldBack).budget == "refusals"


def test_the_first_one_held_back_starts_the_hour_until_the_report() -> None:
    """A flood about a flood would help nobody."""
    decision = ask(STRANGE, after(hour=3))
    assert SetTimer(None, REPORT, NOW + REPORT_AFTER) in of(decision, SetTimer)


def test_a_report_that_is_due_is_not_put_off() -> None:
    """A flood that goes on must not push its own report away."""
    timers = of(ask(STRANGE, replace(after(hour=3), reporting=True)), SetTimer)
    assert REPORT not in {timer.kind for timer in timers}


def fired() -> TimerFired:
    """The desk's own timer."""
    return TimerFired(9, REPORT, None, NOW)


def test_the_administrators_hear_who_would_have_been_answered() -> None:
    """One mail, then it is forgotten."""
    rows = (
        HeldBack("address", VICTIM, 30, NOW - timedelta(hours=1), 41, (1031, 1030)),
        HeldBack("total", "", 7, NOW - timedelta(hours=1), 41),
    )
    decision = ask(fired(), Seen(1002, held_back=rows))
    (told,) = letters(decision, "notice")
    assert told.to.address == "admin@example.com"
    assert told.facts.notice is not None
    assert told.facts.notice.detail == f"30 × {VICTIM} (address): #1031, #1030; 7 × … (total)"
    assert only(decision, ForgetHeldBack).through == 41


def test_nothing_held_back_is_no_mail() -> None:
    """A late timer is harmless."""
    assert ask(fired()).effects == ()


@pytest.mark.parametrize("event", [STRANGE, received(a_mail(None)), received(verdict=AuthVerdict.FAIL)])
def test_no_budget_ever_holds_back_a_page(event: MailReceived) -> None:
    """interfaces.md §5."""
    nothing = Bound(0, 0)
    policy: Policy = a_policy(automatic=Automatic(*[nothing] * 7))
    decision = ask(event, Seen(1002), policy)
    assert len({page.technician for page in of(decision, Page)}) == 3
    assert only(decision, OpenTicket)
    assert letters(decision, "acknowledgement") == []
