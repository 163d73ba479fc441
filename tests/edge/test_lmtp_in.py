"""Transcripts of the LMTP door (RFC 2033)."""

from __future__ import annotations

import socket
from pathlib import Path

from mailgate.edge.smtp_in import UnixListen
from tests.edge.custodies import FailingCustody, ListCustody
from tests.edge.doors import Talk, a_keeper, lmtp_door, running

MAIL = b"Subject: panne\r\n\r\nLe serveur est en panne.\r\n"
THREE = ("urgent@desk.example", "regulier@desk.example", "tickets@desk.example")


def test_every_recipient_gets_an_answer_of_its_own() -> None:
    """Trap M6: one reply for three made Postfix deliver the same mail six times."""
    custody = ListCustody()
    with lmtp_door(custody) as door, door.talk() as client:
        client.greet("LHLO")
        client.begin("", *THREE)
        client.send(MAIL + b".\r\nNOOP\r\n")
        assert [client.hear() for _ in range(4)] == ["250 2.0.0 accepted as inbox-1"] * 3 + ["250 2.0.0 OK"]
    assert [d.recipients for d in custody.deliveries] == [THREE]
    assert custody.deliveries[0].door == "lmtp"


def test_a_refused_recipient_gets_no_second_answer() -> None:
    """RFC 2033 §4.2: one reply for each successful RCPT, in order."""
    with lmtp_door(ListCustody()) as door, door.talk() as client:
        client.greet("LHLO")
        client.begin("a@b.example", "urgent@desk.example", "nobody@desk.example")
        client.send(MAIL + b".\r\nQUIT\r\n")
        assert [reply[:3] for reply in client.hear_all()] == ["250", "221"]


def test_trouble_and_size_are_told_to_every_recipient() -> None:
    """A relay that waits for an answer that never comes takes all of them for lost."""
    with lmtp_door(FailingCustody(OSError("disk full")), max_size=100) as door, door.talk() as client:
        client.greet("LHLO")
        client.begin("a@b.example", *THREE)
        client.send(MAIL + b".\r\n")
        assert [client.hear()[:9] for _ in THREE] == ["451 4.3.0"] * 3
        client.begin("a@b.example", *THREE)
        client.send(b"A" * 200 + b"\r\n.\r\nQUIT\r\n")
        assert [reply[:9] for reply in client.hear_all()] == ["552 5.3.4"] * 3 + ["221 2.0.0"]


def test_lmtp_is_greeted_with_lhlo_only() -> None:
    """RFC 2033 §4.1: an SMTP client at the wrong port must not get half-way."""
    with lmtp_door(ListCustody()) as door, door.talk() as client:
        assert client.banner == "220 desk.example LMTP mailgate"
        assert client.greet("EHLO").startswith("500 5.5.1 ")
        assert client.greet("HELO").startswith("500 5.5.1 ")
        assert client.say("MAIL FROM:<a@b.example>").startswith("503 5.5.1 ")
        assert "250-PIPELINING" in client.greet("LHLO")


def test_a_unix_socket_is_trusted_and_goes_with_the_door(tmp_path: Path) -> None:
    """Who reaches it is decided by the directory; what is left of a crash does not keep the door shut."""
    path = tmp_path / "lmtp.sock"
    custody = ListCustody()
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))
    with running(a_keeper(custody), lmtp=True, listen=UnixListen(path)) as door:
        assert door.door.addresses == (f"unix:{path}",)
        connected = socket.socket(socket.AF_UNIX)
        connected.connect(str(path))
        with Talk(connected) as client:
            client.greet("LHLO")
            assert client.mail(MAIL).startswith("250 ")
    assert not path.exists()
    assert [(d.peer, d.trusted) for d in custody.deliveries] == [("unix", True)]
