"""Advance fifteen minutes, expect one more person, expect nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from mailgate.core.delivery import Refused
from mailgate.core.paging import leads_of
from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_conversation import CHEF, to

TECH = [f"tech{number}@example.com" for number in range(1, 5)]
PAGERS = [f"514555010{number}@pager.example.net" for number in range(1, 5)]


def people(mails: Iterable[Sent]) -> list[str]:
    """Who got something, pagers by their own address, in order of the addresses."""
    return sorted(mail.to for mail in mails)


def states(desk: LiveDesk) -> dict[str, str]:
    """Each page's newest state, by address."""
    return {page.to: page.state.value for page in desk.ticket().pages}


def test_silence_climbs_step_by_step_to_the_end(desk: LiveDesk) -> None:
    """15 min: the silent pagers again and a fourth person; 30 min: the leads; 45 min: an alarm; 60 min: it is late."""
    first = desk.write(Letter("Panne", subject="Écran noir"))
    assert people(mail for mail in first if mail.to != CHEF) == sorted([*TECH[:3], *PAGERS[:3]])
    assert desk.advance(minutes=14) == []
    assert people(desk.advance(minutes=2)) == sorted([*PAGERS[:3], TECH[3], *PAGERS[3:]])
    assert states(desk)[TECH[0]] == "escalated"
    again = people(desk.advance(minutes=15))
    assert set(PAGERS[:4]) <= set(again)
    alarm = desk.advance(minutes=16)
    assert all(mail.template == "notice" for mail in alarm)
    assert "Personne ne répond" in alarm[0].subject
    assert set(states(desk).values()) == {"exhausted"}
    assert people(desk.advance(minutes=15)) == TECH
    assert desk.advance(hours=2) == []


def test_one_word_ends_it(desk: LiveDesk) -> None:
    """tech2 answers « pris »: theirs it is, the others hear of it; only tech2 hears of the clock, until it is late."""
    page = to(desk.write(Letter("Panne", subject="Écran noir")), TECH[1])
    told = desk.write(answer(page, "pris"))
    assert people(told) == [TECH[0], TECH[1], TECH[2]]
    assert "Demande prise en charge par" in to(told, TECH[0]).text
    assert desk.ticket().assignee == "tech2"
    assert states(desk)[TECH[1]] == states(desk)[PAGERS[1]] == "acknowledged"
    assert people(desk.advance(minutes=31)) == [TECH[1]]
    late = desk.advance(minutes=30)
    assert {mail.template for mail in late} == {"technician", "notice"}
    assert desk.advance(hours=5) == []


def test_who_answers_second_is_told_who_was_first(desk: LiveDesk) -> None:
    """Nothing is taken from anybody."""
    pages = desk.write(Letter("Panne"))
    desk.write(answer(to(pages, TECH[1]), "ok"))
    (late,) = desk.write(answer(to(pages, TECH[0]), "ok"))
    assert late.to == TECH[0]
    assert "déjà prise en charge par" in late.text
    assert desk.ticket().assignee == "tech2"


def test_three_people_are_reached_though_one_mailbox_is_dead(desk: LiveDesk) -> None:
    """Mail and pager of tech1 are refused: tech4 is called in the same minute."""
    desk.answers |= {TECH[0]: Refused("550 gone"), PAGERS[0]: Refused("550 gone")}
    reached = people(desk.write(Letter("Panne")))
    assert {*TECH[1:], *PAGERS[1:]} <= set(reached)
    assert desk.ticket().pages[-1].technician == "tech4"


def test_a_dead_pager_beside_a_mailbox_that_works_replaces_nobody(desk: LiveDesk) -> None:
    """The mail reached them."""
    desk.answers |= {PAGERS[0]: Refused("550 gone")}
    assert TECH[3] not in people(desk.write(Letter("Panne")))
    assert {page.technician for page in desk.ticket().pages} == {"tech1", "tech2", "tech3"}


def test_a_mail_of_the_evening_escalates_in_the_morning(desk: LiveDesk) -> None:
    """The first pages leave at once; the rest waits for the hours, minute by minute of working time."""
    desk.advance(hours=9, minutes=50)
    desk.write(Letter("Panne"))
    assert desk.advance(hours=11, minutes=14) == []
    assert TECH[3] in people(desk.advance(minutes=2))


def test_a_regular_request_that_nobody_sees_alarms_at_its_promise(desk: LiveDesk) -> None:
    """No steps: those who were called are reminded, and the leads hear at the promised deadline."""
    desk.write(Letter("Question", to="support-regulier@example.com"))
    assert people(desk.advance(hours=2, minutes=1)) == TECH[:2]
    desk.advance(hours=1, minutes=58)
    late = desk.advance(minutes=2)
    assert {one.mail for one in leads_of("support", desk.site.policy)} <= {mail.to for mail in late}
    assert set(states(desk).values()) == {"exhausted"}
