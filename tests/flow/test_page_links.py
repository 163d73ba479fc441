"""A page answered by its link: from the mail that asks to the mails that tell the others who has it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mailgate.daemon.answering import Answering
from mailgate.edge.web_words import Standing
from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_conversation import to
from tests.flow.test_escalation import PAGERS, TECH, people, states

WEB = '\n[web]\nlisten = "127.0.0.1:0"\nbase_url = "https://support.example.com"\n'
LINK = re.compile(r"https://support\.example\.com/p/([a-z2-7]{42})")


@pytest.fixture
def desk(desk: LiveDesk) -> LiveDesk:
    """The starter with its web door."""
    config = desk.root / "config.toml"
    config.write_text(config.read_text("utf-8") + WEB, "utf-8")
    desk.reload()
    return desk


def behind(desk: LiveDesk) -> Answering:
    """What the door asks."""
    return Answering(desk.database, lambda: desk.desk, lambda: desk.now, bytes, lambda: None)


def link_of(mails: list[Sent], address: str) -> str:
    """The token of the link that somebody got."""
    (token,) = set(LINK.findall(to(mails, address).text))
    return str(token)


def press(desk: LiveDesk, token: str) -> list[Sent]:
    """Open the page and press its button; the mails that leave because of it."""
    door = behind(desk)
    shown = door.look(token)
    assert shown is not None
    assert door.is_fresh(token, shown.nonce)
    assert door.answer(token) is not None
    return desk.work()


def standing(desk: LiveDesk, token: str) -> Standing:
    shown = behind(desk).look(token)
    assert shown is not None
    return shown.standing


def test_a_link_fetched_a_thousand_times_says_nothing(desk: LiveDesk) -> None:
    """Then its reader presses the button: theirs, the others are told, and nobody is called again."""
    pages = desk.write(Letter("Panne"))
    mine, others = link_of(pages, TECH[1]), link_of(pages, TECH[0])
    before = desk.ticket()
    for _ in range(1000):
        assert standing(desk, mine) is Standing.WAITING
    assert desk.work() == []
    assert desk.ticket() == before
    told = press(desk, mine)
    assert people(told) == [TECH[0], TECH[1], TECH[2]]
    assert "Demande prise en charge par" in to(told, TECH[0]).text
    assert desk.ticket().assignee == "tech2"
    assert states(desk)[TECH[1]] == states(desk)[PAGERS[1]] == "acknowledged"
    assert (standing(desk, mine), standing(desk, others)) == (Standing.YOURS, Standing.TAKEN)
    assert people(desk.advance(minutes=29)) == []


def test_who_presses_second_is_told_who_was_first(desk: LiveDesk) -> None:
    """Both pages were open; nothing is taken from anybody."""
    pages = desk.write(Letter("Panne"))
    press(desk, link_of(pages, TECH[1]))
    (late,) = press(desk, link_of(pages, TECH[0]))
    assert late.to == TECH[0]
    assert "déjà prise en charge par" in late.text
    assert desk.ticket().assignee == "tech2"


def test_a_link_and_an_answer_by_mail_are_one_word(desk: LiveDesk) -> None:
    """Whoever is first, by whatever way."""
    pages = desk.write(Letter("Panne"))
    desk.write(answer(to(pages, TECH[2]), "ok"))
    shown = behind(desk).look(link_of(pages, TECH[0]))
    assert shown is not None
    assert (shown.standing, shown.holder) == (Standing.TAKEN, desk.site.policy.technicians["tech3"].name)


def test_every_page_to_a_technician_has_their_own_link(desk: LiveDesk) -> None:
    """By mail and by pager the same one; the customer's mail has none."""
    pages = desk.write(Letter("Panne"))
    assert [link_of(pages, one) for one in TECH[:3]] == [link_of(pages, one) for one in PAGERS[:3]]
    assert len({link_of(pages, one) for one in TECH[:3]}) == 3
    assert "/p/" not in to(pages, "chef@acme.example").text + to(pages, "chef@acme.example").html


def test_a_technician_who_quotes_their_page_keeps_their_link(desk: LiveDesk) -> None:
    """What leaves to the customer, and what colleagues read, holds none of it (promise 6)."""
    pages = desk.write(Letter("Panne"))
    token = link_of(pages, TECH[1])
    told = desk.write(answer(to(pages, TECH[1]), f"#prendre\nVoyez https://support.example.com/p/{token} svp."))
    assert [mail.to for mail in told if token in mail.text + mail.message.as_string()] == []


def test_a_link_ends_with_its_technician_and_its_time(desk: LiveDesk) -> None:
    """Gone from the rules, or as old as the signed address beside it: nobody's."""
    token = link_of(desk.write(Letter("Panne")), TECH[0])
    door = behind(desk)
    desk.now = desk.now.replace(day=30, hour=23)
    assert door.look(token) is not None
    desk.now = desk.now.replace(month=12, day=2)
    assert (door.look(token), door.answer(token)) == (None, None)
    desk.now = desk.now.replace(month=11, day=16)
    policy = desk.desk.policy
    people_left = {key: one for key, one in policy.technicians.items() if key != "tech1"}
    desk.desk = replace(desk.desk, policy=replace(policy, technicians=people_left))
    assert (door.look(token), door.answer(token)) == (None, None)


def test_a_closed_request_waits_for_nobody(desk: LiveDesk) -> None:
    """The page says so, and has no button."""
    pages = desk.write(Letter("Panne"))
    desk.write(answer(to(pages, TECH[1]), "#prendre\n#fermer"))
    assert standing(desk, link_of(pages, TECH[0])) is Standing.OVER


def test_no_address_opens_a_page_and_no_link_answers_a_mail(desk: LiveDesk) -> None:
    """A token is for one thing: somebody who has the link cannot write as its technician."""
    pages = desk.write(Letter("Panne"))
    address = to(pages, TECH[0]).reply_to.partition("+")[2].partition("@")[0]
    assert behind(desk).look(address) is None
    link = link_of(pages, TECH[0])
    desk.write(Letter("#prendre", TECH[0], f"tickets+{link}@example.com"))
    assert desk.ticket().assignee is None
