"""The relay that misbehaves does so as its list says, and takes the mails whose answer it keeps to itself."""

from __future__ import annotations

import smtplib
from collections import deque

import pytest

from tests.prove.wayward import DEALINGS, DROP, GREETINGS, Fault, Wayward, misbehaving

MAIL = b"Subject: re\r\n\r\n.bonjour\r\n"


def send(relay: Wayward, to: str = "tech1@example.com") -> None:
    """One mail; raises what smtplib raises."""
    with smtplib.SMTP("127.0.0.1", relay.port, timeout=10) as client:
        client.sendmail("tickets@example.com", [to], MAIL)


@pytest.mark.parametrize("verb", GREETINGS + DEALINGS)
def test_a_fault_is_used_once_and_then_it_is_well(verb: str) -> None:
    """Whichever command it belongs to."""
    fault = deque([Fault(verb, "421 4.3.2 closing")])
    relay = Wayward(greetings=fault) if verb in GREETINGS else Wayward(dealings=fault)
    with misbehaving(relay):
        with pytest.raises(smtplib.SMTPException):
            send(relay)
        assert relay.is_well
        assert relay.counted[f"{verb} 421"] == 1
        send(relay)
    assert [mail.raw for mail in relay.taken] == [MAIL]


@pytest.mark.parametrize("verb", DEALINGS)
def test_who_hangs_up_after_the_dot_has_taken_the_mail(verb: str) -> None:
    """And before it has not: only then it must come again."""
    relay = Wayward(dealings=deque([Fault(verb, DROP)]))
    with misbehaving(relay), pytest.raises(smtplib.SMTPServerDisconnected):
        send(relay)
    assert len(relay.taken) == relay.lost_answers == (verb == ".")


def test_each_recipient_hears_its_own_answer() -> None:
    """One is busy, one is gone, and the others get theirs."""
    relay = Wayward(busy=frozenset({"busy@example.com"}), gone=frozenset({"gone@example.com"}))
    with misbehaving(relay):
        for to, code in (("busy@example.com", 450), ("gone@example.com", 550)):
            with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
                send(relay, to)
            assert refused.value.recipients[to][0] == code
        send(relay)
    assert [mail.to for mail in relay.taken] == ["tech1@example.com"]


def test_an_unknown_pair_must_come_again_later() -> None:
    """Greylisting, which lasts a second here."""
    relay = Wayward(greylists=True)
    with misbehaving(relay):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(relay)
        relay._seen = dict.fromkeys(relay._seen, -1000.0)
        send(relay)
    assert len(relay.taken) == 1
