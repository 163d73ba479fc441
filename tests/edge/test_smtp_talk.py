"""A relay that offers PIPELINING hears a whole envelope in one breath, and every answer means what it meant alone."""

from __future__ import annotations

import asyncio
import gc
import socket
from dataclasses import dataclass
from time import monotonic

import pytest

from mailgate.core.delivery import Deferred, Delivered, Refused
from mailgate.edge import smtp_out
from mailgate.edge.smtp_talk import Talk
from tests.edge.relays import DROP, EXTENSIONS, HANG, ScriptedRelay, listening, run
from tests.edge.test_smtp_out import MAIL, a_parcel, sent

AT_ONCE = (*EXTENSIONS, "PIPELINING")


class Listener(ScriptedRelay):
    """Answers no MAIL before it has heard all of the envelope."""

    async def _obey(self, command: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        rest = [await reader.readline() for _ in range(2)] if command.startswith("MAIL") else []
        heard = [line.decode().rstrip("\r\n") for line in rest]
        self.commands += heard
        for one in (command, *heard):
            await super()._obey(one, reader, writer)


def test_an_envelope_is_one_breath() -> None:
    """RFC 2920 §3.1: three turns on the wire become one, and the text waits for its 354."""
    relay = Listener(extensions=AT_ONCE)
    assert sent(relay, a_parcel(), a_parcel()) == [Delivered("250 2.0.0 queued as 1")] * 2
    assert [command[:4] for command in relay.commands] == ["EHLO", *["MAIL", "RCPT", "DATA"] * 2, "QUIT"]
    assert (relay.connections, relay.mails) == (1, [MAIL, MAIL])


def test_who_does_not_offer_it_hears_one_command_at_a_time() -> None:
    """Some relays throw away what comes before its turn."""
    assert isinstance(sent(Listener(), a_parcel())[0], Deferred)


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
def test_a_permanent_answer_refuses(step: str) -> None:
    """Whatever the relay says to the rest of the envelope."""
    relay = ScriptedRelay({step: "550 5.7.1 not this one"}, AT_ONCE)
    assert sent(relay, a_parcel()) == [Refused("550 5.7.1 not this one")]


@pytest.mark.parametrize(
    "answer", ["450 4.2.0 later", "421 4.3.2 stopping", HANG, DROP, "nonsense", "250-a\r\n" * 9000]
)
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
def test_everything_else_is_tried_again(step: str, answer: str) -> None:
    """F14 and F16."""
    [outcome] = sent(ScriptedRelay({step: answer}, AT_ONCE), a_parcel())
    assert isinstance(outcome, Deferred)


@pytest.mark.parametrize("to_the_rest", [DROP, HANG])
def test_a_refusal_stands_when_the_relay_has_no_more_to_say(to_the_rest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It hangs up on us for that address: the address stays wrong."""
    monkeypatch.setattr(smtp_out, "RESET_SECONDS", 0.3)
    relay = ScriptedRelay({"RCPT": "550 5.1.1 unknown", "DATA": to_the_rest}, AT_ONCE)
    assert sent(relay, a_parcel()) == [Refused("550 5.1.1 unknown")]


def test_after_a_refusal_the_session_goes_on() -> None:
    """The answers to the rest of the envelope are not taken for those to the next one."""
    relay = ScriptedRelay({"RCPT": "550 5.1.1 unknown", "DATA": "554 5.5.1 no valid recipients"}, AT_ONCE)
    assert sent(relay, a_parcel(), a_parcel()) == [Refused("550 5.1.1 unknown")] * 2
    assert (relay.connections, relay.heard("RSET")) == (1, ["RSET"])


def test_a_session_that_is_gone_is_not_kept_for_its_alarm() -> None:
    """With a relay that hangs up on everybody, a minute of sessions and their certificates would fill the memory."""
    relay = ScriptedRelay({"MAIL": DROP}, AT_ONCE)

    async def kept() -> list[Talk]:
        async with listening(relay):
            client = smtp_out.SmtpRelay("127.0.0.1", relay.port, "none", timeout=60)
            assert isinstance(await client.send(a_parcel()), Deferred)
            gc.collect()
            return [one for one in gc.get_objects() if isinstance(one, Talk)]

    assert run(kept()) == []


def test_an_endless_answer_ends() -> None:
    """Trap A60: at a size, and long before the time for an answer is up."""
    [outcome] = sent(ScriptedRelay({"RCPT": "250-x\r\n" * 9000}, AT_ONCE), a_parcel())
    assert isinstance(outcome, Deferred)
    assert "too long" in outcome.reason


def test_a_relay_that_wants_a_text_without_a_recipient_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 2920 §3.1 warns of them: the next mail has a session of its own, at once."""
    monkeypatch.setattr(smtp_out, "RESET_SECONDS", 3600.0)
    relay = ScriptedRelay({"RCPT": "550 5.1.1 unknown"}, AT_ONCE)
    assert sent(relay, a_parcel(), a_parcel()) == [Refused("550 5.1.1 unknown")] * 2
    assert (relay.connections, relay.mails, relay.heard("RSET")) == (2, [], [])


@pytest.mark.parametrize("extensions", [EXTENSIONS, AT_ONCE])
def test_a_mail_whose_text_nobody_wanted_was_not_delivered(extensions: tuple[str, ...]) -> None:
    """A 250 to DATA is not the 250 to a mail."""
    assert isinstance(sent(ScriptedRelay({"DATA": "250 ok"}, extensions), a_parcel())[0], Deferred)


def test_what_comes_unasked_is_no_answer() -> None:
    """A relay says 421 to a session that was idle, and closes it later."""
    relay = ScriptedRelay({".": "250 2.0.0 queued\r\n550 5.0.0 unasked\r\n250-and"}, AT_ONCE)
    assert sent(relay, a_parcel(), a_parcel()) == [Delivered("250 2.0.0 queued")] * 2


SMALL = 1 << 16
HEAVY = b"Subject: files\r\n\r\n" + b"x" * 70 + b"\r\n" + (b"y" * 74 + b"\r\n") * 40_000


@dataclass
class Reluctant(ScriptedRelay):
    """Takes `most` octets of a text, so many at once every `pause` seconds; answers to what it has from the script,
    `thought` seconds later, and to the rest of it nothing."""

    most: int = 1 << 30
    at_once: int = 1 << 16
    pause: float = 0.0
    thought: float = 0.0

    async def _obey(self, command: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if command != "DATA":
            await super()._obey(command, reader, writer)
            return
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        await self._answer(writer, command, "354 go on")
        text, paused_at = bytearray(), 0
        while len(text) < self.most and not text.endswith(b"\r\n.\r\n"):
            text += await reader.read(SMALL)
            if len(text) > paused_at + self.at_once:
                paused_at = len(text)
                await asyncio.sleep(self.pause)
        self.mails.append(bytes(text))
        await asyncio.sleep(self.thought)
        await self._answer(writer, ".", "250 2.0.0 queued as 1")
        if len(text) >= self.most:
            await asyncio.sleep(3600)


def test_a_slow_line_is_no_relay_that_hangs() -> None:
    """RFC 5321 §4.5.3.2.5: each block has its time, and not the whole: 25 MB take half an hour on many a line."""
    relay, began = Reluctant(pause=0.05), monotonic()
    assert sent(relay, a_parcel(message=HEAVY)) == [Delivered("250 2.0.0 queued as 1")]
    assert monotonic() - began > smtp_out.BLOCK_TIMEOUTS * 0.3
    assert [len(mail) for mail in relay.mails] == [len(HEAVY) + len(".\r\n")]


def test_a_relay_that_takes_no_more_of_a_mail_is_given_up() -> None:
    """However long the mail is: nothing moves any more."""
    relay, began = Reluctant(script={".": HANG}, most=1 << 16), monotonic()
    [outcome] = sent(relay, a_parcel(message=HEAVY * 8))
    assert isinstance(outcome, Deferred)
    assert monotonic() - began < 20


def test_a_relay_that_thinks_about_a_mail_has_ten_times_as_long() -> None:
    """RFC 5321 §4.5.3.2.6: who hangs up on a relay that scans a mail sends it twice, or every hour for four days."""
    relay = Reluctant(thought=0.6)
    assert sent(relay, a_parcel()) == [Delivered("250 2.0.0 queued as 1")]


@pytest.mark.parametrize(
    ("answer", "outcome"), [("552 5.3.4 too big", Refused), ("421 stopping", Deferred), ("250 ok", Deferred)]
)
def test_an_answer_in_the_middle_of_a_mail_ends_its_session(answer: str, outcome: type) -> None:
    """What follows would be taken for commands, and a 250 is for a mail that nobody has heard to its end."""
    relay = Reluctant(script={".": answer}, most=1 << 16)
    assert type(sent(relay, a_parcel(message=HEAVY * 8), a_parcel())[0]) is outcome
    assert relay.connections == 2
