"""SmtpRelay against a relay that answers from a script: what each answer means for the mail."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.core.delivery import Deferred, Delivered, Delivery, Parcel, Refused
from mailgate.edge import smtp_out
from mailgate.edge.envelope import LONGEST_REPLY, clean_reply
from mailgate.edge.smtp_out import SmtpRelay, Tls
from mailgate.toml.mistakes import Mistake, SiteMistakes
from tests.edge.relays import DROP, EXTENSIONS, HANG, ScriptedRelay, listening, run
from tests.peers.certificates import Certificate, a_certificate, server_side

MAIL = b"Subject: re\r\n\r\nBonjour.\r\n"


def a_parcel(target: str = "chef@acme.example", message: bytes = MAIL, envelope_from: str = "") -> Parcel:
    return Parcel(7, envelope_from, target, message)


def sent(relay: ScriptedRelay, *parcels: Parcel) -> list[Delivery]:
    """Sends the parcels one after the other through one SmtpRelay in plain text."""

    async def conversation() -> list[Delivery]:
        async with listening(relay):
            client = SmtpRelay("127.0.0.1", relay.port, "none", timeout=0.3, hostname="desk.example")
            outcomes = [await client.send(parcel) for parcel in parcels]
            await client.close()
            return outcomes

    return run(conversation())


def test_a_mail_is_handed_over_with_the_null_sender() -> None:
    """Automatic answers leave with `<>` (RFC 3834 §3.3), and one recipient is one transaction."""
    relay = ScriptedRelay()
    assert sent(relay, a_parcel()) == [Delivered("250 2.0.0 queued as 1")]
    assert relay.commands == [
        "EHLO desk.example",
        f"MAIL FROM:<> SIZE={len(MAIL)}",
        "RCPT TO:<chef@acme.example>",
        "DATA",
        "QUIT",
    ]
    assert relay.mails == [MAIL]


def test_one_session_serves_many_mails() -> None:
    """A connection each would cost more than the mails themselves."""
    relay = ScriptedRelay()
    outcomes = sent(relay, a_parcel(), a_parcel("it@acme.example", envelope_from="tickets+x@desk.example"))
    assert [type(outcome) for outcome in outcomes] == [Delivered, Delivered]
    assert relay.connections == 1
    assert relay.heard("MAIL")[1].startswith("MAIL FROM:<tickets+x@desk.example>")


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
def test_a_permanent_answer_about_the_mail_refuses_it(step: str) -> None:
    """F15: the desk hears of it at once instead of days later."""
    relay = ScriptedRelay({step: "550 5.7.1 not this one"})
    assert sent(relay, a_parcel()) == [Refused("550 5.7.1 not this one")]


@pytest.mark.parametrize("answer", ["450 4.2.0 later", "421 4.3.2 stopping", HANG, DROP, "nonsense"])
@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."])
def test_everything_else_is_tried_again(step: str, answer: str) -> None:
    """F14 and F16: a relay that is ill, slow or gone at any step, even after the final dot, loses no mail."""
    [outcome] = sent(ScriptedRelay({step: answer}), a_parcel())
    assert isinstance(outcome, Deferred)
    assert outcome.reason


@pytest.mark.parametrize(
    "script",
    [
        {"CONNECT": "554 5.3.2 not today"},
        {"EHLO": "550 5.7.1 who are you"},
        {"MAIL": "530 5.7.0 authentication required"},
        {"MAIL": "530 5.7.0 must issue STARTTLS first"},
    ],
)
def test_a_permanent_answer_about_us_refuses_no_mail(script: dict[str, str]) -> None:
    """An administrator's mistake, once corrected, must not have cost mails."""
    assert isinstance(sent(ScriptedRelay(script), a_parcel())[0], Deferred)


def test_after_a_refusal_the_session_goes_on() -> None:
    """One bad address must not delay the others."""
    script = {"RCPT": "550 5.1.1 unknown"}
    relay = ScriptedRelay(script)
    assert [type(outcome) for outcome in sent(relay, a_parcel(), a_parcel())] == [Refused, Refused]
    assert relay.connections == 1
    assert relay.heard("RSET") == ["RSET"]


