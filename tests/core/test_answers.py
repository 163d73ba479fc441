"""A page answered by its link is decided as « pris » by mail: there is no second rule."""

from __future__ import annotations

import pytest

from mailgate.core.decision import Decision
from mailgate.core.effects import AddMessage, Assign, ChangeStatus, SendMail
from mailgate.core.events import PageAnswered
from mailgate.core.intents import Orders
from mailgate.core.model import AuthVerdict, Outcome, Status
from mailgate.core.page_effects import AcknowledgePages, CancelPages
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ticket
from tests.builders import NOW, a_mail, a_ticket, received, technician_token
from tests.core.asking import ask, letters, of, only


def clicked(ticket: Ticket | None, technician: str = "tech2") -> Decision:
    return ask(PageAnswered(7, NOW, 1001, technician), Seen(1002, by_token=ticket))


def mailed(ticket: Ticket, technician: str = "tech2") -> Decision:
    mail = a_mail(f"{technician}@example.com", text="pris", body="pris", message_id="")
    token = technician_token(technician)
    event = received(mail, orders=Orders("pris"), token=token, inbox_id=7, verdict=AuthVerdict.PASS)
    return ask(event, Seen(1002, by_token=ticket))


def compared(decision: Decision) -> list[object]:
    """Every effect but the words for the story, whose recipients and author a mail writes for itself."""
    return [effect for effect in decision.effects if not isinstance(effect, AddMessage)]


@pytest.mark.parametrize(
    "ticket",
    [
        a_ticket(),
        a_ticket(assignee="tech1", status=Status.OPEN),
        a_ticket(status=Status.WAITING_CUSTOMER, assignee="tech2"),
        a_ticket(status=Status.PARKED),
    ],
    ids=["new", "taken", "waiting", "parked"],
)
def test_a_click_does_what_the_word_does_by_mail(ticket: Ticket) -> None:
    """First, late, or for nothing: the same effects in the same order."""
    assert compared(clicked(ticket)) == compared(mailed(ticket))
    assert clicked(ticket).outcome is mailed(ticket).outcome


def test_the_first_click_owns_the_ticket_and_calls_the_others_off() -> None:
    """In one decision, so in one transaction."""
    decision = clicked(a_ticket())
    assert only(decision, Assign).technician == "tech2"
    assert only(decision, AcknowledgePages) == AcknowledgePages(1001, "tech2", NOW)
    assert only(decision, CancelPages).ticket == 1001
    told = [effect.letter.to.address for effect in of(decision, SendMail) if effect.letter.template == "technician"]
    assert told == ["tech1@example.com", "tech3@example.com"]
    assert decision.because.endswith("the page was answered by link")


def test_a_late_click_takes_nothing_and_is_told() -> None:
    """The transcript names who has it."""
    decision = clicked(a_ticket(assignee="tech1", status=Status.OPEN))
    assert not of(decision, Assign)
    assert not of(decision, ChangeStatus)
    (letter,) = letters(decision, "transcript")
    assert letter.facts.transcript is not None
    assert [did.code for did in letter.facts.transcript.did] == ["already-taken"]


@pytest.mark.parametrize(("technician", "ticket"), [("gone", a_ticket()), ("tech1", None)])
def test_who_left_the_rules_says_nothing(technician: str, ticket: Ticket | None) -> None:
    """Between the click and its decision the rules may change."""
    decision = clicked(ticket, technician)
    assert (decision.outcome, decision.effects) == (Outcome.RECORDED, ())


def test_the_story_shows_who_answered() -> None:
    """As an internal message of theirs, which no customer reads."""
    said = only(clicked(a_ticket()), AddMessage)
    assert (said.sender, said.direction.value, said.inbox_id) == ("tech2@example.com", "internal", 7)
