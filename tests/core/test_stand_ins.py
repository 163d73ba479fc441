"""Who hears of a ticket while whoever has it is away: a holiday holds no customer's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from mailgate.core.decision import Decision
from mailgate.core.effects import Assign, CancelTimer
from mailgate.core.events import DeliveryFailed, TimerFired
from mailgate.core.intents import Take
from mailgate.core.lifecycle import WAITING_OVER
from mailgate.core.model import Status
from mailgate.core.page_effects import Page
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ticket
from tests.builders import NOW, a_policy, a_ticket, contact_token, local, received
from tests.core.asking import ask, letters, of
from tests.core.rosters import with_team, with_technician
from tests.core.working import answer

TODAY = (date(2026, 11, 9), date(2026, 11, 22))
"""Two weeks around the day of the tests."""

HAS_IT = a_ticket(assignee="tech2", status=Status.OPEN)
DESK = "tickets+token@example.com"


def answered(*away: str, ticket: Ticket = HAS_IT, policy: Policy | None = None) -> Decision:
    """The customer answers while these people are away."""
    seen = Seen(1002, by_token=ticket, absences=dict.fromkeys(away, (TODAY,)))
    return ask(received(to=DESK, token=contact_token()), seen, policy)


def told(decision: Decision) -> dict[str, str]:
    """Who hears, and in whose absence."""
    mails = letters(decision, "technician")
    return {one.to.address.partition("@")[0]: one.facts.notice.absent for one in mails if one.facts.notice}


def without_leads(**changes: Any) -> Policy:
    """A firm where nobody leads."""
    policy = a_policy(**changes)
    return replace(policy, teams={"support": policy.teams["support"]})


def test_who_is_there_hears_alone() -> None:
    """That others are away is nothing to them."""
    assert told(answered("tech1", "tech4")) == {"tech2": ""}


def test_the_leads_read_what_a_customer_writes_to_somebody_on_holiday() -> None:
    """Whoever has it reads it, too, when they are back; nobody is paged, and it does not change hands."""
    decision = answered("tech2")
    assert told(decision) == {"tech2": "Technicien 2", "tech4": "Technicien 2"}
    assert "told: tech2, tech4" in decision.because
    assert of(decision, Page) == []
    assert of(decision, Assign) == []


def test_an_absence_of_the_rules_counts_as_one_by_mail() -> None:
    """`away` in the rules and `#absent` are the same thing."""
    assert set(told(answered(policy=with_technician(2, away=(TODAY,))))) == {"tech2", "tech4"}


def test_without_a_lead_who_is_there_the_team_stands_in() -> None:
    """As many as the queue calls, by the team's order; who is away is not among them."""
    assert list(told(answered("tech2", "tech4"))) == ["tech2", "tech1", "tech3"]
    assert list(told(answered("tech2", "tech1", policy=without_leads()))) == ["tech2", "tech3", "tech4"]


def test_a_queue_that_calls_nobody_still_has_somebody_who_reads() -> None:
    """`notify = 0` asks for no page; a customer's answer is none."""
    ticket = replace(HAS_IT, notify=0)
    assert len(told(answered("tech2", ticket=ticket, policy=without_leads()))) == 2


def test_where_everybody_is_away_who_has_it_hears_alone() -> None:
    """There is nobody else."""
    everybody = ("tech1", "tech2", "tech3", "tech4")
    assert set(told(answered(*everybody))) == {"tech2"}


def test_one_of_those_who_were_called_is_enough() -> None:
    """Nobody's ticket is everybody's; when all of them are away, so is everybody else's."""
    called = a_ticket()
    assert set(told(answered("tech1", ticket=called))) == {"tech1", "tech2", "tech3"}
    assert set(told(answered("tech1", "tech2", "tech3", ticket=called))) == {"tech1", "tech2", "tech3", "tech4"}


def test_a_team_of_its_own_is_asked_for_its_own_leads() -> None:
    """Not the leads of the whole desk."""
    assert set(told(answered("tech2", policy=with_team(leads=("tech3",))))) == {"tech2", "tech3"}


@pytest.mark.parametrize("at", ["2026-11-16 10:30", "2026-11-16 11:30"])
def test_a_deadline_that_nobody_watches_is_told_to_who_is_there(at: str) -> None:
    """Half way already: at the deadline it is too late."""
    seen = Seen(1002, by_token=HAS_IT, absences={"tech2": (TODAY,)})
    decision = ask(TimerFired(5, "callback-warning", 1001, local(at)), seen, None, local(at))
    assert told(decision) == {"tech2": "Technicien 2", "tech4": "Technicien 2"}
    assert letters(decision, "notice") == []


def test_the_end_of_a_wait_is_told_to_who_is_there() -> None:
    """The third party's three days are over; the technician's two weeks are not."""
    waiting = replace(HAS_IT, status=Status.WAITING_THIRD, waiting_since=NOW)
    seen = Seen(1002, by_token=waiting, absences={"tech2": (TODAY,)})
    decision = ask(TimerFired(5, WAITING_OVER, 1001, NOW), seen)
    assert set(told(decision)) == {"tech2", "tech4"}
    assert of(decision, CancelTimer) == []


def test_an_answer_that_did_not_arrive_is_told_to_who_is_there() -> None:
    """The customer knows nothing, and waits."""
    lost = DeliveryFailed(9, NOW, 7, "notification", "chef@acme.example", "Panne", "550 no such user", 1001)
    decision = ask(lost, Seen(1002, by_token=HAS_IT, absences={"tech2": (TODAY,)}))
    assert {one.to.address for one in letters(decision, "notice")} == {"tech2@example.com", "tech4@example.com"}


@pytest.mark.parametrize(("away", "asked"), [((), ["has-it"]), (("tech2",), [])])
def test_what_somebody_has_who_is_away_is_taken_without_asking(away: tuple[str, ...], asked: list[str]) -> None:
    """A stand-in at night needs no second mail; nobody works on it beside them."""
    seen = Seen(1002, by_token=HAS_IT, absences=dict.fromkeys(away, (TODAY,)))
    decision = ask(answer(Take()), seen)
    (said,) = (one.facts.transcript for one in letters(decision, "transcript"))
    assert said is not None
    assert [one.code for one in said.doubts] == asked
    assert [one.technician for one in of(decision, Assign)] == (["tech1"] if away else [])


def test_the_bounce_of_a_stand_ins_mail_is_told_to_somebody_who_is_there() -> None:
    """The only other reader is on holiday."""
    lost = DeliveryFailed(9, NOW, 7, "technician", "tech4@example.com", "Panne", "550 no such user", 1001)
    held = a_ticket(assignee="tech2", status=Status.OPEN)
    decision = ask(lost, Seen(1002, by_token=held, absences={"tech2": (TODAY,)}))
    assert {one.to.address for one in letters(decision, "notice")} == {"tech2@example.com", "admin@example.com"}
