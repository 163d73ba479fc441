"""Lines of our own mails are never commands, whatever becomes of them in an answer."""

from __future__ import annotations

import re

import pytest

from mailgate.mail.commands import read_orders
from mailgate.mail.samples import NAMES, sample_letters
from tests.mail.letters import NOW, TEMPLATES


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_line_of_ours_looks_like_a_command(language: str) -> None:
    """A quote that nobody recognises must not execute our own list of commands (promise 6). The text to send again has
    such lines, and a marker of its own above them."""
    for name in NAMES:
        for letter in sample_letters(name, language):
            words = TEMPLATES.render(letter, NOW)
            text, html = (above_the_last_marker(part) for part in (words.text, words.html or ""))
            assert not re.search(r"^\s*#\w", text, re.MULTILINE)
            assert not re.search(r"<(li|td|p|div)[^>]*>\s*(<span[^>]*>)?\s*#\w", html)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_mail_of_ours_is_obeyed_when_its_first_line_is_lost(language: str) -> None:
    """Somebody who answers below, in a program that marks no quote, deletes what looks like machinery."""
    for name in NAMES:
        for letter in sample_letters(name, language):
            _, _, rest = TEMPLATES.render(letter, NOW).text.partition("\n")
            assert read_orders(rest).orders == ()


def above_the_last_marker(part: str) -> str:
    """What stands above the text to send again; all of a mail that has none."""
    return part.rpartition("##- ")[0] if part.count("##- ") > 1 else part
