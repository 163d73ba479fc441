"""A Friday of a P1 ticket, and its weekend: advance half an hour, expect one mail, expect nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders import local
from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_conversation import CHEF, to

FRIDAY = local("2026-11-20 10:00")
TECH2, LEAD = "tech2@example.com", "tech1@example.com"


def until(desk: LiveDesk, hour: str) -> list[Sent]:
    """What leaves up to an hour of that Friday."""
    desk.at(local(f"2026-11-20 {hour}"))
    return desk.work()


def headlines(mails: list[Sent]) -> list[tuple[str, str]]:
    """Who hears what: the first words of a technician's mail, the subject of any other."""
    return [(mail.to, mail.text.splitlines()[2] if mail.template == "technician" else mail.template) for mail in mails]


@pytest.fixture
def page(desk: LiveDesk) -> Sent:
    """Production is down at ten: critical, P1. tech2 hears of it."""
    desk.at(FRIDAY)
    return to(desk.write(Letter("Plus rien ne marche.", subject="Panne du serveur")), TECH2)


@pytest.fixture
def called(desk: LiveDesk, page: Sent) -> Sent:
    """tech2 has called at 10:10 and said so; the customer's mail of it."""
    desk.advance(minutes=10)
    return to(desk.write(answer(page, "#appel 15\nNous cherchons la cause.")), CHEF)


def test_the_customer_is_told_until_when_they_hear_and_have_a_solution(called: Sent) -> None:
    """Two hours from the call, eight from the request."""
    text = called.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert "Prochaines nouvelles au plus tard vendredi 20 novembre à 12 h 10" in text
    assert "Solution visée au plus tard vendredi 20 novembre à 18 h 00" in text


def test_nobody_promises_the_customer_what_has_passed(desk: LiveDesk, called: Sent, page: Sent) -> None:
    """The solution was aimed at for Friday at six; on Monday only the next news are still to come."""
    desk.at(local("2026-11-23 09:00"))
    text = to(desk.write(answer(page, "Nous cherchons toujours.")), CHEF).text.replace("\u00a0", " ")
    assert "Solution visée" not in text
    assert "Prochaines nouvelles au plus tard lundi 23 novembre à 11 h 00" in text


def test_a_draft_then_the_missed_news_then_the_solution_and_a_silent_weekend(desk: LiveDesk, called: Sent) -> None:
    """11:40 the draft, 12:10 the leads; 14:00 and 16:24 the warnings, 18:00 the leads; then nobody until somebody
    writes, not on Saturday, not on Sunday, not on Monday."""
    assert [name for name, _ in headlines(until(desk, "11:39"))] == []
    (draft,) = until(desk, "11:40")
    assert (draft.to, "Le client attend des nouvelles" in draft.text) == (TECH2, True)
    assert "| Bonjour" in draft.text
    assert [name for name, _ in headlines(until(desk, "12:10"))] == [TECH2, LEAD]
    assert until(desk, "13:59") == []
    assert [name for name, _ in headlines(until(desk, "14:00"))] == [TECH2]
    assert [name for name, _ in headlines(until(desk, "16:24"))] == [TECH2]
    assert until(desk, "17:59") == []
    assert headlines(until(desk, "18:00")) == [(TECH2, "Solution en retard"), (LEAD, "notice")]
    for _ in range(12):
        assert desk.advance(hours=6) == []


def test_answering_the_draft_is_the_update_and_brings_the_next_draft(desk: LiveDesk, called: Sent) -> None:
    """The customer reads the technician's words and nothing that mailgate wrote for them."""
    (draft,) = until(desk, "11:40")
    told = desk.write(answer(draft, "Le disque est remplacé, la copie dure encore une heure."))
    assert [mail.to for mail in told] == [CHEF]
    assert "la copie dure encore une heure" in told[0].text
    assert "[Ce qui est fait" not in told[0].text
    assert until(desk, "13:09") == []
    assert [name for name, _ in headlines(until(desk, "13:10"))] == [TECH2]


def test_an_empty_answer_to_the_draft_is_no_update(desk: LiveDesk, called: Sent) -> None:
    """Nothing leaves for the customer, and the news are owed at the same time."""
    (draft,) = until(desk, "11:40")
    assert [mail.to for mail in desk.write(answer(draft, ""))] == [TECH2]
    assert [name for name, _ in headlines(until(desk, "12:10"))] == [TECH2, LEAD]


def test_the_customers_turn_stops_the_day_and_the_weekend_with_it(desk: LiveDesk, called: Sent) -> None:
    """Awaited from 11:00 on Friday to Monday 9:00, working hours 7 to 20: everything is eleven hours later."""
    (draft,) = [mail for mail in until(desk, "11:40") if mail.to == TECH2]
    desk.at(local("2026-11-20 11:00"))
    desk.write(answer(draft, "#attente client\nQuel est le numéro de série ?"))
    desk.at(local("2026-11-23 09:00"))
    assert desk.work() == []
    (back,) = desk.write(answer(called, "C'est le 4711."))
    clocks = {one.promise.value: one for one in desk.ticket().clocks if one.running}
    assert clocks["resolution"].due_at == local("2026-11-23 16:00")
    assert clocks["resolution"].paused_minutes == 11 * 60
    assert clocks["update"].due_at == local("2026-11-23 11:00")
    assert "C'est le 4711." in back.text


def test_a_week_of_downtime_is_no_more_than_a_word_for_each_promise(desk: LiveDesk, called: Sent) -> None:
    """News and solution: what was slept through is not told, what is late is."""
    desk.now += timedelta(days=7)
    names = [name for name, _ in headlines(desk.work())]
    assert set(names) == {TECH2, LEAD}
    assert max(names.count(TECH2), names.count(LEAD)) <= 2
    assert desk.advance(days=7) == []


def test_the_desk_lowers_the_severity_and_the_customer_reads_why(desk: LiveDesk, called: Sent, page: Sent) -> None:
    """`#sévérité haute motif` and `#priorité P2`: three days instead of eight hours, news once a day."""
    until(desk, "11:00")
    told = desk.write(answer(page, "#sévérité haute un autre serveur a pris la relève\n#priorité P2"))
    text = to(told, CHEF).text.replace("\u00a0", " ")
    assert "La sévérité de votre demande est maintenant « haute » : un autre serveur a pris la relève." in text
    assert "Priorité : P2" in to(told, TECH2).text.replace("\u00a0", " ")
    clocks = {one.promise.value: one.due_at for one in desk.ticket().clocks if one.running}
    assert clocks == {"resolution": local("2026-11-25 10:00"), "update": local("2026-11-23 10:10")}
