"""The SMTP door against those who do not want to send a mail (hazards A1, A5 to A8, A10 and M3 to M7)."""

from __future__ import annotations

import resource
import socket
import time
from dataclasses import replace

import pytest

from mailgate.edge import smtp_connection, smtp_in
from mailgate.edge.smtp_in import Limits
from tests.edge.custodies import FailingCustody, ListCustody, SlowCustody
from tests.edge.doors import a_keeper, running, smtp_door
from tests.peers import wait_until

MAIL = b"Subject: panne\r\n\r\nLe serveur est en panne.\r\n"
SMUGGLED = b"MAIL FROM:<evil@acme.example>\r\nRCPT TO:<urgent@desk.example>\r\nDATA\r\nSubject: b\r\n\r\nb\r\n"

WRONG_ENDS = [
    b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r\n.\r\r\n", b"\r\n\0.\r\n", b"\r\n.\0\r\n",
    b"\r\r\n.\n", b"\n\n.\r\n",
]  # fmt: skip


@pytest.mark.parametrize("end", WRONG_ENDS)
def test_no_second_mail_is_smuggled_in(end: bytes) -> None:
    """Trap A1: a relay in front that takes `end` for text would vouch for a mail that it never saw."""
    custody = ListCustody()
    with smtp_door(custody) as door, door.talk() as client:
        client.greet()
        sent = b"Subject: a\r\n\r\na" + end + SMUGGLED
        assert client.mail(sent) == "250 2.0.0 accepted as inbox-1"
        assert client.say("NOOP").startswith("250 ")
    assert len(custody.deliveries) == 1
    assert SMUGGLED in custody.deliveries[0].raw


def test_long_lines_are_mail_too() -> None:
    """Trap M7: web mailers send whole paragraphs, even whole pages of HTML, as one line."""
    custody = ListCustody()
    raw = b"Subject: x\r\n\r\n" + b"A" * 200_000 + b"\r\n" + b"B" * 2000 + b"\r\n"
    with smtp_door(custody) as door, door.talk() as client:
        client.greet()
        assert client.mail(raw).startswith("250 ")
    assert custody.deliveries[0].raw == raw


@pytest.mark.parametrize(("lmtp", "hello"), [(False, "EHLO"), (True, "LHLO")])
def test_a_disk_that_fills_up_is_told_before_the_mail(lmtp: bool, hello: str) -> None:
    """F12: at MAIL, however often it is tried, and in the same session when there is room again."""
    custody, room = ListCustody(), list[str]()
    keeper = replace(a_keeper(custody, Limits(errors=3)), keeps_mail=lambda: bool(room))
    with running(keeper, lmtp) as door, door.talk() as client:
        client.greet(hello)
        for _ in range(5):
            assert client.say("MAIL FROM:<chef@acme.example>") == "452 4.3.1 no space left for mail, try again later"
        room.append("made")
        assert client.mail(MAIL).startswith("250 ")
    assert len(custody.deliveries) == 1


def test_a_mail_beyond_the_limit_is_refused_and_the_next_is_taken() -> None:
    """Clients that announce no SIZE hear 552 after the dot, which tells their user why."""
    custody = ListCustody()
    with smtp_door(custody, max_size=1000) as door, door.talk() as client:
        client.greet()
        assert client.mail(b"A" * 999 + b"\r\n") == "552 5.3.4 the mail is too large"
        assert client.mail(b"A" * 998 + b"\r\n").startswith("250 ")
    assert [len(d.raw) for d in custody.deliveries] == [1000]


def test_a_flood_is_cut_off_and_costs_no_memory() -> None:
    """Traps M3 and A5: one connection could take the whole machine."""
    with smtp_door(ListCustody(), max_size=1_000_000) as door, door.talk() as client:
        client.greet()
        client.begin()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(ConnectionError):
            client.flood(b"A" * 65_536, 1600)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 12 * 1024  # KiB


def test_a_command_without_end_is_dropped() -> None:
    """The same flood before any DATA."""
    with smtp_door(ListCustody(), Limits(command_seconds=0.5)) as door, door.talk() as client, pytest.raises(OSError):
        client.flood(b"A" * 1000, 10_000, pause=0.001)


