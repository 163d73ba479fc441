"""Answers of a technician to the mail about #1001, and what the desk answers them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mailgate.core.decision import Decision
from mailgate.core.events import MailReceived
from mailgate.core.intents import (
    Intent,
    Order,
    Orders,
)
from mailgate.core.letters import Letter
from mailgate.core.seen import Seen
from tests.builders import a_mail, a_ticket, received, technician_token
from tests.core.asking import ask, letters

DESK = "tickets+token@example.com"


def answer(*intents: Intent, text: str = "", **changes: object) -> MailReceived:
    """tech1 answers the mail about #1001, with their own token."""
    orders = Orders(text, tuple(Order(intent, f"#{type(intent).__name__.lower()}") for intent in intents))
    mail = a_mail("tech1@example.com", text=text, subject="Re: [#1001] Panne du serveur")
    event = received(mail, to=DESK, orders=orders, token=technician_token("tech1"))
    return replace(event, **changes)  # type: ignore[arg-type]  # the test names the fields


def on(*intents: Intent, text: str = "", **ticket: Any) -> Decision:
    """What becomes of such an answer, on a ticket that differs as given."""
    return ask(answer(*intents, text=text), Seen(1002, by_token=a_ticket(**ticket)))


def notification(decision: Decision) -> Letter:
    """The one mail to the customer."""
    (letter,) = letters(decision, "notification")
    return letter


def codes(decision: Decision) -> list[str]:
    """What the transcript says: what was done, or what stands against it."""
    (letter,) = letters(decision, "transcript")
    assert letter.facts.transcript is not None
    said = letter.facts.transcript
    return [one.code for one in said.did] + [problem.code for problem in said.problems]
