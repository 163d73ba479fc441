"""A channel that does not take a page: the next person is called within a minute, and expect nothing else."""

from __future__ import annotations

from collections import Counter

from mailgate.core.delivery import Deferred, Lane, Refused
from tests.flow.desk import Letter, LiveDesk, answer
from tests.flow.test_bounces import standard
from tests.flow.test_conversation import to

TECH = [f"tech{number}@example.com" for number in range(1, 5)]
PAGERS = [f"514555010{number}@pager.example.net" for number in range(1, 5)]
ADMIN = "admin@example.com"
BUSY = Deferred("451 try again later")


def silent(desk: LiveDesk, *targets: str) -> None:
    """Nothing takes what goes to these."""
    desk.answers |= dict.fromkeys(targets, BUSY)


def test_who_is_reached_over_no_channel_is_replaced_within_a_minute(desk: LiveDesk) -> None:
    """F14, F18: mail and pager of tech1 defer; at 60 s tech4 is called, who is one person and not two."""
    silent(desk, TECH[0], PAGERS[0])
    desk.write(Letter("Panne"))
    assert desk.advance(seconds=59) == []
    assert {mail.to for mail in desk.advance(seconds=1)} == {TECH[3], PAGERS[3]}
    assert desk.advance(minutes=5) == []
    assert "no channel took the page of tech1 within 60 s" in " ".join(one.because for one in desk.ticket().journal)


def test_one_channel_is_enough(desk: LiveDesk) -> None:
    """The pager took it: tech1 is reached, and the mail is tried until it leaves."""
    silent(desk, TECH[0])
    desk.write(Letter("Panne"))
    assert desk.advance(minutes=5) == []
    desk.answers.clear()
    assert [mail.to for mail in desk.advance(minutes=5)] == [TECH[0]]


def test_a_page_that_is_late_is_called_off_when_somebody_answers(desk: LiveDesk) -> None:
    """Greylisted for five minutes, and answered by tech2 after two."""
    silent(desk, TECH[0], PAGERS[0])
    page = to(desk.write(Letter("Panne")), TECH[1])
    desk.advance(minutes=2)
    desk.write(answer(page, "pris"))
    desk.answers.clear()
    assert [mail for mail in desk.advance(minutes=10) if mail.template == "page"] == []
    states = {page.to: page.state.value for page in desk.ticket().pages}
    assert states[TECH[0]] == states[PAGERS[0]] == "cancelled"


def test_each_target_has_its_own_state(desk: LiveDesk) -> None:
    """What one channel says is nothing about another."""
    silent(desk, TECH[0])
    desk.answers |= {PAGERS[1]: Refused("550 gone")}
    desk.write(Letter("Panne"))
    states = {page.to: page.state.value for page in desk.ticket().pages}
    assert (states[TECH[0]], states[PAGERS[0]], states[PAGERS[1]]) == ("promised", "sent", "failed")


def test_a_page_is_not_tried_for_ever(desk: LiveDesk) -> None:
    """After a day it is given up, and told."""
    silent(desk, TECH[0])
    desk.write(Letter("Question", to="support-regulier@example.com"))
    for _ in range(50):
        desk.advance(minutes=30)
    assert {page.state.value for page in desk.ticket().pages if page.to == TECH[0]} == {"failed"}


def test_channels_that_are_refused_together_call_one_person(desk: LiveDesk) -> None:
    """F15: both answers are there before either is decided."""
    desk.answers |= {TECH[0]: Refused("550 gone"), PAGERS[0]: Refused("550 gone")}
    desk.accept(Letter("Panne").raw(1), "chef@acme.example", "support-urgent@example.com")
    desk.decide()
    while desk.send_one(Lane.PAGE):
        pass
    assert {TECH[3], PAGERS[3]} <= {mail.to for mail in desk.work()}
    called = Counter(page.technician for page in desk.ticket().pages)
    assert called == {"tech1": 2, "tech2": 2, "tech3": 2, "tech4": 2}


def test_a_relay_that_takes_nothing_is_an_alarm_once(desk: LiveDesk) -> None:
    """Nobody is left to call: the administrators hear of it, once, however long it lasts."""
    silent(desk, *TECH, *PAGERS)
    desk.write(Letter("Panne"))
    told = [mail for _ in range(12) for mail in desk.advance(minutes=1) if mail.to == ADMIN]
    assert [mail.subject.partition(" : ")[0] for mail in told] == ["[#1001] Trop peu de personnes à aviser"]


def test_what_a_mail_system_says_acknowledges_nothing(desk: LiveDesk) -> None:
    """F19, F23: the page was delivered, says a report; it climbs on schedule all the same."""
    page = to(desk.write(Letter("Panne")), TECH[0])
    assert desk.deliver(standard(page, "delivered", "2.0.0", "250 delivered"), "", page.envelope_from) == []
    assert desk.ticket().assignee is None
    assert {page.state.value for page in desk.ticket().pages} == {"sent"}
    assert TECH[3] in {mail.to for mail in desk.advance(minutes=15)}


def test_a_black_hole_is_found_by_the_escalation_clock(desk: LiveDesk) -> None:
    """Everything is taken and nothing arrives: nobody answers, so the steps climb to the alarm within 45 minutes."""
    desk.write(Letter("Panne"))
    later = [mail for _ in range(9) for mail in desk.advance(minutes=5)]
    assert any("Personne ne répond" in mail.subject and mail.to == ADMIN for mail in later)
