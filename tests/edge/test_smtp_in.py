"""Transcripts of the SMTP door: what a client says, what it hears, and what custody gets."""

from __future__ import annotations

import re

import pytest

from mailgate.edge.smtp_in import Limits, UnsafeLibrary, require_safe
from tests.edge.custodies import FailingCustody, ListCustody, SlowCustody
from tests.edge.doors import smtp_door

MAIL = b"Subject: panne\r\n\r\nLe serveur est en panne.\r\n"


def test_a_mail_reaches_custody_byte_for_byte() -> None:
    """Promise 1: what is kept is what was sent, bare line feeds and eight-bit octets included."""
    raw = b"Subject: =?utf-8?q?\xe9?=\r\n\r\nune ligne\nune autre\rfin \xff\x00\r\n"
    custody = ListCustody()
    with smtp_door(custody) as door, door.talk() as client:
        client.greet()
        assert client.mail(raw) == "250 2.0.0 accepted as inbox-1"
        assert client.say("QUIT") == "221 2.0.0 Bye"
    assert [(d.door, d.envelope_from, d.recipients, d.raw, d.peer) for d in custody.deliveries] == [
        ("smtp", "chef@acme.example", ("urgent@desk.example",), raw, "127.0.0.1")
    ]


def test_the_door_says_what_it_can_do() -> None:
    """Relays pipeline, announce sizes and send UTF-8 addresses only when they are told that they may."""
    with smtp_door(ListCustody(), max_size=1234) as door, door.talk() as client:
        assert client.banner == "220 desk.example ESMTP mailgate"
        assert client.greet().splitlines() == [
            "250-desk.example",
            "250-PIPELINING",
            "250-SIZE 1234",
            "250-8BITMIME",
            "250-ENHANCEDSTATUSCODES",
            "250 SMTPUTF8",
        ]
        assert client.greet("HELO") == "250 desk.example"


def test_the_null_sender_is_an_empty_string() -> None:
    """Trap M2: a truthy "<>" would get an acknowledgement and start a loop."""
    custody = ListCustody()
    with smtp_door(custody) as door, door.talk() as client:
        client.greet()
        client.begin("")
        client.send(MAIL + b".\r\n")
        assert client.hear().startswith("250 ")
    assert custody.deliveries[0].envelope_from == ""


@pytest.mark.parametrize("address", ["someone@desk.example", "urgent@elsewhere.example", ""])
def test_only_our_addresses_are_accepted(address: str) -> None:
    """Trap A7: neither an open relay nor a source of bounces."""
    with smtp_door(ListCustody()) as door, door.talk() as client:
        client.greet()
        client.say("MAIL FROM:<chef@acme.example>")
        assert client.say(f"RCPT TO:<{address}>") == "550 5.1.1 no such address here"
        assert client.say("DATA") == "503 5.5.1 need RCPT first"


def test_an_address_of_ours_is_known_in_any_case() -> None:
    """Mail programs keep the capitals that a person typed."""
    custody = ListCustody()
    with smtp_door(custody) as door, door.talk() as client:
        client.greet()
        assert client.mail(MAIL, "Urgent@Desk.Example").startswith("250 ")
    assert custody.deliveries[0].recipients == ("Urgent@Desk.Example",)


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("MAIL FROM:<chef@acme.example> AUTH=<>", "250 2.0.0 OK"),
        ("MAIL FROM:<chef@acme.example> SIZE=1048577", "552 5.3.4"),
        ("MAIL FROM:<chef@acme.example> SIZE=1048576 BODY=8BITMIME", "250 2.0.0 OK"),
        ("MAIL FROM:<andré@acme.example> SMTPUTF8", "250 2.0.0 OK"),
        ("MAIL FROM:<..a..b..@docomo.example>", "250 2.0.0 OK"),
        ('MAIL FROM:<"two words"@acme.example>', "250 2.0.0 OK"),
        ("MAIL FROM:chef@acme.example", "250 2.0.0 OK"),
        ("MAIL FROM:<@relay.example:chef@acme.example>", "250 2.0.0 OK"),
        ("MAIL FROM:<chef@acme.example", "553 5.1.3"),
        ("MAIL FROM:<a@b>x", "553 5.1.3"),
        (f"MAIL FROM:<{'a' * 1000}@b.example>", "553 5.1.3"),
        ("MAIL FROM:", "553 5.1.3"),
        ("MAIL chef", "501 5.5.4"),
        ("VRFY chef", "252 2.5.0"),
        ("EXPN tout", "502 5.5.1"),
        ("RCPT TO:<urgent@desk.example>", "503 5.5.1"),
        ("DATA", "503 5.5.1"),
        ("XYZZY", "500 5.5.2"),
        ("STARTTLS", "454"),
        ("AUTH PLAIN AGEAYg==", "538 5.7.11"),
        ("NOOP", "250 2.0.0 OK"),
        ("RSET", "250 2.0.0 OK"),
    ],
)
def test_every_command_has_its_answer(command: str, reply: str) -> None:
    """Relays act on the three digits, and people read the enhanced code in their bounce."""
    with smtp_door(ListCustody()) as door, door.talk() as client:
        client.greet()
        assert client.say(command).startswith(reply)


