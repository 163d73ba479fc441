"""A request changes doors: the customer writes to the one that promises sooner, or the desk moves it to the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_held_mails import TECHS, to

CHEF = "chef@acme.example"
URGENT = "support-urgent@example.com"


def regular(desk: LiveDesk) -> list[Sent]:
    """Two people are called, and five minutes pass."""
    sent = desk.write(Letter("L'imprimante ne va plus.", to="support-regulier@example.com", subject="Imprimante"))
    desk.advance(minutes=5)
    return sent


def urgent(desk: LiveDesk, acknowledged: Sent) -> list[Sent]:
    """The customer answers, to the urgent door as well."""
    said = answer(acknowledged, "C'est devenu urgent : toute la production est arrêtée.")
    return desk.write(replace(said, to=URGENT, headers={**said.headers, "To": f"{said.to}, {URGENT}"}))


def test_whoever_has_it_hears_that_it_is_urgent_now(desk: LiveDesk) -> None:
    """The words are for them; the deadline that they read before is no longer true."""
    sent = regular(desk)
    desk.write(answer(to(sent, TECHS[0]), "#prendre"))
    told = to(urgent(desk, to(sent, CHEF)), TECHS[0])
    for part in (told.text, told.html):
        assert "toute la production est arrêtée" in part
        assert "Le client a écrit à «" in part
    assert "lundi 11\u00a0h\u00a005" in told.text
    assert "Changement de file" in told.subject


def test_those_who_were_called_before_hear_it_and_count(desk: LiveDesk) -> None:
    """Two and two make more than three: nobody is missing, and nobody says so."""
    sent = regular(desk)
    more = urgent(desk, to(sent, CHEF))
    assert {one.to for one in more if one.template == "technician"} == {*TECHS, "tech4@example.com"}
    assert len([one for one in more if one.template == "page"]) == 2
    assert not [one for one in more if one.template == "notice"]


def test_the_customer_reads_which_promise_holds_now(desk: LiveDesk) -> None:
    """They had « en moins de 4 h » in writing; silence at the urgent door would look like nobody."""
    told = to(urgent(desk, to(regular(desk), CHEF)), CHEF)
    assert told.template == "followed"
    for part in (told.text, told.html):
        assert "est bien reçu et ajouté à votre demande nº" in part
    assert "en moins de 1\u00a0h, au plus tard lundi 16 novembre à 11\u00a0h\u00a005" in told.text
    later = desk.write(answer(told, "Il y a de la fumée !"))
    assert {one.template for one in later} == {"technician"}


def test_a_closed_request_that_comes_to_the_door_again_calls_people_again(desk: LiveDesk) -> None:
    """Whoever closed it may have gone home: three people are called, and it is theirs who answers."""
    sent = regular(desk)
    done = desk.write(answer(to(sent, TECHS[0]), "C'est réparé.\n#fermer"))
    desk.advance(minutes=60 * 24)
    more = urgent(desk, to(done, CHEF))
    pages = [one for one in more if one.template == "page"]
    assert len({one.to for one in pages}) == 3
    assert "Rouverte par le client" in to(more, TECHS[0]).subject
    assert to(more, CHEF).template == "followed"
    desk.write(answer(to(more, "tech3@example.com"), "J'arrive."))
    story = desk.ticket()
    assert (story.status.value, story.queue, story.callback.kept_by if story.callback else None) == (
        "open",
        "urgent",
        "tech3",
    )


def back_again(desk: LiveDesk) -> list[Sent]:
    """A request that was closed yesterday comes to the urgent door."""
    sent = desk.write(Letter("Panne"))
    done = desk.write(answer(to(sent, TECHS[0]), "C'est réparé.\n#fermer"))
    desk.advance(minutes=60 * 24)
    return urgent(desk, to(done, CHEF))


def test_a_closed_request_that_comes_back_is_escalated_as_a_new_one_is(desk: LiveDesk) -> None:
    """Nobody answers: they are called again, others with them, and in the end the leads are told."""
    back_again(desk)
    later = [one for minutes in (16, 15, 20) for one in desk.advance(minutes=minutes)]
    assert [one for one in later if one.template == "page"]
    assert any("Personne ne répond" in one.subject for one in later if one.template == "notice")


def test_a_closed_request_that_comes_back_is_theirs_who_takes_it(desk: LiveDesk) -> None:
    """Whoever had it yesterday is one of the three, and hears that somebody has it."""
    more = back_again(desk)
    told = desk.write(answer(to(more, "tech2@example.com"), "#prendre"))
    assert desk.ticket().assignee == "tech2"
    assert {one.to for one in told} >= {TECHS[0], "tech4@example.com"}


def test_nobody_is_said_to_have_what_came_back(desk: LiveDesk) -> None:
    """That they closed it yesterday is no answer to today's page."""
    more = back_again(desk)
    told = to(desk.write(answer(to(more, "tech2@example.com"), "#pris")), "tech2@example.com")
    assert "déjà prise en charge" not in told.text


def test_the_customer_reads_that_the_call_comes_later(desk: LiveDesk) -> None:
    """« au plus tard 11 h 00 » is no longer so, and they would wait for it."""
    sent = desk.write(Letter("Une question sur les rapports."))
    moved = desk.write(answer(to(sent, TECHS[0]), "#file regulier"))
    told = to(moved, CHEF)
    for part in (told.text, told.html):
        assert "dorénavant" in part
    assert "en moins de 4\u00a0h, au plus tard lundi 16 novembre à 14\u00a0h\u00a000" in told.text
    assert "Le client (chef@acme.example) a reçu un avis automatique." in to(moved, TECHS[0]).text


@pytest.mark.parametrize("words", ["#attente client", "#valider"])
def test_no_call_is_promised_while_its_clock_stands_still(desk: LiveDesk, words: str) -> None:
    """The turn is the customer's."""
    sent = desk.write(Letter("Une question."))
    told = to(desk.write(answer(to(sent, TECHS[0]), f"#file regulier\n{words}")), CHEF)
    assert "communiquera avec vous" not in told.text
