"""Bodies: an independent reader gets back what was put in, and the same values always make the same bytes."""

from __future__ import annotations

import email
import quopri
import re

from hypothesis import example, given
from hypothesis import strategies as st

from mailgate.core.model import Attachment
from mailgate.mail.headers import text_field
from mailgate.mail.mime import file_part, message, multipart, plain_part, quoted_printable, text_part

HEAD = (text_field("Subject", "Essai"),)
SCALARS = st.text(st.characters(exclude_categories=["Cs"]))


def mixed(text: str, files: tuple[tuple[Attachment, bytes], ...]) -> bytes:
    both = multipart("alternative", (text_part("plain", text), text_part("html", f"<p>{text}</p>")), "<1@x>")
    return message(HEAD, multipart("mixed", (both, *(file_part(*one) for one in files)), "<1@x>"))


@given(SCALARS)
@example("x" * 500 + " ")
@example("x" * 74 + " ")
@example("é" * 100 + "F" * 200 + "." * 200)
@example(".\r\n..\nFrom here\n--=_boundary\n é" * 30)
def test_quoted_printable_comes_back(text: str) -> None:
    """Whatever the text holds; line ends become CRLF."""
    encoded = quoted_printable(text)
    assert quopri.decodestring(encoded) == re.sub(r"\r\n|\r|\n", "\r\n", text).encode()
    assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))


@given(SCALARS)
@example("a \nb\t")
def test_no_relay_can_alter_a_line(text: str) -> None:
    """Dots, "From " and blanks at the end are what relays and mailboxes touch; bare newlines smuggle."""
    encoded = quoted_printable(text)
    assert encoded.isascii()
    assert encoded.count(b"\n") == encoded.count(b"\r\n") == encoded.count(b"\r")
    assert not re.search(rb"^(\.|From )| \r\n| $", encoded, re.MULTILINE)


@given(SCALARS, st.binary(max_size=300))
def test_every_part_is_read_back(text: str, octets: bytes) -> None:
    """Text, HTML and file, in that nesting."""
    raw = mixed(text, ((Attachment(1, "été.pdf", "application/pdf", 3), octets),))
    parts = list(email.message_from_bytes(raw).walk())
    kinds = ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf"]
    assert [part.get_content_type() for part in parts] == kinds
    assert parts[4].get_payload(decode=True) == octets
    assert parts[4].get_filename() == "été.pdf"
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


@given(SCALARS, st.binary(max_size=100))
def test_the_same_values_make_the_same_bytes(text: str, octets: bytes) -> None:
    """A mail that is sent again must be the same mail (promise 5)."""
    files = ((Attachment(1, "a.bin", "application/x-y", 3), octets),)
    assert mixed(text, files) == mixed(text, files)


def test_boundaries_depend_on_the_seed_and_the_level() -> None:
    """Nested boundaries must differ, and a mail quoted whole in another must not end its part."""
    part = text_part("plain", "x")
    made = {multipart(kind, (part,), seed).fields for kind in ("mixed", "alternative") for seed in ("<1@x>", "<2@x>")}
    assert len(made) == 4


def test_a_type_that_is_no_type_becomes_octets() -> None:
    """The type of an attachment is a stranger's word."""
    for kind in (
        "",
        "text",
        "text/html; charset=x",
        "a/b\r\nBcc: evil@example.org",
        "message/rfc822",
        "multipart/mixed",
    ):
        part = file_part(Attachment(0, "a", kind, 1), b"x")
        assert part.fields[0].words == ("application/octet-stream",)


def test_a_pager_gets_ascii_as_it_is() -> None:
    """A pager gateway shows what it gets."""
    raw = message(HEAD, plain_part("URGENT\nAcme"))
    read = email.message_from_bytes(raw)
    assert read["Content-Transfer-Encoding"] == "7bit"
    assert read.get_content_charset() == "us-ascii"
    assert raw.endswith(b"\r\n\r\nURGENT\r\nAcme")
