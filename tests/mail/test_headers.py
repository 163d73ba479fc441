"""Header fields: whatever a stranger writes, exactly the fields that were meant come out, and the words survive."""

from __future__ import annotations

import email
from datetime import UTC, datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailgate.mail.headers import (
    Field,
    date_field,
    identifiers_field,
    mailbox_field,
    named_field,
    path_field,
    text_field,
    written,
)
from mailgate.mail.text import clean_header

AWKWARD = 'aé=?_ \r\n\t\x0b\x1c\x85\u2028"\\<>()@,;:«»œ€😀=?utf-8?q?a=0D=0A?='
ANY = st.text() | st.text(st.sampled_from(AWKWARD), max_size=300)
NASTY = "=?utf-8?q?a=0D=0ABcc:_evil@example.org?="


def read(*fields: Field) -> Message:
    """What an independent reader makes of the fields."""
    return email.message_from_bytes(written(fields) + b"\r\n")


def unfolded(message: Message, name: str) -> str:
    return str(message[name]).replace("\r\n", "").replace("\n", "")


def decoded(value: str) -> str:
    return str(make_header(decode_header(value)))


@given(ANY)
@example(NASTY)
@example("a\r\nBcc: evil@example.org")
@example("a\x1cBcc: evil@example.org")
@example("panne =?utf-8?q?")
@example("x" * 5000)
@example("\ud800")
def test_no_subject_adds_a_header_or_loses_a_word(subject: str) -> None:
    """CVE-2024-6923 and its kin: an answer that copies a Subject must not grow a Bcc (hazards M10, A43)."""
    message = read(text_field("Subject", subject), text_field("X-After", "end"))
    assert message.keys() == ["Subject", "X-After"]
    assert decoded(unfolded(message, "Subject")) == clean_header(subject)


@given(ANY, st.sampled_from(["chef@acme.example", '"a b"@acme.example']))
@example('Zoé "la chef" (Acme) <evil@example.org>', "chef@acme.example")
@example(NASTY, "chef@acme.example")
def test_no_display_name_hides_or_adds_an_address(name: str, address: str) -> None:
    """The stdlib writes a long accented name with parentheses over its address."""
    message = read(mailbox_field("From", address, name))
    assert message.keys() == ["From"]
    ((shown, found),) = getaddresses([unfolded(message, "From")])
    assert found == address
    assert decoded(shown) == clean_header(name)


@given(ANY)
@example("a@b\r\nBcc: evil@example.org")
@example("a@b, evil@example.org")
@example("zoé@exemple.example")
@example("x" * 400 + "@example.com")
def test_an_address_that_cannot_be_written_is_left_to_the_envelope(address: str) -> None:
    """A strange envelope sender gets its mail, and no say over the header."""
    message = read(mailbox_field("To", address))
    assert message.keys() == ["To"]
    assert unfolded(message, "To") in {address, "undisclosed-recipients:;"}


@given(st.lists(ANY | st.from_regex(r"<[a-z0-9.]{10,200}@[a-z]{1,40}\.example>", fullmatch=True), max_size=20))
def test_identifiers_are_never_encoded(identifiers: list[str]) -> None:
    """An encoded References field breaks the thread in every program."""
    made = identifiers_field("References", identifiers)
    if made is None:
        return
    message = read(made)
    assert message.keys() == ["References"]
    assert "=?" not in unfolded(message, "References")
    assert unfolded(message, "References").split(" ") == list(made.words)
    assert set(made.words) <= set(identifiers)


def test_long_identifiers_pass_whole() -> None:
    """Exchange Online writes Message-IDs of 79 to 90 characters, which the stdlib encodes."""
    long = "<" + "A" * 80 + "@eurprd04.prod.outlook.example>"
    made = identifiers_field("References", (long, long, "<short@example.com>"))
    assert made is not None
    assert made.words == (long, "<short@example.com>")


