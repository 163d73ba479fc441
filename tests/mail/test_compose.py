"""Mails as they leave: headers of interfaces.md §5, one thread, one reply address per reader, no stranger's header."""

from __future__ import annotations

import email
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailgate.core.letters import Letter, NoticeFacts, PersonFacts, Tone, TranscriptFacts
from mailgate.core.model import Attachment, Token, TokenKind
from mailgate.mail.address import sign, tagged, thread_id, ticket_of, token_of, verify
from mailgate.mail.compose import Draft, PlainWords
from mailgate.mail.samples import FACTS, NAMES, TICKET
from mailgate.mail.text import clean_header
from tests.mail.letters import DESK, NOW, RING, a_letter, a_page, a_reader, a_scribe, a_stamp, with_text

TODAY = NOW.date()
AUTOMATIC = {"Auto-Submitted", "X-Auto-Response-Suppress"}
ALWAYS = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References"]
MIME = ["MIME-Version", "Content-Type"]


def written(letter: Letter) -> tuple[Draft, Message]:
    draft = a_scribe().write(letter, a_stamp())
    return draft, email.message_from_bytes(draft.message)


def header(message: Message, name: str) -> str:
    folded = str(message[name]).replace("\r\n", "").replace("\n", "")
    return str(make_header(decode_header(folded)))


def test_an_acknowledgement_cannot_be_answered_by_a_machine() -> None:
    """Null reverse-path and All: two desks must not acknowledge each other for ever (RFC 3834 §4)."""
    draft, message = written(a_letter())
    assert draft.envelope_from == ""
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message.keys() == [*ALWAYS, "Auto-Submitted", "X-Auto-Response-Suppress", *MIME]


def test_a_generated_mail_comes_back_to_its_outbox_row() -> None:
    """A bounce finds the row that it is about."""
    draft, message = written(a_letter("technician", replace(FACTS, notice=NoticeFacts("new")), Tone.GENERATED))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "DR, RN, NRN, OOF, AutoReply"
    token = token_of((draft.envelope_from,), DESK.address)
    assert token is not None
    assert verify(RING, token, TODAY) == Token(TokenKind.BOUNCE, 7, 77)


def test_a_technician_s_words_are_a_person_s_mail() -> None:
    """No automatic marks, and a name in front of the desk's address."""
    draft, message = written(a_letter("notification", tone=Tone.PERSON))
    assert not AUTOMATIC & set(message.keys())
    assert header(message, "From") == '"Marie Tremblay (Exemple Logiciels)" <tickets@example.com>'
    assert draft.envelope_from.startswith("tickets+")
    assert header(written(a_letter())[1], "From") == '"Exemple Logiciels" <tickets@example.com>'


def test_the_reply_address_is_the_reader_s_own() -> None:
    """Kind, ticket, person and expiry are bound; the next reader has another one."""
    _, message = written(a_letter())
    ((_, address),) = getaddresses([header(message, "Reply-To")])
    token = token_of((address,), DESK.address)
    assert token is not None
    assert verify(RING, token, TODAY) == Token(TokenKind.CONTACT, 1042, 77)
    assert verify(RING, token, TODAY + timedelta(days=365)) is not None
    assert verify(RING, token, TODAY + timedelta(days=366)) is None


def test_the_rules_say_how_long_a_token_holds() -> None:
    """A technician's is shorter: it carries authority."""
    to = a_reader(token=TokenKind.TECHNICIAN)
    facts = replace(FACTS, notice=NoticeFacts("new"))
    _, message = written(replace(a_letter("technician", facts, Tone.GENERATED), to=to))
    token = token_of((getaddresses([header(message, "Reply-To")])[0][1],), DESK.address)
    assert token is not None
    assert verify(RING, token, TODAY + timedelta(days=14)) is not None
    assert verify(RING, token, TODAY + timedelta(days=15)) is None


def test_a_reader_without_a_token_gets_no_reply_address() -> None:
    """An administrator's notice has nothing to be answered to; the desk's own address is in From."""
    _, message = written(replace(a_letter(), to=a_reader(token=None)))
    assert "Reply-To" not in message


