"""A door is a promise, also for a mail that continues a ticket: who wrote is told, and people are called."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from mailgate.core.decision import Decision
from mailgate.core.effects import ChangeStatus, HoldBack, MoveToQueue, OpenTicket, SetClock
from mailgate.core.events import MailReceived
from mailgate.core.letters import NoticeFacts, Tone
from mailgate.core.model import Activity, Address, AuthVerdict, Status, Token
from mailgate.core.moving import MOVED, REOPENED
from mailgate.core.page_effects import CountCall, Page
from mailgate.core.people import Contact, Customer
from mailgate.core.policy import Policy, UnknownSenders
from mailgate.core.seen import Answered, Seen, Tally
from mailgate.core.sla import Fate, Owed
from mailgate.core.ticket import Ending, Ticket
from tests.builders import NOW, a_callback, a_kept_callback, a_mail, a_policy, a_ticket, contact_token, local, received
from tests.core.asking import ask, letters, of, only, paged
from tests.core.firms import with_queue, with_rule

REGULAR = "support-regulier@example.com"
DESK = "tickets+token@example.com"
OPEN = a_ticket(
    a_callback("regulier", NOW, local("2026-11-16 14:00")), queue="regulier", assignee="tech4", status=Status.OPEN
)
CLOSED = a_ticket(a_kept_callback(Activity.CALL), status=Status.CLOSED, assignee="tech4")


def continued(ticket: Ticket, event: MailReceived | None = None, token: Token | None = None, **seen: Any) -> Decision:
    """The customer continues the ticket with a mail, at the urgent door unless it is another one."""
    event = event or received()
    return ask(replace(event, token=token or contact_token()), Seen(1002, by_token=ticket, **seen))


@pytest.mark.parametrize("ticket", [OPEN, CLOSED])
def test_who_writes_to_the_door_is_told_what_it_promises_now(ticket: Ticket) -> None:
    """In the thread of this mail; they knew of another promise. It is no second acknowledgement (hazards I11)."""
    mail = a_mail(message_id="<again@acme.example>")
    (letter,) = letters(continued(ticket, received(mail)), "followed")
    assert (letter.to.address, letter.tone, letter.ticket) == ("chef@acme.example", Tone.GENERATED, 1001)
    assert letter.in_reply_to == "<again@acme.example>"
    assert letter.facts.notice == MOVED
    assert letter.facts.deadline is not None
    assert letter.facts.deadline.callback.due_at == local("2026-11-16 11:00")


def test_a_colleague_who_is_a_contact_is_told_at_their_own_address() -> None:
    """Whoever wrote, not whoever asked first."""
    event = received(a_mail("it@acme.example"))
    (letter,) = letters(continued(OPEN, event, contact_token("it@acme.example")), "followed")
    assert letter.to.address == "it@acme.example"
    assert letter.facts.contact is not None
    assert letter.facts.contact.mail == "it@acme.example"


def test_a_stranger_who_takes_part_reads_nothing_of_theirs() -> None:
    """They hold the signed address; what they wrote does not travel to an address that nothing proves."""
    stranger = a_ticket(
        queue="regulier", customer=None, registered=False, participants=frozenset({"x@nowhere.example"})
    )
    event = received(a_mail("x@nowhere.example", text="Achetez !"))
    (letter,) = letters(continued(stranger, event, contact_token("x@nowhere.example")), "followed")
    assert letter.to.address == "x@nowhere.example"
    assert letter.facts.ticket is not None
    assert (letter.facts.ticket.subject, letter.facts.customer) == (None, None)


SILENT = {
    "null reverse-path": received(envelope_from=""),
    "a list": received(a_mail(headers=(("list-id", "<it.acme.example>"),))),
    "the signed address": received(to=DESK),
    "its own door": received(to=REGULAR),
}


@pytest.mark.parametrize("name", SILENT)
def test_nobody_else_is_written_to(name: str) -> None:
    """An answer is read by who has the ticket; a program is not answered (RFC 3834 §2)."""
    assert letters(continued(OPEN, SILENT[name]), "followed") == []


def test_a_rule_that_forbids_acknowledgements_is_obeyed() -> None:
    """`acknowledge = false`: the people are called all the same."""
    decision = ask(received(token=contact_token()), Seen(1002, by_token=OPEN), with_rule(acknowledge=False))
    assert letters(decision, "followed") == []
    assert "a rule says so" in decision.because
    assert paged(decision)


def test_a_budget_that_is_spent_holds_it_back() -> None:
    """As for any other acknowledgement: counted, and told to the administrators."""
    spent = Answered({"chef@acme.example": Tally(900, 900)}, {}, 0)
    decision = ask(received(), Seen(1002, by_thread=OPEN, answered=spent))
    assert letters(decision, "followed") == []
    assert only(decision, HoldBack).budget == "contact"


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED])
def test_a_settled_ticket_calls_people_as_a_new_request_does(status: Status) -> None:
    """It may be a month later: whoever had it comes first, and three people read the mail now."""
    decision = continued(replace(CLOSED, status=status))
    assert (of(decision, OpenTicket), of(decision, MoveToQueue)) == ([], [])
    assert only(decision, ChangeStatus).status is Status.NEW
    assert paged(decision) == ["tech4", "tech1", "tech2"]
    assert {page.letter.facts.notice for page in of(decision, Page)} == {REOPENED}
    assert only(decision, SetClock).clock.due_at == local("2026-11-16 11:00")
    assert letters(decision, "technician") == []
    assert only(decision, CountCall).alone


def test_the_promise_that_ran_when_it_was_settled_is_over() -> None:
    """Nobody called, and it was closed: what was due then is not late today."""
    owed = a_callback("urgent", local("2026-11-13 09:00"), local("2026-11-13 10:00"))
    decision = continued(replace(CLOSED, clocks=(owed,)))
    ended, fresh = (effect.clock for effect in of(decision, SetClock))
    assert (ended.ending, fresh.due_at) == (Ending.NO_LONGER, local("2026-11-16 11:00"))


def test_the_door_says_how_a_settled_ticket_goes_on() -> None:
    """What was urgent then is what the customer says it is now."""
    decision = continued(CLOSED, received(to=REGULAR))
    assert only(decision, MoveToQueue).queue == "regulier"
    assert paged(decision) == ["tech4", "tech1"]
    assert only(decision, SetClock).clock.due_at == local("2026-11-16 14:00")


def test_who_had_it_and_is_away_is_not_called() -> None:
    """They read it when they are back; three others are called, and the lead is one of them."""
    away = {"tech4": ((date(2026, 11, 16), date(2026, 11, 20)),)}
    decision = continued(CLOSED, absences=away)
    assert paged(decision) == ["tech1", "tech2", "tech3"]
    assert [one.to.address for one in letters(decision, "technician")] == ["tech4@example.com"]


def test_an_answer_to_the_signed_address_reopens_and_calls_nobody() -> None:
    """Nobody wrote to a door: who has it reads it."""
    decision = continued(CLOSED, received(to=DESK))
    assert only(decision, ChangeStatus).status is Status.OPEN
    assert paged(decision) == []
    assert [one.facts.notice for one in letters(decision, "technician")] == [NoticeFacts("reopened")]


def test_a_bare_thank_you_at_the_door_reopens_nothing() -> None:
    """Three pagers for « Merci ! » would be the last they believe."""
    decision = continued(CLOSED, received(a_mail(text="Merci !")))
    assert (of(decision, ChangeStatus), paged(decision)) == ([], [])
    assert letters(decision, "followed") == []


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED])
def test_who_may_not_ask_begins_no_promise(status: Status) -> None:
    """Only a customer's contacts may (domain.md §3): what a colleague adds to a closed request is read by who had it,
    and so is what a rule would refuse or park."""
    ticket = replace(CLOSED, status=status)
    colleague = received(a_mail("stagiaire@acme.example"))
    for decision in (
        continued(ticket, colleague, contact_token("stagiaire@acme.example")),
        ask(received(token=contact_token()), Seen(1002, by_token=ticket), with_rule(park=True)),
        ask(received(token=contact_token()), Seen(1002, by_token=ticket), with_rule(refuse="fermé")),
    ):
        assert (paged(decision), letters(decision, "followed")) == ([], [])
        assert [one.to.address for one in letters(decision, "technician")] == ["tech4@example.com"]


COLLEAGUE = received(a_mail("stagiaire@acme.example"), verdict=AuthVerdict.PASS)
STRANGER = received(a_mail("x@nowhere.example"), token=contact_token("x@nowhere.example"))
NOBODYS = replace(
    OPEN,
    customer=None,
    registered=False,
    requester=Address("x@nowhere.example"),
    participants=frozenset({"x@nowhere.example"}),
)


@pytest.mark.parametrize(
    ("event", "seen", "policy"),
    [
        (COLLEAGUE, Seen(1002, by_thread=OPEN), a_policy()),
        (STRANGER, Seen(1002, by_token=NOBODYS), with_queue(unknown_senders=UnknownSenders.PARK)),
        (STRANGER, Seen(1002, by_token=NOBODYS), with_queue(unknown_senders=UnknownSenders.REFUSE)),
        (received(token=contact_token()), Seen(1002, by_token=OPEN), with_rule(refuse="fermé")),
    ],
)
def test_nor_does_who_may_not_ask_hasten_what_is_under_way(event: MailReceived, seen: Seen, policy: Policy) -> None:
    """An unproven From and a thread would page people at night; it is told to who has it, as any answer."""
    decision = ask(event, seen, policy)
    assert (paged(decision), letters(decision, "followed")) == ([], [])
    assert [one.to.address for one in letters(decision, "technician")] == ["tech4@example.com"]


def test_somebody_reads_what_reopens_a_request_that_calls_nobody() -> None:
    """`notify = 0`, and nobody had it: the customer reads that the team was told."""
    decision = continued(replace(CLOSED, assignee=None, notify=0, notified=()))
    assert (paged(decision), len(letters(decision, "technician"))) == ([], 1)


@pytest.mark.parametrize("text", ["Oui, merci", "Merci !"])
def test_a_yes_validates_at_whatever_door(text: str) -> None:
    """An urgent door in copy of « Oui » calls nobody: all is well."""
    event = received(a_mail(text=text, body=text), verdict=AuthVerdict.PASS)
    decision = continued(replace(OPEN, status=Status.WAITING_VALIDATION), event)
    assert only(decision, ChangeStatus).status is Status.RESOLVED
    assert paged(decision) == []


def test_what_was_settled_before_it_was_due_is_not_missed() -> None:
    """Resolved at 10:00, due at 11:00, written to the door at 15:00."""
    owed = a_callback("urgent", local("2026-11-16 10:00"), local("2026-11-16 11:00"))
    ticket = replace(CLOSED, clocks=(owed,), status=Status.RESOLVED, waiting_since=local("2026-11-16 10:00"))
    event = replace(received(token=contact_token()), received_at=local("2026-11-16 15:00"))
    decision = ask(event, Seen(1002, by_token=ticket), None, event.received_at)
    assert Owed(of(decision, SetClock)[0].clock, "urgent", "acme", Status.OPEN).fate is Fate.NO_LONGER


def test_a_firm_does_not_read_the_subject_of_another_firms_request() -> None:
    """A signed address that was passed on lets somebody write, and read nothing."""
    policy = a_policy()
    beta = Customer("beta", "Beta", ("beta.example",), (Contact("b@beta.example", "Bob", True),), "fr-CA")
    policy = replace(policy, customers={**policy.customers, "beta": beta})
    event = received(a_mail("b@beta.example"), token=contact_token(), verdict=AuthVerdict.PASS)
    (letter,) = letters(ask(event, Seen(1002, by_token=OPEN), policy), "followed")
    assert letter.facts.ticket is not None
    assert letter.facts.ticket.subject is None
