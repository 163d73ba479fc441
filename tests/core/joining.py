"""Requests that are merged: #1001 of chef@acme.example, which tech1 answers, into #1017 of it@acme.example."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from mailgate.core.decision import Decision
from mailgate.core.effects import (
    ChangeStatus,
    SetClock,
)
from mailgate.core.intents import (
    Intent,
    MergeInto,
)
from mailgate.core.letters import Letter
from mailgate.core.model import Address, Status
from mailgate.core.seen import Seen
from mailgate.core.ticket import Clock, Ticket
from tests.builders import NOW, a_callback, a_ticket, local
from tests.core.asking import ask, letters, of
from tests.core.working import answer

IT = Address("it@acme.example", "Ivan Tremblay")
SOONER, LATER = local("2026-11-16 10:30"), local("2026-11-16 12:00")
HOUR = timedelta(hours=1)


def owed(due_at: Any, **changes: Any) -> Clock:
    """A call-back promise that is due then."""
    return a_callback("urgent", changes.pop("asked_at", NOW - HOUR), due_at, **changes)


def other(due_at: Any = LATER, **changes: Any) -> Ticket:
    """#1017 of it@acme.example, which tech2 has."""
    clock = changes.pop("callback", owed(due_at))
    usual = {
        "status": Status.OPEN,
        "assignee": "tech2",
        "requester": IT,
        "subject": "Onduleur",
        "participants": frozenset({IT.mail}),
    }
    return a_ticket(clock, number=1017, notified=("tech2",), references=("<it@acme.example>",), **{**usual, **changes})


def merging(into: Ticket, *intents: Intent, text: str = "", own: Ticket | None = None) -> Decision:
    """tech1 answers #1001 with `#fusionner 1017`, and has said that they mean it."""
    seen = Seen(1021, by_token=own or a_ticket(owed(SOONER)), named={1017: into}, siblings=(1017,))
    return ask(answer(MergeInto(1017), *intents, text=text, confirmed_at=NOW), seen)


def after(decision: Decision, into: Ticket, own: Ticket | None = None) -> dict[int, Ticket]:
    """Both tickets as the effects leave them, by number: their clocks as rows would hold them."""
    tickets = {1001: own or a_ticket(owed(SOONER)), 1017: into}
    for effect in of(decision, SetClock):
        tickets[effect.ticket] = tickets[effect.ticket].with_clocks(effect.clock)
    for change in of(decision, ChangeStatus):
        tickets[change.ticket] = replace(tickets[change.ticket], status=change.status)
    return tickets


def told(decision: Decision) -> dict[str, Letter]:
    """The mails about the merge, by their reader."""
    return {letter.to.address: letter for letter in letters(decision, "merged")}
