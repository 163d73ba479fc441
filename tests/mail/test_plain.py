"""Words without a template: shorter, and still number, deadline and text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.letters import DeskFacts, Facts, NoticeFacts
from mailgate.mail.plain import PlainWords
from mailgate.mail.samples import FACTS, NAMES, SAMPLES, sample_letters
from tests.mail.letters import NOW, a_letter, a_page, a_reader

WORDS = PlainWords()


def said(template: str, facts: Facts = FACTS, language: str = "fr-CA") -> str:
    letter = replace(a_letter(template, facts), to=a_reader(language))
    return " ".join(WORDS.render(letter, NOW).text.split())


@pytest.mark.parametrize("language", ["fr", "en", "de"])
@pytest.mark.parametrize("name", [*NAMES, "of-the-site"])
def test_every_letter_can_be_said_without_a_template(name: str, language: str) -> None:
    """A broken template must not silence the desk."""
    for letter in sample_letters(name, language):
        words = WORDS.render(letter, NOW)
        assert words.subject
        assert words.text
        assert words.html is None


def test_an_acknowledgement_keeps_its_promise() -> None:
    """Number, deadline in the customer's zone, and what an answer does."""
    text = said("acknowledgement")
    assert "nº 1042" in text
    assert "au plus tard lundi 23 novembre à 12 h 00" in text
    assert "sera ajoutée à votre demande" in text
    assert "You will be called back by Monday, November 23 at 12:00" in said("acknowledgement", language="en")


def test_a_technician_still_reads_what_was_asked() -> None:
    """Who, customer, subject, text, files."""
    text = said("technician", replace(FACTS, notice=NoticeFacts("new")))
    for stated in ("Jean Roy <jean.roy@acme.example>", "Acme", "caisse", "Voici ce que montre l’écran.", "48 Mo"):
        assert stated in text


def test_a_transcript_still_says_that_nothing_was_done() -> None:
    """The technician must know that they have to write again."""
    undone = next(facts for facts in SAMPLES["transcript"] if facts.transcript and facts.transcript.problems)
    text = said("transcript", undone)
    assert "Rien n’a été appliqué" in text
    assert "#apel 15 unknown-command #apel #appel 15" in text


def test_a_page_is_a_page_without_a_template() -> None:
    """Promise 5: never zero times."""
    words = WORDS.render(a_page("Réseau à l’arrêt " * 20, limit=100), NOW)
    assert words.text.startswith("URGENT Acme: Reseau")
    assert words.text.endswith("... #1042 lun 23 nov 12h00")
    assert len(words.text) <= 98


def test_an_unreadable_mail_pages_without_a_template() -> None:
    """This is the very case in which templates may be broken too."""
    letter = replace(a_page(""), facts=Facts(FACTS.desk, notice=NoticeFacts("unreadable", "inbox 12")))
    assert WORDS.render(letter, NOW).text == "URGENT unreadable inbox 12"
    assert WORDS.render(replace(letter, facts=Facts(FACTS.desk)), NOW).text == "URGENT"


@given(st.sampled_from([*NAMES, ""]), st.sampled_from(["fr", "en", ""]), st.integers(0, 200) | st.none())
def test_nothing_makes_it_fail(name: str, language: str, limit: int | None) -> None:
    """The last resort has no last resort of its own."""
    for facts in (FACTS, Facts(DeskFacts("", ""))):
        letter = replace(a_letter(name, facts), to=replace(a_reader(language), timezone="?"), limit=limit)
        words = WORDS.render(letter, NOW)
        assert limit is None or len(words.text) <= limit
