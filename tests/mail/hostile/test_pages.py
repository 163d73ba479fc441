"""A20: the HTML of a stranger is read, never passed on."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mailgate.core.letters import NoticeFacts
from mailgate.mail import parse
from mailgate.mail.samples import FACTS
from tests.mail.hostile.pages import HOSTILE_PAGES
from tests.mail.hostile.recipe import Hostile
from tests.mail.letters import NOW, TEMPLATES, Reader, a_letter, with_text

LEFT = re.compile(r"javascript:|data:text|127\.0\.0\.1:9|onerror|onload|expression\(|display:none", re.IGNORECASE)


@pytest.mark.parametrize("hostile", HOSTILE_PAGES, ids=str)
def test_a_page_becomes_the_words_that_are_seen(hostile: Hostile) -> None:
    """What runs, loads, hides or pretends is gone; what is around it stays."""
    text = parse.read(hostile.write()).body
    assert text.startswith("Bonjour")
    assert text.endswith("fin")
    if "entit" not in hostile.name and hostile.name not in ("attribute-trick", "nul-trick"):
        assert LEFT.search(text) is None


@pytest.mark.parametrize("hostile", HOSTILE_PAGES, ids=str)
def test_a_technicians_mail_has_no_tag_of_a_stranger(hostile: Hostile) -> None:
    """Its words, escaped: exactly the tags and attributes of a mail that says something harmless."""
    assert tags(parse.read(hostile.write()).text) == tags("Bonjour\n\nfin")


def tags(text: str) -> set[str]:
    """Every tag and attribute of the HTML that tells a technician of this text."""
    facts = replace(with_text(FACTS, text), notice=NoticeFacts("new"))
    page = TEMPLATES.render(a_letter("technician", facts), NOW).html
    assert page is not None
    return set(Reader(page).tags)


def test_commands_that_nobody_sees_are_not_read() -> None:
    """A27 by way of A20: hidden words are nobody's words."""
    hidden = next(one for one in HOSTILE_PAGES if one.name == "hidden-words")
    assert "#fermer" not in parse.read(hidden.write()).text
