"""A drill says that it is one, first and in both languages."""

from __future__ import annotations

import pytest

from mailgate.mail.compose import Templates
from mailgate.mail.plain import PlainWords
from mailgate.mail.samples import sample_letters
from tests.mail.letters import NOW, TEMPLATES

MARKS = ("EXERCICE / DRILL", "DRILL / EXERCICE")


@pytest.mark.parametrize("language", ["fr-CA", "en"])
@pytest.mark.parametrize("words", [TEMPLATES, PlainWords()], ids=["templates", "built-in words"])
def test_a_drill_is_marked(language: str, words: Templates | PlainWords) -> None:
    """A real alarm and a drill must not be mixed up, whatever the reader's language."""
    for letter in sample_letters("drill", language):
        said = words.render(letter, NOW)
        assert said.text.startswith(MARKS)


@pytest.mark.parametrize("language", ["fr-CA", "en"])
def test_a_pager_gets_one_short_line(language: str) -> None:
    """As a page is."""
    _, letter = sample_letters("drill", language)
    said = TEMPLATES.render(letter, NOW)
    assert "\n" not in said.text
    assert len(said.text) <= 100
