"""Who sits where a door should open."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

from mailgate.core.listening import Listen, UnixListen
from mailgate.edge.door_probe import HAIL, Holder, Seat, look
from mailgate.edge.probe import TOO_LONG
from mailgate.edge.web_app import Door
from tests.edge.custodies import ListCustody
from tests.edge.doors import a_keeper, lmtp_door, running, smtp_door
from tests.edge.test_web import running as web_door


def test_a_free_port_stays_free() -> None:
    """Whoever looks must not be in the way of the daemon that starts next."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert look(Listen("127.0.0.1", port), 1.0) == Seat(Holder.NOBODY)
    socket.create_server(("127.0.0.1", port)).close()


def test_a_port_that_a_daemon_just_left_is_free() -> None:
    """The kernel remembers its last connections for a minute; asyncio binds all the same, and so does the look."""
    with socket.create_server(("127.0.0.1", 0)) as left:
        port = left.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            left.accept()[0].close()
    assert look(Listen("127.0.0.1", port), 1.0) == Seat(Holder.NOBODY)


def test_any_port_is_free() -> None:
    """Port 0 means the next free one."""
    assert look(Listen("127.0.0.1", 0), 1.0) == Seat(Holder.NOBODY)


def test_our_own_daemon_is_known_by_its_greeting() -> None:
    """It answers; a desk that runs is no trouble."""
    with smtp_door(ListCustody()) as door:
        seat = look(Listen("127.0.0.1", door.port), 1.0)
    assert seat.holder is Holder.MAILGATE
    assert " desk.example " in seat.words


def test_another_mail_server_is_a_stranger() -> None:
    """The distribution's own, most of the time; what it says tells which."""

    def greet() -> None:
        with taken.accept()[0] as guest:
            guest.sendall(b"220 mx.example ESMTP Postfix\r\n")

    with socket.create_server(("127.0.0.1", 0)) as taken:
        threading.Thread(target=greet, daemon=True).start()
        seat = look(Listen("127.0.0.1", taken.getsockname()[1]), 1.0)
    assert seat == Seat(Holder.STRANGER, "220 mx.example ESMTP Postfix")


def test_a_program_that_says_nothing_is_a_stranger() -> None:
    """It is not waited for."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert look(Listen("127.0.0.1", silent.getsockname()[1]), 0.1) == Seat(Holder.STRANGER, TOO_LONG)


def test_an_address_of_another_machine_cannot_be_had() -> None:
    """192.0.2.0/24 is nobody's (RFC 5737)."""
    seat = look(Listen("192.0.2.1", 8025), 1.0)
    assert seat == Seat(Holder.FORBIDDEN, "Cannot assign requested address")


def test_a_unix_socket_is_free_ours_or_left_behind(tmp_path: Path) -> None:
    """asyncio replaces a socket that nobody listens on."""
    place = UnixListen(tmp_path / "lmtp.sock")
    assert look(place, 1.0) == Seat(Holder.NOBODY)
    with running(a_keeper(ListCustody()), lmtp=True, listen=place):
        assert look(place, 1.0).holder is Holder.MAILGATE
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(place.path))
    assert look(place, 1.0) == Seat(Holder.NOBODY)


def test_a_file_in_the_place_of_a_socket_is_in_the_way(tmp_path: Path) -> None:
    """The daemon would not start."""
    (tmp_path / "lmtp.sock").touch()
    assert look(UnixListen(tmp_path / "lmtp.sock"), 1.0).holder is Holder.STRANGER


def test_an_lmtp_door_is_ours_too() -> None:
    """It greets by another word."""
    with lmtp_door(ListCustody()) as door:
        assert look(Listen("127.0.0.1", door.port), 1.0).holder is Holder.MAILGATE


def test_our_own_web_door_is_known_by_what_it_answers() -> None:
    """It says nothing before it is asked, and names the desk to this machine only."""
    with web_door(door=Door("https://support.example.com", (), "desk.example")) as door:
        seat = look(Listen("127.0.0.1", door.port), 2.0, HAIL)
        public = door.ask(path="/health", headers={"Host": "support.example.com"})
    assert seat.holder is Holder.MAILGATE
    assert " desk.example " in seat.words
    assert "mailgate" not in str(public.headers)