@given(st.lists(ANY, min_size=1, max_size=5), ANY)
def test_lines_end_in_crlf_and_stay_below_the_limit(texts: list[str], name: str) -> None:
    """RFC 5322 §2.1.1: 998 octets at most; a bare newline is smuggling."""
    fields = [text_field("Subject", text) for text in texts]
    block = written([*fields, mailbox_field("From", "a@b.example", name)])
    assert block.count(b"\n") == block.count(b"\r\n") == block.count(b"\r")
    assert all(0 < len(line) <= 78 for line in block.removesuffix(b"\r\n").split(b"\r\n"))


def test_a_french_subject_keeps_every_blank() -> None:
    """The stdlib loses a blank in one of seven French subjects."""
    subject = "[#1042] Réseau à l’arrêt depuis ce matin : plus aucune caisse n’imprime, ni à l’étage ni au sous-sol"
    message = read(text_field("Subject", subject))
    assert decoded(unfolded(message, "Subject")) == subject
    assert unfolded(message, "Subject").startswith("[#1042] =?utf-8?q?R=C3=A9seau_")


def test_a_plain_name_is_only_quoted() -> None:
    """A person's mail looks like one, also in programs that show raw headers."""
    made = mailbox_field("From", "tickets@example.com", "Marie Tremblay (Exemple Logiciels)")
    assert written([made]) == b'From: "Marie Tremblay (Exemple Logiciels)" <tickets@example.com>\r\n'


@pytest.mark.parametrize("word", ["", "a\r\nb", "é", "a b", "x" * 961])
def test_the_writer_refuses_what_is_not_a_word(word: str) -> None:
    """The last gate: a mistake in this file must not reach the wire."""
    with pytest.raises(ValueError, match="X-Test"):
        written([Field("X-Test", (word,))])


def test_the_longest_word_fits_beside_the_longest_name_of_ours() -> None:
    """RFC 5322 §2.1.1, whoever asks for the field."""
    line = written([Field("X-Auto-Response-Suppress", ("x" * 960,))])
    assert len(line.removesuffix(b"\r\n")) <= 998


@pytest.mark.parametrize("path", ["<>", "<tickets+abc@desk.example>", "a" * 200 + "@b.example"])
def test_a_path_stays_as_it_is(path: str) -> None:
    """A signed address that is longer than a word of text must not be encoded."""
    assert str(read(path_field("Return-Path", path))["Return-Path"]) == path


@given(ANY)
@example("a\x1cBcc: evil@example.org")
def test_no_path_adds_a_header(path: str) -> None:
    """An envelope is a stranger's word, too."""
    message = read(path_field("Delivered-To", path), text_field("X-After", "end"))
    assert message.keys() == ["Delivered-To", "X-After"]


@given(st.text(min_size=1, max_size=150).filter(lambda name: name.isprintable() and name == name.strip()))
@example("facture.pdf")
@example("Relevé d’heures (novembre) — version définitive, à approuver.xlsx")
@example('"; filename="evil.exe')
@example("état" * 40)
def test_a_file_name_survives(name: str) -> None:
    """RFC 2231, in pieces when it is long."""
    message = read(named_field("Content-Disposition", "attachment", "filename", name))
    assert message.get_filename() == name
    assert message.get_content_disposition() == "attachment"


def test_the_date_carries_its_offset() -> None:
    """A naive date would be read as UTC of nobody's."""
    made = date_field("Date", datetime(2026, 11, 20, 21, 30, tzinfo=UTC))
    assert written([made]) == b"Date: Fri, 20 Nov 2026 21:30:00 +0000\r\n"


def test_one_instant_is_dated_by_each_clock_that_it_is_read_off() -> None:
    """Dates are remembered, and to Python both of these are the same."""
    at = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
    assert date_field("Date", at).words[-2:] == ("21:30:00", "+0000")
    assert date_field("Date", at.astimezone(timezone(timedelta(hours=-5)))).words[-2:] == ("16:30:00", "-0500")
