"""Pages: as much as a pager shows, the essential first, number and deadline always."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.letters import Facts, NoticeFacts
from mailgate.mail.compose import PlainWords, Templates
from mailgate.mail.samples import FACTS, TICKET
from tests.mail.letters import NOW, TEMPLATES, a_page


def test_a_page_puts_the_essential_first() -> None:
    """Queue, customer, subject, number, deadline; ASCII only."""
    words = TEMPLATES.render(a_page("Réseau à l’arrêt"), NOW)
    assert words.text == "URGENT Acme: Reseau a l'arret #1042 avant lun 23 nov 12h00"
    assert words.html is None


@pytest.mark.parametrize("words", [TEMPLATES, PlainWords()], ids=["templates", "plain"])
def test_a_stranger_is_called_by_their_address(words: Templates | PlainWords) -> None:
    """Anybody can call themselves "Acme"; the address says who wrote (hazards A18)."""
    page = a_page("Panne")
    asked = replace(TICKET, subject="Panne", urgent=True, requester="x@evil.example", requester_name="Acme (chef)")
    text = words.render(replace(page, facts=replace(page.facts, customer=None, ticket=asked)), NOW).text
    assert text.startswith("URGENT x@evil.example: Panne #1042")
    assert "Acme" not in text


def test_a_long_subject_gives_way_to_number_and_deadline() -> None:
    """The tail is what the person who wakes up needs."""
    words = TEMPLATES.render(a_page("Œuvre " * 100, limit=100), NOW)
    assert len(words.text) <= 98
    assert words.text.startswith("URGENT Acme: OEuvre OEuvre")
    assert words.text.endswith("... #1042 avant lun 23 nov 12h00")


def test_a_long_customer_gives_way_as_well() -> None:
    """Then the names, still not the tail."""
    words = TEMPLATES.render(a_page("Réseau " * 30, "Société " * 40, limit=90), NOW)
    assert len(words.text) <= 88
    assert words.text.startswith("URGENT Societe")
    assert words.text.endswith("#1042 avant lun 23 nov 12h00")


def test_a_small_pager_still_shows_number_and_deadline() -> None:
    """Sixty characters: the subject is hardly there, what it is for is."""
    words = TEMPLATES.render(a_page("Réseau " * 30, "Société " * 40, limit=60), NOW)
    assert len(words.text) <= 58
    assert words.text.endswith("#1042 avant lun 23 nov 12h00")


def test_a_page_fits_whatever_its_limit() -> None:
    """A gateway cuts, or charges twice."""
    for limit in range(200):
        assert len(TEMPLATES.render(a_page("Réseau à l’arrêt " * 9, limit=limit), NOW).text) <= limit


def test_an_unreadable_mail_pages_all_the_same() -> None:
    """No ticket, no subject, and somebody has to get up (promise 1)."""
    letter = replace(a_page(""), facts=Facts(FACTS.desk, notice=NoticeFacts("unreadable", "inbox 12")), ticket=None)
    words = TEMPLATES.render(letter, NOW)
    assert words.text.startswith("URGENT courrier recu a la porte urgente mais illisible: inbox 12")
