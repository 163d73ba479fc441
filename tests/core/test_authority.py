"""Who may command the desk, and what a doubtful mail comes to (hazards A22–A28)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailgate.core.effects import (
    AddMessage,
    ChangeStatus,
    OpenTicket,
    SendMail,
)
from mailgate.core.events import MailReceived
from mailgate.core.intents import (
    Close,
    Take,
)
from mailgate.core.model import AuthVerdict, Direction, Outcome, Token, TokenKind
from mailgate.core.policy import CommandsNeed, Desk, Policy
from mailgate.core.seen import Seen
from tests.builders import a_mail, a_policy, a_ticket, contact_token
from tests.core.asking import ask, letters, of, only
from tests.core.working import answer, codes

ROBOT = (("auto-submitted", "auto-replied"),)
FORGED = {
    "another technician's address": answer(mail=a_mail("tech2@example.com")),
    "a stranger with the token": answer(mail=a_mail("x@nowhere.example")),
    "a failing verdict": answer(verdict=AuthVerdict.FAIL),
    "the pager's address with a command": answer(Take(), mail=a_mail("5145550101@pager.example.net")),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_doubtful_command_does_nothing_and_tells_the_registered_address(name: str) -> None:
    """Whoever it was, the technician learns of it at the address the rules name."""
    decision = ask(FORGED[name], Seen(1002, by_token=a_ticket()))
    assert [effect.letter.to.address for effect in of(decision, SendMail)] == ["tech1@example.com"]
    assert decision.outcome is Outcome.REFUSED


def test_a_customer_who_answers_a_forwarded_page_is_heard_and_commands_nothing() -> None:
    """A technician forwarded their own mail: the customer's words must not be lost for it."""
    mail = a_mail("chef@acme.example", text="#fermer\nToujours en panne")
    decision = ask(
        answer(Close(), text="Toujours en panne", mail=mail), Seen(1002, by_thread=a_ticket(assignee="tech2"))
    )
    assert (decision.outcome, decision.ticket) == (Outcome.FOLLOW_UP, 1001)
    assert only(decision, AddMessage).direction is Direction.IN
    assert of(decision, ChangeStatus) == []
    assert codes(decision) == ["not-your-address"]


def test_a_pagers_own_address_may_acknowledge_and_no_more() -> None:
    """Some pagers can answer; they cannot be authenticated."""
    decision = ask(answer(mail=a_mail("5145550101@pager.example.net", text="")), Seen(1002, by_token=a_ticket()))
    assert codes(decision) == ["taken", "acknowledged"]


@pytest.mark.parametrize(("verdict", "obeyed"), [(AuthVerdict.NONE, False), (AuthVerdict.PASS, True)])
def test_a_firm_may_want_proof(verdict: AuthVerdict, obeyed: bool) -> None:
    """`commands_need = "pass"`: silence of the relay is not enough."""
    policy = a_policy(desk=Desk("X", "tickets@example.com", commands_need=CommandsNeed.PASS))
    decision = ask(answer(text="Bonjour", verdict=verdict), Seen(1002, by_token=a_ticket()), policy)
    assert bool(letters(decision, "notification")) is obeyed


def without_token(**changes: object) -> MailReceived:
    """tech1 writes without a signed address."""
    return answer(token=None, **changes)  # type: ignore[arg-type]  # the test names the fields


@pytest.mark.parametrize(
    ("event", "seen"),
    [
        (without_token(), Seen(1002)),
        (without_token(recipients=("support-urgent@example.com",)), Seen(1002, by_tag=a_ticket())),
        (without_token(recipients=("support-urgent@example.com",)), Seen(1002, by_thread=a_ticket())),
        (
            replace(answer(Close()), token=contact_token(), recipients=("support-urgent@example.com",)),
            Seen(1002, by_token=a_ticket()),
        ),
    ],
)
def test_without_the_token_a_technician_is_told_what_is_missing(event: MailReceived, seen: Seen) -> None:
    """Never a silent nothing, and never a public answer by accident."""
    decision = ask(event, seen)
    assert codes(decision) == ["no-token"]
    assert [type(effect) for effect in decision.effects] == [SendMail]


def test_a_token_of_somebody_who_left_opens_nothing() -> None:
    """Revoked at the next load of the rules: their mail is a stranger's."""
    policy = a_policy()
    rest: Policy = replace(policy, technicians={key: one for key, one in policy.technicians.items() if key != "tech1"})
    rest = replace(rest, teams={"support": replace(policy.teams["support"], members=("tech2", "tech3", "tech4"))})
    decision = ask(answer(Close()), Seen(1002, by_token=a_ticket()), rest)
    assert only(decision, OpenTicket).ticket.number == 1002


def test_a_token_of_a_ticket_that_is_gone_is_said() -> None:
    """After a restore, the technician hears that nothing was done."""
    assert codes(ask(answer(Close()), Seen(1002))) == ["no-ticket"]


def test_a_technicians_out_of_office_is_kept_inside() -> None:
    """It must never become an answer to the customer."""
    mail = a_mail("tech1@example.com", text="Absent", headers=ROBOT)
    decision = ask(answer(mail=mail), Seen(1002, by_token=a_ticket()))
    assert only(decision, AddMessage).direction is Direction.INTERNAL
    assert of(decision, SendMail) == []
    assert ask(answer(mail=mail), Seen(1002)).effects == ()


TICKET = a_ticket()
RETURNED = Token(TokenKind.BOUNCE, 12, 7)


@pytest.mark.parametrize(
    ("seen", "changes"),
    [
        (Seen(1002, by_token=TICKET), {"token": RETURNED, "envelope_from": ""}),
        (Seen(1002, by_thread=TICKET), {"token": None}),
        (Seen(1002, by_tag=TICKET), {"token": None}),
        (Seen(1002, by_token=TICKET), {"mail": a_mail("5145550101@pager.example.net", headers=ROBOT)}),
    ],
)
def test_a_technicians_robot_is_kept_with_the_ticket_it_speaks_of(seen: Seen, changes: dict[str, Any]) -> None:
    """Most vacation programs answer to the return address (RFC 3834 §4), and pagers' gateways say what became of it."""
    event = answer(**{"mail": a_mail("tech1@example.com", headers=ROBOT), **changes})
    decision = ask(event, seen)
    assert only(decision, AddMessage).direction is Direction.INTERNAL
    assert (decision.outcome, decision.ticket, len(decision.effects)) == (Outcome.RECORDED, 1001, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"mail": a_mail("x@nowhere.example", headers=ROBOT)},
        {"verdict": AuthVerdict.FAIL},
        {"token": None, "verdict": AuthVerdict.FAIL},
    ],
)
def test_a_robot_with_somebody_elses_address_adds_to_no_ticket(changes: dict[str, Any]) -> None:
    """A technician's signed address proves nothing of others, nor a From that fails."""
    event = answer(**{"mail": a_mail("tech1@example.com", headers=ROBOT), **changes})
    assert ask(event, Seen(1002, by_token=TICKET)).effects == ()