def test_a_slow_mail_lives_as_long_as_it_keeps_the_pace() -> None:
    """Trap M4: the original cut a mail that took longer than one timeout, however steadily it came."""
    limits = Limits(text_patience=0.4, text_rate=100)
    custody = ListCustody()
    with smtp_door(custody, limits) as door, door.talk() as client:
        client.greet()
        client.begin()
        for _ in range(8):
            client.send(b"B" * 78 + b"\r\n")
            time.sleep(0.1)
        client.send(b".\r\n")
        assert client.hear().startswith("250 ")


def test_a_dripping_client_is_cut_off() -> None:
    """Trap A6: an octet now and then would hold a connection for ever."""
    with smtp_door(ListCustody(), Limits(text_patience=0.4, text_rate=1000)) as door, door.talk() as client:
        client.greet()
        client.begin()
        with pytest.raises(ConnectionError):
            client.flood(b"A", 100, pause=0.05)


def test_commands_alone_do_not_hold_a_session() -> None:
    """Trap M4: a NOOP every few seconds held it without end."""
    with smtp_door(ListCustody(), Limits(session_seconds=0.5)) as door, door.talk() as client:
        replies = []
        while (reply := client.say("NOOP")).startswith("250 "):
            replies.append(reply)
            time.sleep(0.05)
        assert reply == "421 4.4.2 too slow or too long, goodbye"
        assert 5 < len(replies) < 30


@pytest.mark.parametrize("nonsense", ["", "MAIL", "RCPT TO:<x@y.example>"])
def test_errors_have_a_budget(nonsense: str) -> None:
    """Trap M4: two thousand empty lines were answered."""
    with smtp_door(ListCustody(), Limits(errors=5)) as door, door.talk() as client:
        client.greet()
        client.send(f"{nonsense}\r\n".encode() * 50)
        replies = client.hear_all()
    assert len(replies) == 7
    assert replies[-1] == "421 4.7.0 too many errors, goodbye"


def test_our_own_trouble_is_not_held_against_the_client() -> None:
    """A relay that keeps trying while the disk is full must not be turned away for it."""
    custody = FailingCustody(OSError("disk full"))
    with smtp_door(custody, Limits(errors=1)) as door, door.talk() as client:
        client.greet()
        assert {client.mail(MAIL)[:3] for _ in range(4)} == {"451"}


def test_commands_are_counted() -> None:
    """The cap is far beyond what any relay sends in one session."""
    with smtp_door(ListCustody(), Limits(commands=10)) as door, door.talk() as client:
        client.send(b"NOOP\r\n" * 12)
        assert client.hear_all()[-1].startswith("421 4.7.0 ")


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_a_browser_is_sent_away(verb: str) -> None:
    """Trap A10: a form on a web page can be made to speak SMTP to a port behind the firewall."""
    custody = ListCustody()
    with smtp_door(custody) as door, door.talk() as client:
        client.send(f"{verb} / HTTP/1.1\r\nHost: x\r\n\r\nEHLO x\r\n".encode() + SMUGGLED + b".\r\n")
        assert client.hear_all()[:1] == ["421 4.7.0 this is not a web server, goodbye"]
    assert custody.deliveries == []


def test_one_address_gets_only_so_many_connections() -> None:
    """Trap A6: the rest hears 421, and a place is free again when one leaves."""
    with smtp_door(ListCustody(), Limits(per_peer=2)) as door, door.talk(), door.talk() as second:
        with door.talk() as third:
            assert third.banner == "421 4.7.0 too many connections, try again later"
        second.say("QUIT")
        assert second.hear() == ""
        with door.talk() as fourth:
            assert fourth.banner.startswith("220 ")


def test_who_talks_and_brings_no_mail_is_sent_home() -> None:
    """Trap F25: commands that cost the client nothing cost the door its time. A mail is worth as many again."""
    with smtp_door(ListCustody(), Limits(talk=12)) as door, door.talk() as client:
        for _ in range(2):
            client.greet()
            client.say("NOOP")
            assert client.mail(MAIL).startswith("250 ")
        client.send(b"RSET\r\n" * 30)
        assert client.hear_all()[-1] == "421 4.7.0 too many commands without a mail, goodbye"


