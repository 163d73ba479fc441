"""Text that a database, a header and a person can bear."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.mail.text import MARKS, clean_header, clean_text, shorten, to_ascii

ANY_TEXT = st.text(st.characters(codec=None))


def test_a_text_keeps_its_lines_and_tabs_and_loses_other_controls() -> None:
    """Escape sequences and bells have no place in a ticket."""
    assert clean_text("a\r\nb\tc\rd\x1b[31m\x07\x9b") == "a\nb\tc\nd[31m"


def test_nul_and_surrogates_are_shown_not_stored() -> None:
    """PostgreSQL refuses the one, every driver the other (hazards M21)."""
    assert clean_text("a\0b\ud800c") == "a\u2400b\ufffdc"


def test_bidirectional_overrides_are_removed() -> None:
    """Otherwise "fdp.exe" reads "exe.pdf"."""
    assert clean_text("x\u202efdp.exe\u2066y\u2069") == "xfdp.exey"


@pytest.mark.timeout(10)
@pytest.mark.parametrize("clean", [clean_text, clean_header])
def test_a_pile_of_marks_on_one_letter_is_cut(clean: Callable[[str], str]) -> None:
    """Sorting them takes the square of their number: a megabyte of two marks in turn was a quarter of an hour."""
    piled = clean("e" + "\u0301\u0323" * 400 + "t")
    assert piled == "e" + "\u0301\u0323" * (MARKS // 2) + "t"
    assert clean("é vi\u1ec7t e\u0301\u0323 ’") == "é vi\u1ec7t e\u0301\u0323 ’"
    unicodedata.normalize("NFC", clean("e" + "\u0301\u0323" * 500_000))


def test_a_header_is_one_line_whatever_ends_lines_somewhere() -> None:
    """Each of these starts a new header in some version of some program (hazards M10)."""
    for end in "\r\n \r \n \x0b \x0c \x1c \x1d \x1e \x85 \u2028 \u2029".split(" "):
        assert clean_header(f"a{end}Bcc: evil@x") == "a Bcc: evil@x"


def test_a_long_header_ends_in_an_ellipsis() -> None:
    """A reader must see that something is missing."""
    assert clean_header("x" * 300, 200) == "x" * 199 + "…"
    assert shorten("short", 200) == "short"


def test_a_pager_gets_french_in_ascii() -> None:
    """Short messages that fall back to UCS-2 cost twice and hold half."""
    assert (
        to_ascii("« Panne » — l’imprimante, 10 °C, 5 €, œuvre…") == '"Panne" - l\'imprimante, 10 degC, 5 EUR, oeuvre...'
    )
    assert to_ascii("漢") == "?"


@pytest.mark.timeout(10)
def test_half_a_megabyte_of_blanks_is_blanks() -> None:
    """A page may quote the customer, and a blank may stand before a closing quote: each was tried for one, a minute
    for a tenth of these."""
    blanks = " \u00a0" * 250_000
    assert to_ascii(f"« a »{blanks}« b{blanks}c") == f'"a"{" " * 500_000}"b{" " * 500_000}c'


@given(ANY_TEXT)
def test_cleaned_text_can_be_stored_and_found_again(text: str) -> None:
    """The two-column rule rests on it: raw octets are the truth, text columns always accept what is read."""
    cleaned = clean_text(text)
    with sqlite3.connect(":memory:") as database:
        assert database.execute("select ?", (cleaned,)).fetchone()[0] == cleaned
    database.close()
    assert "\0" not in cleaned
    assert clean_text(cleaned) == cleaned


@given(ANY_TEXT)
def test_a_cleaned_header_is_always_one_encodable_line(text: str) -> None:
    """Header injection ends here."""
    cleaned = clean_header(text)
    assert len(cleaned.splitlines()) <= 1
    assert len(cleaned) <= 998
    cleaned.encode("utf-8")


@given(ANY_TEXT)
def test_ascii_is_ascii(text: str) -> None:
    """Whatever a customer wrote, the pager's text can be sent."""
    assert to_ascii(text).isascii()