def test_a_session_that_the_relay_closed_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Relays close idle sessions after minutes."""
    monkeypatch.setattr(smtp_out, "FRESH_SECONDS", 0.0)

    async def conversation() -> list[type[Delivery]]:
        relay = ScriptedRelay({"RSET": DROP})
        async with listening(relay):
            client = SmtpRelay("127.0.0.1", relay.port, "none", timeout=1)
            outcomes = [type(await client.send(a_parcel())) for _ in range(3)]
            await client.close()
        assert relay.connections == 3
        return outcomes

    assert run(conversation()) == [Delivered] * 3


@pytest.mark.parametrize("fresh_seconds", [2.0, 0.0])
@pytest.mark.parametrize("says", [DROP, "421 4.4.2 enough for one session", "452 4.5.3 Too many messages sent"])
def test_a_relay_that_takes_one_mail_a_session_gets_the_next_in_another(
    says: str, fresh_seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It closes, or says so, and some (OpenSMTPD after 100 mails) leave the session open for good, to refuse every
    other: the next mail is not deferred for that, and none goes twice."""
    monkeypatch.setattr(smtp_out, "FRESH_SECONDS", fresh_seconds)

    class Curt(ScriptedRelay):
        async def _obey(self, command: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if command.startswith("MAIL") and len(self.mails) == self.connections:
                await self._answer(writer, "MAIL", says)
            else:
                await super()._obey(command, reader, writer)

    relay = Curt()
    assert [type(outcome) for outcome in sent(relay, *[a_parcel()] * 3)] == [Delivered] * 3
    assert (relay.connections, len(relay.mails)) == (3, 3)


def test_nobody_listens() -> None:
    """The relay is down for the night."""
    outcome = run(SmtpRelay("127.0.0.1", 1, "none", timeout=1).send(a_parcel()))
    assert isinstance(outcome, Deferred)
    assert outcome.reason.startswith("127.0.0.1: ")


def test_a_sending_that_is_cancelled_leaves_no_half_session() -> None:
    """At the daemon's stop; the next mail must not land in the middle of this one's transaction."""

    async def conversation() -> Delivery:
        relay = ScriptedRelay({"RCPT": HANG})
        async with listening(relay):
            client = SmtpRelay("127.0.0.1", relay.port, "none", timeout=5)
            sending = asyncio.create_task(client.send(a_parcel()))
            while not relay.heard("RCPT"):  # noqa: ASYNC110 - the relay tells nobody what it hears
                await asyncio.sleep(0.01)
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            relay.script = {}
            outcome = await client.send(a_parcel())
            await client.close()
        assert relay.connections == 2
        return outcome

    assert isinstance(run(conversation()), Delivered)


@settings(max_examples=40)
@given(st.lists(st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"a", b"..", b"\r.\r", b"\n.\n"])).map(b"".join))
def test_only_whole_line_ends_leave(body: bytes) -> None:
    """Trap A2: a stored bare CR or LF must not become the end of a mail at the next relay."""
    relay = ScriptedRelay()
    assert isinstance(sent(relay, a_parcel(message=b"Subject: x\r\n\r\n" + body))[0], Delivered)
    [arrived] = relay.mails
    assert b"\r" not in arrived.replace(b"\r\n", b"")
    assert b"\n" not in arrived.replace(b"\r\n", b"")
    assert len(relay.heard("QUIT")) == 1


def test_a_hostile_answer_is_cleaned_and_cut() -> None:
    """Trap A60: it ends in logs, in listings and in a mail to the desk."""
    relay = ScriptedRelay({"RCPT": "550 5.1.1 \x1b[2Jno\x07\udcff " + "x" * 2000})
    [outcome] = sent(relay, a_parcel())
    assert isinstance(outcome, Refused)
    assert outcome.reason.isprintable()
    assert len(outcome.reason) == LONGEST_REPLY
    assert clean_reply("250-a\n250 b\u2028c") == "250-a 250 b c"


def test_an_answer_that_repeats_a_signed_address_keeps_it_to_itself() -> None:
    """Reasons are logged, and a token opens a ticket to whoever reads it."""
    told = clean_reply(f"550 <TICKETS+{'a2' * 21}@example.com>: no; <x+{'b' * 41}@example.com>")
    assert told == f"550 <TICKETS+…@example.com>: no; <x+{'b' * 41}@example.com>"


