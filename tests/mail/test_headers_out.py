"""A43 on whole mails: everything that a stranger can write, everywhere it can appear, and parsers that are not ours.

The header that was meant is known beforehand: names, how often, in which order. Whoever reads the octets, by lines or
by the standard library with either of its policies, must find exactly that (libraries.md finding 5, hazards M10, I12,
I15). Names are decoded by the older one: between two encoded words of a name the newer one sees a blank that RFC 2047
§6.2 says is none.
"""

from __future__ import annotations

import email
import re
from dataclasses import replace
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import getaddresses
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailgate.core.letters import Letter, NoticeFacts, PersonFacts, Tone
from mailgate.core.model import Attachment
from mailgate.mail.compose import Draft
from mailgate.mail.headers import Field, mailbox_field, text_field, written
from mailgate.mail.samples import FACTS, TICKET
from mailgate.mail.text import clean_header, clean_text
from tests.mail.letters import a_letter, a_reader, a_scribe, a_stamp, with_text

ALWAYS = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References"]
MIME = ["MIME-Version", "Content-Type"]
MARKS = {Tone.PERSON: [], Tone.REPLIED: ["Auto-Submitted", "X-Auto-Response-Suppress"]}
TEMPLATES = {"acknowledgement": Tone.REPLIED, "technician": Tone.REPLIED, "notification": Tone.PERSON}
LINE_ENDS = "\r \n \r\n \x0b \x0c \x1c \x1d \x1e \x85 \u2028 \u2029 \0 \r\n\r\n".split(" ")
EVIL = (
    st.text(max_size=120)
    | st.text(st.sampled_from("aéœ=?_ \r\n\t\x0b\x1c\x85\u2028\"\\<>()@,;:B%*'"), max_size=200)
    | st.sampled_from([f"a{end}Bcc: evil@x.example{end}X: y" for end in LINE_ENDS])
    | st.sampled_from(["=?utf-8?q?a=0D=0ABcc:_evil@x.example?=", "=?utf-8?b?DQpCY2M6IHg=?=", "\ud800", "--=_x\r\n\r\n"])
)
FRENCH = "Réseau à l’arrêt depuis ce matin : plus aucune caisse n’imprime, ni à l’étage ni au sous-sol (œuvre) «été»"


def lines_of(octets: bytes) -> list[str]:
    """Header names by the simplest reader there is: lines up to the first empty one."""
    head = octets[: octets.index(b"\r\n\r\n")].split(b"\r\n")
    return [line.partition(b":")[0].decode("ascii") for line in head if not line.startswith(b" ")]


def assert_well_formed(octets: bytes) -> None:
    """CRLF only, at most 998 octets in a line, ASCII, no folded line that is empty."""
    assert octets.isascii()
    assert octets.count(b"\n") == octets.count(b"\r\n") == octets.count(b"\r")
    assert all(len(line) <= 998 for line in octets.split(b"\r\n"))
    head = octets[: octets.index(b"\r\n\r\n")]
    assert all(line.strip() for line in head.split(b"\r\n"))


def evil_letter(template: str, values: list[str]) -> Letter:
    """A letter in which every value that anybody outside can choose is one of these, cleaned as by reading a mail."""
    words = iter([clean_text(value) for value in values])
    ticket = replace(TICKET, subject=next(words), requester=next(words), requester_name=next(words))
    facts = replace(
        with_text(FACTS, next(words)),
        ticket=ticket,
        contact=PersonFacts(next(words), next(words)),
        technician=PersonFacts(next(words), "tech1@example.com"),
        notice=NoticeFacts("new", next(words)),
    )
    letter = a_letter(template, facts, TEMPLATES[template])
    to = replace(a_reader(), name=next(words))
    return replace(letter, to=to, references=(next(words), "<ok@x.example>"), in_reply_to="<ok@x.example>")


def draft_of(letter: Letter, name: str, kind: str) -> Draft:
    scribe = a_scribe()
    return scribe.write(letter, a_stamp(), scribe.enclose(((Attachment(1, name or "x", kind, 1), b"x"),)))


