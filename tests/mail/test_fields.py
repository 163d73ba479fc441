"""Header blocks and encoded words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.mail import limits
from mailgate.mail.fields import Block, decode_base64, decode_value, read_block


def block(text: bytes) -> Block:
    return read_block(text, 0, len(text))


def test_a_folded_field_is_one_value() -> None:
    """RFC 5322 §2.2.3; a subject of two lines is one subject."""
    read = block(b"Subject: un\r\n deux\r\nTO :x\r\n\r\nbody")
    assert read.first("subject") == b"un deux"
    assert read.all("to") == (b"x",)
    assert read.body == len(b"Subject: un\r\n deux\r\nTO :x\r\n\r\n")


def test_a_line_that_is_no_field_begins_the_body() -> None:
    """A mail without its blank line must not lose its first words."""
    text = b"Subject: x\nBonjour tout le monde\nFrom: y\n\nfin"
    read = block(text)
    assert text[read.body :].startswith(b"Bonjour")
    assert read.defects


def test_every_from_that_some_reader_could_see_is_counted() -> None:
    """The relay that checked DMARC may have looked at another one than we do."""
    assert block(b"From: a@b\nno field\nFrom : c@d\n\n").from_lines == 2


def test_an_mbox_separator_is_no_field() -> None:
    """Some programs leave it in; it says nothing about the sender."""
    assert block(b"From MAILER-DAEMON Fri Jan 1 2026\nSubject: x\n\n").first("subject") == b"x"


def test_too_long_a_block_is_read_as_far_as_the_cap() -> None:
    """Postfix anchors the cap; reading on would be for attackers only."""
    read = block(b"Subject: x\n" + b"X-Pad: y\n" * 50_000 + b"\nbody")
    assert read.first("subject") == b"x"
    assert len(read.fields) == limits.HEADER_FIELDS
    assert len(read.defects) == 2
    assert read.body == 11 + 9 * 50_000 + 1


def test_beyond_the_cap_no_line_is_looked_at() -> None:
    """Each of a thousand parts may have as many fields as fit into a block: 25 MB of them took 25 seconds (M11)."""
    octets = b"a:\n" * (limits.HEADER_FIELDS + 1) + b"no field\n" + b"a:\n" * 30_000 + b"\nBonjour"
    read = read_block(octets, 0, len(octets))
    assert read.defects == (f"more than {limits.HEADER_FIELDS} header fields",)
    assert octets[read.body :] == b"Bonjour"


def test_one_endless_header_line_is_cut() -> None:
    """Without a line end within the cap there is still a cut."""
    assert len(block(b"Subject: " + b"x" * 200_000 + b"\n\n").first("subject")) < limits.HEADER_OCTETS


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"=?utf-8?q?=C3=89t=C3=A9?=", "Été"),
        (b"=?UTF-8?B?w4l0w6k?=", "Été"),
        (b"=?utf-8?q?=E2=82?= =?utf-8?q?=AC?=", "€"),
        (b"=?utf-8?q?a?= =?iso-8859-1?q?=E9?= b", "aé b"),
        (b"=?utf-8*fr?q?un_deux?=", "un deux"),
        ("Été".encode(), "Été"),
        ("Été".encode("cp1252"), "Été"),
        (b"=?utf-8?q?a=0D=0ABcc:_evil@x?=", "a Bcc: evil@x"),
        (b"=?x?q", "=?x?q"),
        (b"RE: [#1042] =?utf-8?q?d=C3=A9j=C3=A0?= vu", "RE: [#1042] déjà vu"),
    ],
)
def test_a_value_is_decoded_as_people_mean_it(value: bytes, text: str) -> None:
    """Encoded words in every shape that real programs write."""
    assert decode_value(value) == text


def test_base64_forgives() -> None:
    """Missing padding, blanks and a lost last letter are ordinary."""
    assert decode_base64(b"w6 l0\r\nw6k") == "été".encode()
    assert decode_base64(b"YWJjZ") == b"abc"


@given(st.binary())
def test_any_octets_are_a_header_block(octets: bytes) -> None:
    """Total, and the body is inside the mail."""
    read = block(octets)
    assert 0 <= read.body <= len(octets)
    for field in read.fields:
        decode_value(field.value)


@given(
    st.lists(st.sampled_from([b"=?", b"?=", b"?q?", b"?b?", b"utf-8", b"=", b" ", b"\xe9", b"_", b"?", b"=41", b"w6k"]))
)
def test_any_pieces_of_encoded_words_are_text(pieces: list[bytes]) -> None:
    """Fragments meet in ways that whole random octets never would."""
    assert "\n" not in decode_value(b"".join(pieces))
