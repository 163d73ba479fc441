"""A text that is longer than anybody reads: shown in part, said so, and attached whole."""

from __future__ import annotations

import email
from dataclasses import replace

import pytest

from mailgate.core.letters import Letter, NoticeFacts
from mailgate.mail.compose import PlainWords, Templates
from mailgate.mail.samples import FACTS
from mailgate.mail.text import clean_text
from mailgate.mail.words import SHOWN_CHARS, SHOWN_LINES, WHOLE_TEXT
from tests.mail.letters import NOW, TEMPLATES, a_letter, a_page, a_scribe, a_stamp, with_text

LINES = clean_text("& é\n" * 200_000)
ONE_LINE = "& é " * 200_000


def passing_on(text: str) -> Letter:
    """A technician's mail about what somebody wrote."""
    return a_letter("technician", replace(with_text(FACTS, text), notice=NoticeFacts("new")))


def whole(words: str) -> str:
    """What stands below the essentials: all of the message."""
    return words.partition("Le message entier")[2]


def files(letter: Letter, words: Templates | PlainWords = TEMPLATES) -> dict[str, bytes]:
    """What is attached to the mail of a letter, by name."""
    mail = email.message_from_bytes(a_scribe(words).write(letter, a_stamp()).message)
    parts = [part for part in mail.walk() if part.get_filename()]
    return {str(part.get_filename()): bytes(part.get_payload(decode=True)) for part in parts}


@pytest.mark.parametrize(("text", "shown"), [(LINES, SHOWN_LINES), (ONE_LINE, SHOWN_CHARS // 4)], ids=["lines", "one"])
def test_a_very_long_text_is_shown_in_part_and_says_so(text: str, shown: int) -> None:
    """No mail program shows half a million lines, and no desk may be busy for seconds with one mail."""
    words = TEMPLATES.render(passing_on(text), NOW)
    assert words.html is not None
    assert (whole(words.text).count("& é"), whole(words.html).count("&amp; é")) == (shown, shown)
    for part in (words.text, words.html.replace("&nbsp;", "\u00a0")):
        assert "… (le texte entier, 1\u00a0Mo, est dans le fichier joint message.txt)" in part


@pytest.mark.parametrize("words", [TEMPLATES, PlainWords()], ids=["templates", "plain"])
def test_its_whole_goes_along_as_a_file(words: Templates | PlainWords) -> None:
    """Nothing that a customer wrote is out of a technician's reach; the octets say their own charset."""
    assert files(passing_on(LINES), words) == {WHOLE_TEXT: LINES.encode("utf-8-sig")}


def test_a_long_text_that_people_read_is_passed_on_whole() -> None:
    """The cap on output is on what a template adds, never on what a person wrote."""
    text = "& é\n" * (SHOWN_LINES - 1)
    assert whole(TEMPLATES.render(passing_on(text), NOW).text).count("& é") == SHOWN_LINES - 1
    assert files(passing_on(text)) == {}


def test_a_page_has_no_file() -> None:
    """A pager gateway shows what it gets."""
    page = a_page("Panne")
    assert files(replace(page, facts=with_text(page.facts, LINES))) == {}
