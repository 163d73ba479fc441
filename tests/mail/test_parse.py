"""A whole mail, and whatever pretends to be one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.model import Address
from mailgate.mail import limits, parse
from tests.mail.hostile.bearing import assert_bearable
from tests.mail.raw import from_jean, multipart, part, raw

FRAGMENTS = [
    b"From: ",
    b"To: ",
    b"Subject: ",
    b"Message-ID: <",
    b"References: ",
    b"Content-Type: ",
    b"multipart/mixed; boundary=b",
    b"text/html; charset=",
    b"undefined",
    b"\0",
    b"<",
    b">",
    b'"',
    b"(",
    b"@",
    b",",
    b"=?utf-8?q?=0D=0A?=",
    b"\xe9",
    b"\r\n",
    b"\n",
    b"\n\n",
    b"--b",
    b"--b--",
    b"\x1c",
    b"\xc2\x85",
    b" ",
    b"Content-Transfer-Encoding: base64\n",
    b"=",
    b";",
]


def test_a_french_mail_is_read() -> None:
    """The everyday case, with everything the desk looks at."""
    mail = parse.read(
        raw(
            "From: =?utf-8?q?C=C3=A9line?= <Celine@ACME.example>",
            "To: support@example.com, Ventes <ventes@example.com>",
            "Cc: it@acme.example",
            "Subject: =?utf-8?q?Panne_d=27imprimante?=",
            "Message-ID: <a1@acme.example>",
            "In-Reply-To: <b2@example.com>",
            "X-Criticité: haute",
            body="Bonjour, le serveur ne répond plus depuis ce matin\r\n",
        )
    )
    assert mail.sender == Address("Celine@acme.example", "Céline")
    assert (mail.subject, mail.language, mail.defects) == ("Panne d'imprimante", "fr", ())
    assert [address.mail for address in mail.to] == ["support@example.com", "ventes@example.com"]
    assert (mail.message_id, mail.references) == ("<a1@acme.example>", ("<b2@example.com>",))
    assert mail.text == mail.body == "Bonjour, le serveur ne répond plus depuis ce matin"


@pytest.mark.parametrize(
    ("fields", "defect"),
    [
        ((), "no From field"),
        (("From: a@x.example", "From: b@x.example"), "several From fields"),
        (("From: a@x.example", "no field", "From : b@x.example"), "several From fields"),
        (("From: a@x.example, b@x.example",), "several mailboxes in From"),
        (("From: team: a@x.example;",), "From is not one plain mailbox"),
        (("From: a@x.example\0",), "From is not one plain mailbox"),
        (("From: =?utf-8?q?a=40x.example?=",), "From is not one plain mailbox"),
        (("From: <",), "From is not one plain mailbox"),
    ],
)
def test_an_ambiguous_sender_is_no_sender(fields: tuple[str, ...], defect: str) -> None:
    """Never "the first one wins" (hazards §2.4); the reason is kept for the journal."""
    mail = parse.read(raw(*fields))
    assert mail.sender is None
    assert defect in mail.defects


@pytest.mark.parametrize(
    "poison", ["From: <", 'From: "', "Message-ID: <", "Reply-To: =?utf-8?q?=0D=0A", "Content-Type: ;"]
)
def test_a_poisoned_header_spoils_nothing_else(poison: str) -> None:
    """Ten octets crashed the standard library (hazards M9)."""
    mail = parse.read(raw(poison, "Subject: Panne", body="Au secours"))
    assert (mail.subject, mail.text, mail.message_id) == ("Panne", "Au secours", "")


def test_headers_are_decoded_in_wire_order_under_lower_case_names() -> None:
    """Rules ask for `header.NAME`."""
    mail = parse.read(raw("X-B: =?utf-8?q?=C3=A9?=", "x-a: 1", "X-B: 2"))
    assert mail.headers == (("x-b", "é"), ("x-a", "1"), ("x-b", "2"))
    assert mail.header("X-b") == ("é", "2")


def test_a_long_subject_is_shortened() -> None:
    """It goes into mails, pagers and terminals."""
    assert len(parse.read(raw("Subject: " + "x" * 5000)).subject) == limits.SUBJECT_CHARS


def test_a_reply_holds_only_its_new_words_in_text_and_all_of_them_in_body() -> None:
    """The customer's notification must not quote the thread again."""
    mail = parse.read(
        from_jean(
            "Subject: RE: Panne",
            body="Merci\r\n\r\nLe 3 mars 2026 à 10:00, Desk <d@x.example> a écrit :\r\n> vieux\r\n",
        )
    )
    assert mail.text == "Merci"
    assert "vieux" in mail.body


def test_a_forward_is_the_request_itself() -> None:
    """Outlook says so in the subject only."""
    body = "De : Client <c@x.example>\r\nEnvoyé : lundi\r\nÀ : Jean\r\nObjet : Panne\r\n\r\nPlus rien ne marche\r\n"
    assert "Plus rien ne marche" in parse.read(from_jean("Subject: TR: Panne", body=body)).text