def test_undecodable_octets_in_an_address_are_refused() -> None:
    """A lone surrogate in the envelope would make every database driver raise later (M21)."""
    with smtp_door(ListCustody()) as door, door.talk() as client:
        client.greet()
        client.send(b"MAIL FROM:<chef\xff@acme.example>\r\n")
        assert client.hear().startswith("553 5.1.3 ")


def test_a_hundred_recipients_are_enough() -> None:
    """Trap A7: twenty thousand were accepted before."""
    with smtp_door(ListCustody(), limits=Limits(recipients=3)) as door, door.talk() as client:
        client.greet()
        client.say("MAIL FROM:<chef@acme.example>")
        replies = [client.say("RCPT TO:<urgent@desk.example>")[:9] for _ in range(4)]
        assert replies == ["250 2.1.5"] * 3 + ["452 4.5.3"]


@pytest.mark.parametrize("at_once", [False, True])
def test_internal_trouble_is_told_in_constant_words_and_can_be_retried(at_once: bool) -> None:
    """Traps M1 and A8: a 5xx would make the sender's relay return the customer's mail, a text would leak paths."""
    custody = FailingCustody(RuntimeError("database is locked at /var/lib/secret"), at_once)
    with smtp_door(custody) as door, door.talk() as client:
        client.greet()
        reply = client.mail(MAIL)
        assert reply == "451 4.3.0 local trouble, please try again"
        assert re.fullmatch(r"4\d\d \d\.\d\.\d [A-Za-z ,]+", reply)
        custody.error = None
        assert client.mail(MAIL).startswith("250 ")


def test_a_commit_that_takes_too_long_is_trouble() -> None:
    """The sender waits ten minutes at most (RFC 5321 §4.5.3.2.6); it must hear something before."""
    with smtp_door(SlowCustody(), limits=Limits(commit_seconds=0.2)) as door, door.talk() as client:
        client.greet()
        assert client.mail(MAIL).startswith("451 4.3.0 ")


def test_transactions_can_be_pipelined() -> None:
    """RFC 2920: everything behind the dot belongs to the next command, in order."""
    custody = ListCustody()
    envelope = b"MAIL FROM:<chef@acme.example>\r\nRCPT TO:<urgent@desk.example>\r\nDATA\r\n"
    with smtp_door(custody) as door, door.talk() as client:
        client.greet()
        client.send((envelope + MAIL + b".\r\n") * 2 + b"QUIT\r\n")
        codes = [reply[:3] for reply in client.hear_all()]
    assert codes == ["250", "250", "354", "250"] * 2 + ["221"]
    assert [d.raw for d in custody.deliveries] == [MAIL, MAIL]


def test_an_old_aiosmtpd_is_not_served() -> None:
    """CVE-2024-27305 and CVE-2024-34083: Debian 12 still ships 1.4.3."""
    with pytest.raises(UnsafeLibrary, match=r"1\.4\.6"):
        require_safe("1.4.4.post2")
    require_safe("1.4.6")
    require_safe("1.10")