def test_who_talks_and_brings_no_mail_waits_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap F25: hundreds who talk all the time left our relay a hundredth of the door."""
    monkeypatch.setattr(smtp_connection, "TARRY_SECONDS", 3600)
    keeper = a_keeper(ListCustody(), Limits(prompt=12), trusted=("127.0.0.1/32",))
    with running(keeper) as door, door.talk("127.0.0.2") as stranger, door.talk() as relay:
        for client in (stranger, relay):
            client.greet()
            client.send(b"NOOP\r\n" * 50)
        assert all(relay.hear() for _ in range(50))
        stranger.socket.settimeout(0.5)
        with pytest.raises(TimeoutError):
            assert all(stranger.hear() for _ in range(50))


def test_who_finds_no_room_costs_no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap F25: in a storm nearly everybody is one too many, and a session costs more than to send them away."""

    def session(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(smtp_in, "SmtpSession", session)
    with smtp_door(ListCustody(), Limits(total=0)) as door, door.talk() as client:
        assert client.banner.startswith("421 4.7.0 too many connections")


def test_our_own_relay_always_gets_in() -> None:
    """Trap A6: strangers who fill the door must not shut it on the relay that brings the real mail."""
    keeper = a_keeper(ListCustody(), Limits(per_peer=0, total=0), trusted=("127.0.0.0/8",))
    with running(keeper) as door, door.talk() as client:
        client.greet()
        assert client.mail(MAIL).startswith("250 ")


def test_a_client_that_closes_its_side_after_the_dot_still_gets_its_answer() -> None:
    """Trap M5: the original cancelled the handler in the middle of the commit."""
    custody = SlowCustody()
    with smtp_door(custody) as door, door.talk() as client:
        client.greet()
        client.begin()
        client.send(MAIL + b".\r\nQUIT\r\n")
        client.socket.shutdown(socket.SHUT_WR)
        assert custody.asked.wait(5)
        custody.commit()
        assert client.hear() == "250 2.0.0 accepted as inbox-1"
        assert client.hear_all() in ([], ["221 2.0.0 Bye"])


def test_a_client_that_vanishes_after_the_dot_does_not_undo_the_commit() -> None:
    """Trap M5: it will try again, and then the mail is recognised."""
    custody = SlowCustody()
    with smtp_door(custody) as door:
        with door.talk() as client:
            client.greet()
            client.begin()
            client.send(MAIL + b".\r\n")
            assert custody.asked.wait(5)
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        time.sleep(0.1)
        custody.commit()
    assert [d.raw for d in custody.committed] == [MAIL]


def test_a_mail_that_is_cut_off_is_no_mail() -> None:
    """Half a mail must never be taken for a whole one."""
    custody = ListCustody()
    with smtp_door(custody) as door, door.talk() as client:
        client.greet()
        client.begin()
        client.send(MAIL)
        client.socket.shutdown(socket.SHUT_WR)
        assert client.hear() == ""
    assert custody.deliveries == []


def test_everything_at_once_with_nobody_waiting_is_still_answered() -> None:
    """`printf … | nc` does not wait for replies."""
    custody = ListCustody()
    with smtp_door(custody) as door, door.talk() as client:
        client.send(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<urgent@desk.example>\r\nDATA\r\n" + MAIL + b".\r\n")
        client.socket.shutdown(socket.SHUT_WR)
        assert client.hear_all()[-1].startswith("250 2.0.0 accepted")
    assert len(custody.deliveries) == 1


def test_a_client_that_does_not_listen_cannot_stop_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its replies fill the buffers; closing must not wait for them."""
    monkeypatch.setattr(smtp_connection, "FAREWELL_SECONDS", 3600)
    with smtp_door(ListCustody(), Limits(commands=1 << 30, talk=1 << 30, prompt=1 << 30)) as door:
        door.door._server.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        with door.talk() as client:
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.send(b"NOOP\r\n" * 10_000)
            (guest,) = door.door._guests._inside
            wait_until(lambda: guest.transport.get_write_buffer_size() > 1 << 16, seconds=60)  # type: ignore[attr-defined]  # a stream knows its transport only as what writes
            door.close(0.3)
