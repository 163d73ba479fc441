"""A visit to the relay: each way it can end, and that no mail is ever begun."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import threading
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailgate.edge.probe import Passed, Probed, Step, Stopped
from mailgate.edge.smtp_out import SmtpRelay, Tls
from mailgate.edge.smtp_probe import probe
from tests.edge.relays import DROP, HANG, ScriptedRelay, listening, run
from tests.peers.certificates import Certificate, a_certificate, server_side

LOGIN = ("AUTH PLAIN LOGIN",)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return a_certificate(tmp_path_factory.mktemp("tls"))


def visited(
    relay: ScriptedRelay, tls: Tls = "none", ca_file: Path | None = None, implicit: ssl.SSLContext | None = None
) -> Probed:
    """What a visit finds, with a user and a password."""

    async def visit() -> Probed:
        async with listening(relay, implicit):
            client = SmtpRelay("localhost", relay.port, tls, "desk", lambda: "sésame", ca_file)
            return await asyncio.to_thread(probe, client, 1.0)

    return run(visit())


def test_a_relay_that_lets_us_in_is_left_without_a_mail() -> None:
    """The administrator may ask at any time; nobody must get a mail for it."""
    relay = ScriptedRelay(extensions=LOGIN)
    assert visited(relay) == Passed()
    assert [command.partition(" ")[0] for command in relay.commands] == ["EHLO", "AUTH", "QUIT"]


def test_a_wrong_password_is_the_login_s_end() -> None:
    """In the relay's words, without the password."""
    relay = ScriptedRelay({"AUTH": "535 5.7.8 not you"}, extensions=LOGIN)
    assert visited(relay) == Stopped(Step.LOGIN, "535 5.7.8 not you")


def test_a_relay_without_logins_ends_there() -> None:
    """A user is configured, so the relay is expected to know one."""
    found = visited(ScriptedRelay())
    assert isinstance(found, Stopped)
    assert found.step is Step.LOGIN


@pytest.mark.parametrize("greeting", ["554 5.3.2 not today", DROP, HANG, "HTTP/1.1 400 Bad Request"])
def test_what_does_not_greet_is_no_relay(greeting: str) -> None:
    """The wrong port, or a relay that does not know this machine."""
    found = visited(ScriptedRelay({"CONNECT": greeting}))
    assert isinstance(found, Stopped)
    assert found.step is Step.GREETING
    assert found.reason


@pytest.mark.peer("openssl")
def test_the_certificate_s_end_is_told(certificate: Certificate) -> None:
    """Certificates that nobody renews are the commonest way in which a relay stops working."""
    relay = ScriptedRelay(extensions=LOGIN, tls=server_side(certificate))
    found = visited(relay, "starttls", certificate.authority)
    assert isinstance(found, Passed)
    assert found.expires is not None
    assert timedelta(days=1) < found.expires - datetime.now(UTC) < timedelta(days=3)


class Dreamer(ScriptedRelay):
    """Answers QUIT and then does nothing until it is woken, not even say goodbye to TLS."""

    def __init__(self) -> None:
        super().__init__()
        self.woken = threading.Event()

    async def _answer(self, writer: asyncio.StreamWriter, verb: str, otherwise: str) -> str:
        reply = await super()._answer(writer, verb, otherwise)
        assert verb != "QUIT" or self.woken.wait(30)
        return reply


@pytest.mark.peer("openssl")
def test_a_visit_leaves_no_connection_behind(certificate: Certificate) -> None:
    """Its loop ends with it; whatever waits for the other side then waits for ever."""
    relay = Dreamer()
    implicit = server_side(certificate)

    async def visit() -> Probed:
        def probed() -> Probed:
            try:
                return probe(SmtpRelay("localhost", relay.port, "implicit", ca_file=certificate.authority), 5.0)
            finally:
                relay.woken.set()

        async with listening(relay, implicit):
            return await asyncio.to_thread(probed)

    with warnings.catch_warnings(record=True, action="always", category=ResourceWarning) as left:
        assert isinstance(run(visit()), Passed)
        gc.collect()
    assert left == []


@pytest.mark.peer("openssl")
@pytest.mark.parametrize(
    ("name", "days", "words"),
    [("mail.example.com", 2, "Hostname mismatch"), ("localhost", -1, "certificate has expired")],
)
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_that_is_not_good_ends_the_visit(
    tmp_path: Path, name: str, days: int, words: str, tls: Tls
) -> None:
    """Before the password, and with what OpenSSL has against it."""
    bad = a_certificate(tmp_path, name, days)
    implicit = server_side(bad) if tls == "implicit" else None
    relay = ScriptedRelay(extensions=LOGIN, tls=None if implicit else server_side(bad))
    found = visited(relay, tls, bad.authority, implicit)
    assert isinstance(found, Stopped)
    assert found.step is Step.TLS
    assert words in found.reason
    assert relay.passwords == []


@pytest.mark.peer("openssl")
def test_an_authority_that_nobody_knows_is_not_trusted(certificate: Certificate) -> None:
    """What `ca_file` is for."""
    found = visited(ScriptedRelay(tls=server_side(certificate)), "starttls")
    assert isinstance(found, Stopped)
    assert found.step is Step.TLS


def test_a_relay_without_starttls_gets_no_password() -> None:
    """Trap A4: somebody on the wire may have taken the offer away."""
    relay = ScriptedRelay(extensions=LOGIN)
    found = visited(relay, "starttls")
    assert isinstance(found, Stopped)
    assert found.step is Step.TLS
    assert relay.passwords == []


def test_a_ca_file_that_is_gone_is_told(tmp_path: Path) -> None:
    """As every mail would be told, days later."""
    assert visited(ScriptedRelay(), "starttls", tmp_path / "none.pem") == Stopped(Step.TLS, "No such file or directory")


def test_nobody_listens() -> None:
    """The relay is down."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert probe(SmtpRelay("127.0.0.1", port), 1.0) == Stopped(Step.CONNECTION, "Connection refused")


def test_a_name_that_cannot_be_one() -> None:
    """No resolver is asked for a label of 64 octets."""
    found = probe(SmtpRelay("x" * 64 + ".example", 25), 1.0)
    assert isinstance(found, Stopped)
    assert found.step is Step.NAME