def test_no_token_of_anybody_leaves_in_the_words() -> None:
    """A technician who quotes the desk's mail must not hand their authority to the customer (hazards A25)."""
    stolen = sign(RING, TokenKind.TECHNICIAN, 1042, 5, date(2026, 12, 1))
    expired = sign(RING, TokenKind.TECHNICIAN, 1042, 5, date(2020, 1, 1))
    quoted = "\n".join(tagged(DESK.address, one) for one in (stolen, stolen.upper(), expired)) + " +" + "a" * 42
    facts = replace(with_text(FACTS, quoted), ticket=replace(TICKET, subject=f"Re: {tagged(DESK.address, stolen)}"))
    draft, message = written(a_letter("notification", facts, Tone.PERSON))
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    for said in (draft.subject.encode(), draft.text.encode(), *parts):
        assert isinstance(said, bytes)
        assert stolen.encode() not in said.lower()
        assert expired.encode() not in said.lower()
    assert draft.text.count("tickets+@example.com") == 0
    assert "a" * 42 in draft.text


@pytest.mark.parametrize(
    "shape", ["{0}", "x %252B{0}@example.com", "x-3Atickets-2B{0}-40example.com", "tickets\uff0b{0}@example.com"]
)
def test_no_spelling_of_an_address_saves_a_token(shape: str) -> None:
    """Filters write links anew, programs put signs of their own, and somebody copies half of it."""
    stolen = sign(RING, TokenKind.TECHNICIAN, 1042, 5, date(2026, 12, 1))
    draft, _ = written(a_letter("notification", with_text(FACTS, shape.format(stolen)), Tone.PERSON))
    assert stolen not in draft.text


@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be"])
def test_a_file_keeps_its_length_and_loses_its_tokens(encoding: str) -> None:
    """Outlook keeps a mail in two octets a character; a file's name is given by the mail that is forwarded."""
    stolen = tagged(DESK.address, sign(RING, TokenKind.TECHNICIAN, 1042, 5, date(2026, 12, 1)))
    octets = f"Reply-To: <{stolen}>\r\n".encode(encoding)
    (part,) = a_scribe().enclose(((Attachment(2, f"{stolen}.msg", "application/vnd.ms-outlook", 1), octets),))
    kept = b64decode(part.body)
    assert len(kept) == len(octets)
    assert b"+" + b"x" * 42 + b"@" in kept.replace(b"\0", b"")
    assert "tickets%40example.com.msg" in "".join(field.lines() for field in part.fields)


def test_all_mails_of_a_ticket_are_one_thread() -> None:
    """The root comes first, then what the reader's program knows, and nothing is encoded."""
    long = "<" + "A" * 90 + "@mail.example>"
    draft, message = written(replace(a_letter(), references=("<first@acme.example>", long), in_reply_to=long))
    root = thread_id(RING, 1042, "example.com")
    assert header(message, "References").split() == [root, "<first@acme.example>", long]
    assert header(message, "In-Reply-To") == long
    assert ticket_of(RING, draft.message_id, "example.com") == 1042


def test_a_first_mail_answers_the_thread_s_root() -> None:
    """A technician never saw the customer's mail; their program still keeps the ticket together."""
    _, message = written(replace(a_letter(), references=(), in_reply_to=""))
    assert header(message, "In-Reply-To") == header(message, "References") == thread_id(RING, 1042, "example.com")


def test_a_mail_about_no_ticket_has_no_tag_and_no_root() -> None:
    """A refusal answers one mail and nothing else."""
    letter = replace(a_letter("refused", replace(FACTS, ticket=None)), ticket=None)
    draft, message = written(letter)
    assert draft.subject == "Nous ne pouvons pas traiter votre message"
    assert header(message, "References") == "<their-mail@acme.example>"
    _, bare = written(replace(letter, references=(), in_reply_to=""))
    assert "References" not in bare
    assert "In-Reply-To" not in bare


def test_the_tag_stands_once_and_first() -> None:
    """An answer to an answer must not collect tags."""
    subject = "Re: [#1042] TR: [#1042] Panne"
    draft, message = written(a_letter(facts=replace(FACTS, ticket=replace(TICKET, subject=subject))))
    assert draft.subject == "[#1042] Re: TR: Panne"
    assert header(message, "Subject") == draft.subject


def test_the_date_is_the_desk_s() -> None:
    """Written when it was decided, in the desk's zone."""
    _, message = written(a_letter())
    assert message["Date"] == "Fri, 20 Nov 2026 17:30:00 -0500"
    assert parsedate_to_datetime(message["Date"]) == NOW