def test_an_empty_answer_is_empty_even_when_it_quotes_without_marks() -> None:
    """An empty answer to a page acknowledges it; the quoted page must not go to the customer."""
    body = "\r\nDe : Desk <d@x.example>\r\nEnvoyé : lundi\r\nÀ : Jean\r\nObjet : Panne\r\n\r\nLe texte de la page\r\n"
    assert parse.read(from_jean("Subject: RE: Panne", body=body)).text == ""


def test_an_html_reply_ends_at_its_programs_mark() -> None:
    """HTML-only mail from Outlook."""
    html = '<p>Merci</p><div id="divRplyFwdMsg">X : y</div><p>vieux</p>'
    mail = parse.read(from_jean("Content-Type: text/html", body=html))
    assert (mail.text, "vieux" in mail.body) == ("Merci", True)


def test_a_report_is_known_by_its_type() -> None:
    """RFC 6522."""
    report = multipart("report", part("text/plain", "failed"), part("message/delivery-status", "Status: 5.1.1"))
    mail = parse.read(report)
    assert mail.report
    assert [file.content_type for file in mail.attachments] == ["message/delivery-status"]


def test_a_text_beyond_the_cap_is_cut_and_said() -> None:
    """The raw mail keeps all of it."""
    mail = parse.read(from_jean(body="mot " * 300_000))
    assert len(mail.body) <= limits.TEXT_CHARS
    assert any("text cut" in defect for defect in mail.defects)


def test_addresses_beyond_the_cap_are_said() -> None:
    """A thousand recipients are enough to know what a mail is."""
    mail = parse.read(raw("From: a@x.example", "To: " + ",".join(["a@x.example"] * 2000)))
    assert len(mail.to) == limits.ADDRESSES
    assert f"more than {limits.ADDRESSES} addresses in To" in mail.defects


def test_only_the_newest_references_are_kept_and_it_is_said() -> None:
    """Ten thousand of them must not find every ticket there is (hazards A33)."""
    many = " ".join(f"<{number}@x>" for number in range(300))
    mail = parse.read(from_jean(f"References: {many}"))
    assert mail.references == tuple(f"<{number}@x>" for number in range(250, 300))
    assert f"more than {limits.REFERENCES} references" in mail.defects


@pytest.mark.parametrize(("length", "told"), [(limits.LINE_OCTETS, False), (limits.LINE_OCTETS + 1, True)])
@pytest.mark.parametrize("around", ["", "x\n" * 100_000, "\n" * 100_000])
def test_an_endless_line_is_said_and_read(length: int, told: bool, around: str) -> None:
    """It is never a reason to refuse a mail, nor to read less of it."""
    mail = parse.read(from_jean(body=f"{around}{'x' * length}\n{around}"))
    assert (f"a line of more than {limits.LINE_OCTETS} octets" in mail.defects) is told
    assert "x" * length in mail.body


def test_what_is_beyond_a_cap_still_makes_another_mail() -> None:
    """Two mails that differ only where nobody reads are two events (promise 1)."""
    one, other = (from_jean(f"Subject: {mark * 200_000}", "Message-ID: <a@x>") for mark in "xy")
    assert parse.digest(one) != parse.digest(other)
    assert parse.digest(one) == parse.digest(one.replace(b"\r\n", b"\n"))


def test_the_same_content_has_the_same_digest_whatever_relays_added() -> None:
    """One mail by two paths is one ticket."""
    sent = from_jean("Subject: Panne", "Message-ID: <a@x>")
    relayed = b"Received: from a by b\r\n with c\r\nReturn-Path: <x@y>\r\nARC-Seal: i=1\r\nX-Spam-Score: 1\r\n" + sent
    assert parse.digest(sent) == parse.digest(relayed) == parse.digest(relayed.replace(b"\r\n", b"\n"))


def test_another_content_has_another_digest() -> None:
    """Also when it took somebody else's Message-ID (hazards A32)."""
    first = from_jean("Message-ID: <a@x>", body="un")
    assert parse.digest(first) != parse.digest(from_jean("Message-ID: <a@x>", body="deux"))
    assert parse.digest(first) != parse.digest(from_jean("Message-ID: <b@x>", body="un"))


@given(st.binary(max_size=2000))
def test_any_octets_are_a_mail(octets: bytes) -> None:
    """Total: nothing that was accepted may fail to become an event."""
    assert_bearable(parse.read(octets))
    parse.digest(octets)


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=40))
def test_any_fragments_of_mail_are_a_mail(pieces: list[bytes]) -> None:
    """Fragments meet in ways that random octets never would."""
    mail = parse.read(b"".join(pieces))
    assert_bearable(mail)
    assert mail.size == len(b"".join(pieces))