def test_an_endless_answer_ends() -> None:
    """Trap A60: a tar pit of continuation lines is bounded in size."""
    relay = ScriptedRelay({"EHLO": "250-x\r\n" * 500_000 + "250 x"})
    assert isinstance(sent(relay, a_parcel())[0], Deferred)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return a_certificate(tmp_path_factory.mktemp("tls"))


def sent_over_tls(relay: ScriptedRelay, tls: Tls, ca_file: Path | None, implicit: ssl.SSLContext | None) -> Delivery:
    async def conversation() -> Delivery:
        async with listening(relay, implicit):
            client = SmtpRelay("localhost", relay.port, tls, "desk", lambda: "sésame", ca_file, timeout=2)
            outcome = await client.send(a_parcel())
            await client.close()
            return outcome

    return run(conversation())


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_starttls_and_then_the_password(certificate: Certificate, mechanism: str) -> None:
    """The usual submission at port 587."""
    relay = ScriptedRelay(extensions=(*EXTENSIONS, f"AUTH {mechanism}"), tls=server_side(certificate))
    assert isinstance(sent_over_tls(relay, "starttls", certificate.authority, None), Delivered)
    assert relay.commands.index("STARTTLS") < relay.commands.index(relay.heard("AUTH")[0])
    assert relay.passwords[0].endswith("sésame".encode())


@pytest.mark.peer("openssl")
def test_tls_from_the_first_octet(certificate: Certificate) -> None:
    """Port 465 (RFC 8314)."""
    relay = ScriptedRelay(extensions=("AUTH PLAIN",))
    outcome = sent_over_tls(relay, "implicit", certificate.authority, server_side(certificate))
    assert isinstance(outcome, Delivered)


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_relay_that_nobody_vouches_for_gets_neither_password_nor_mail(certificate: Certificate, tls: Tls) -> None:
    """F20: expired, self-signed, wrong host: deferred, so that the administrator can put it right."""
    implicit = server_side(certificate) if tls == "implicit" else None
    relay = ScriptedRelay(extensions=("AUTH PLAIN",), tls=None if implicit else server_side(certificate))
    assert isinstance(sent_over_tls(relay, tls, None, implicit), Deferred)
    assert relay.passwords == []
    assert relay.mails == []


def test_a_relay_without_starttls_gets_neither_password_nor_mail() -> None:
    """Trap A4: somebody on the wire may have taken the offer away."""
    relay = ScriptedRelay(extensions=("AUTH PLAIN",))
    assert isinstance(sent_over_tls(relay, "starttls", None, None), Deferred)
    assert relay.passwords == []
    assert relay.heard("MAIL") == []


@pytest.mark.peer("openssl")
def test_on_loopback_tls_is_used_when_it_is_offered(certificate: Certificate) -> None:
    """Its certificate is that of the public name, so it is not verified there."""
    relay = ScriptedRelay(extensions=("AUTH PLAIN",), tls=server_side(certificate))
    assert isinstance(sent_over_tls(relay, "opportunistic", None, None), Delivered)
    assert relay.heard("STARTTLS") == ["STARTTLS"]


def test_a_wrong_password_refuses_no_mail() -> None:
    """It was changed at the provider: every mail of the night waits for the administrator."""
    relay = ScriptedRelay({"AUTH": "535 5.7.8 no"}, extensions=("AUTH PLAIN LOGIN",))
    outcome = sent_over_tls(relay, "none", None, None)
    assert isinstance(outcome, Deferred)
    assert "535" in outcome.reason
    assert "sésame" not in outcome.reason


def test_a_password_that_cannot_be_read_defers_the_mail() -> None:
    """Its file is missing while it is renewed: that is said in a line, and is no fault of the program's."""

    def missing() -> str:
        raise SiteMistakes([Mistake("config.toml", 12, 1, "the secret file 'relay' cannot be read")])

    outcome = run(SmtpRelay("127.0.0.1", 1, "none", "desk", missing).send(a_parcel()))
    assert outcome == Deferred("127.0.0.1: config.toml:12:1: the secret file 'relay' cannot be read")