@given(st.sampled_from(sorted(TEMPLATES)), st.lists(EVIL, min_size=12, max_size=12))
@example("technician", ["a\r\nBcc: evil@x.example"] * 12)
@example("notification", ["=?utf-8?q?a=0D=0ABcc:_evil@x.example?="] * 12)
def test_every_reader_finds_the_header_that_was_meant(template: str, values: list[str]) -> None:
    """By lines, by the old policy and by the new one; the subject is the cleaned one, the files are the files."""
    letter = evil_letter(template, values)
    draft = draft_of(letter, *values[-2:])
    assert_well_formed(draft.message)
    old = email.message_from_bytes(draft.message)
    new = email.message_from_bytes(draft.message, policy=policy.default)
    assert lines_of(draft.message) == old.keys() == new.keys() == [*ALWAYS, *MARKS[letter.tone], *MIME]
    assert "=?" not in str(old["References"]) + str(old["In-Reply-To"]) + str(old["Message-ID"])
    assert decoded(old, "Subject") == str(new["Subject"]) == draft.subject
    assert [part.get_content_maintype() for part in old.walk()].count("multipart") == 2
    assert len([part for part in old.walk() if part.get_content_disposition() == "attachment"]) == 1


def decoded(message: Message, name: str) -> str:
    return str(make_header(decode_header(str(message[name]).replace("\r\n", "").replace("\n", ""))))


def read_new(*fields: Field) -> EmailMessage:
    message = email.message_from_bytes(written(fields) + b"\r\n", policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def read_back(mailbox: Field) -> tuple[str, str]:
    """Name and address of a mailbox; both policies agree on the address."""
    (new,) = read_new(mailbox)[mailbox.name].addresses
    old = email.message_from_bytes(written([mailbox]) + b"\r\n")
    ((name, address),) = getaddresses([str(old[mailbox.name]).replace("\r\n", "")])
    assert address == new.addr_spec
    return str(make_header(decode_header(name))), address


def test_five_hundred_french_subjects_keep_every_letter_and_every_blank() -> None:
    """The standard library's writer loses a blank in one of seven (libraries.md finding 5)."""
    random, words = Random(5), FRENCH.split(" ")
    for _ in range(500):
        subject = " ".join(random.choices(words, k=random.randint(1, 30)))
        field = text_field("Subject", subject)
        assert decoded(email.message_from_bytes(written([field]) + b"\r\n"), "Subject") == subject
        assert str(read_new(field)["Subject"]) == subject


@pytest.mark.parametrize(
    "name",
    [
        "Éléonore de la Villardière-Montmorency (Direction générale des systèmes d’information, Québec) et associés",
        "Zoé (Acme)",
        "Jean-François « le chef » (3e étage)",
        'Marie "Mimi" Tremblay (Exemple Logiciels)',
        "É" * 80,
        "Ünï çødé, firme; suite: <fin>",
        "evil@x.example",
    ],
)
def test_a_long_accented_name_with_parentheses_leaves_its_address_alone(name: str) -> None:
    """The standard library's writer swallows the address into an encoded word (libraries.md finding 5)."""
    assert read_back(mailbox_field("From", "tickets@example.com", name)) == (name, "tickets@example.com")


@pytest.mark.parametrize("length", [60, 77, 78, 79, 90, 200, 898])
def test_references_of_every_length_are_as_they_came(length: int) -> None:
    """78 characters and more are encoded by the standard library's writer on every version."""
    long = f"<{'A' * (length - 12)}@x.example>"
    letter = replace(a_letter(), references=("<a@x.example>", long), in_reply_to=long)
    message = email.message_from_bytes(a_scribe().write(letter, a_stamp()).message)
    assert str(message["References"]).split()[1:] == ["<a@x.example>", long]
    assert re.fullmatch(r"\s*" + re.escape(long), str(message["In-Reply-To"]))


@given(EVIL, EVIL)
def test_a_name_and_a_subject_say_what_they_said(name: str, subject: str) -> None:
    """What is left of a stranger's words after cleaning is read back whole, by both policies."""
    fields = (mailbox_field("From", "a@b.example", name), text_field("Subject", subject))
    new, old = read_new(*fields), email.message_from_bytes(written(fields) + b"\r\n")
    assert decoded(old, "Subject") == str(new["Subject"]) == clean_header(subject)
    assert read_back(fields[0]) == (clean_header(name), "a@b.example")