def test_the_same_letter_makes_the_same_bytes() -> None:
    """At least once means that the second copy must be recognised as the same mail (promise 5)."""
    enclosures = a_scribe().enclose(((Attachment(1, "a.txt", "text/plain", 2), b"ab"),))
    first = a_scribe().write(a_letter(), a_stamp(), enclosures)
    assert a_scribe().write(a_letter(), a_stamp(), enclosures) == first
    other = a_scribe().write(a_letter(), a_stamp("inbox-12.4"), enclosures)
    assert other.message_id != first.message_id


def test_text_html_and_files_are_where_programs_expect_them() -> None:
    """multipart/mixed around multipart/alternative, and the plain text first."""
    enclosures = a_scribe().enclose(((Attachment(1, "été.pdf", "application/pdf", 2), b"ab"),))
    message = email.message_from_bytes(a_scribe().write(a_letter(), a_stamp(), enclosures).message)
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf"]
    text = list(message.walk())[2].get_payload(decode=True)
    assert isinstance(text, bytes)
    assert "lundi 23 novembre à 12\u00a0h\u00a000" in text.decode()


def test_a_page_is_one_ascii_text() -> None:
    """A gateway shows what it gets, header and body."""
    draft, message = written(a_page("Réseau à l’arrêt"))
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "us-ascii"
    assert draft.message.isascii()
    assert b"=?" not in draft.message
    assert message.get_payload() == draft.text == "URGENT Acme: Reseau a l'arret #1042 avant lun 23 nov 12h00"
    assert draft.subject == "[#1042] URGENT"
    assert message["Auto-Submitted"] == "auto-generated"


EVIL = st.text(max_size=200) | st.text(st.sampled_from('aé=?_ \r\n\t\x0b\x1c\x85\u2028"\\<>()@,;:B'), max_size=200)


@given(EVIL, EVIL, st.sampled_from([Tone.REPLIED, Tone.PERSON]))
@example("=?utf-8?q?a=0D=0ABcc:_evil@example.org?=", "x\r\nBcc: evil@example.org", Tone.PERSON)
@example("Subject: x\n\nBcc: y", "", Tone.REPLIED)
@example("\ud800", "\udfff", Tone.PERSON)
def test_no_stranger_adds_a_header(subject: str, name: str, tone: Tone) -> None:
    """Header names are exactly what was meant, and the decoded subject is the cleaned one (hazards A43)."""
    facts = replace(FACTS, ticket=replace(TICKET, subject=subject), technician=PersonFacts(name, "t@example.com"))
    letter = replace(a_letter(facts=facts, tone=tone), to=replace(a_reader(), name=name))
    draft = a_scribe(PlainWords()).write(letter, a_stamp())
    message = email.message_from_bytes(draft.message)
    marks = [] if tone is Tone.PERSON else ["Auto-Submitted", "X-Auto-Response-Suppress"]
    assert message.keys() == [*ALWAYS, *marks, *MIME, "Content-Transfer-Encoding"]
    assert header(message, "Subject") == draft.subject
    assert draft.subject == f"[#1042] {clean_header(subject) or 'Demande'}"
    assert getaddresses([str(message["To"])])[0][1] == "jean.roy@acme.example"


@pytest.mark.parametrize("name", NAMES)
def test_every_letter_is_a_clean_mail(name: str) -> None:
    """CRLF only, no line above 998 octets, exactly one From (hazards I12, I15)."""
    facts = replace(FACTS, notice=NoticeFacts("new"), transcript=TranscriptFacts(help=True))
    draft, message = written(a_letter(name, facts))
    assert draft.message.count(b"\n") == draft.message.count(b"\r\n") == draft.message.count(b"\r")
    assert all(len(line) <= 998 for line in draft.message.split(b"\r\n"))
    assert len(message.get_all("From") or []) == 1
    assert not message.defects


def test_an_odd_recipient_is_left_to_the_envelope() -> None:
    """The outbox row knows whom it goes to; the header must not carry what ASCII can't."""
    _, message = written(replace(a_letter(), to=replace(a_reader(), address="zoé@exemple.example")))
    assert message["To"] == "undisclosed-recipients:;"


def test_a_summer_mail_has_the_summer_offset() -> None:
    """The desk's zone, not a fixed offset."""
    stamp = replace(a_stamp(), now=datetime(2026, 7, 1, 12, 0, tzinfo=UTC))
    assert b"Date: Wed, 01 Jul 2026 08:00:00 -0400\r\n" in a_scribe().write(a_letter(), stamp).message
