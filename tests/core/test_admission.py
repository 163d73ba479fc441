"""Who may ask: parked, refused, or let in by a rule (domain.md §3)."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.effects import OpenTicket, SendMail
from mailgate.core.model import Outcome, Status
from mailgate.core.page_effects import Page
from mailgate.core.policy import UnknownSenders
from tests.builders import a_mail, a_policy, received
from tests.core.asking import ask, letters, of, only
from tests.core.firms import with_queue, with_rule


def test_a_colleague_who_is_not_authorised_is_parked_and_not_lost() -> None:
    """Nobody is paged, no clock runs, the sender is told, and each authorised contact can release it."""
    decision = ask(received(a_mail("stagiaire@acme.example")))
    ticket = only(decision, OpenTicket).ticket
    assert decision.outcome is Outcome.PARKED
    assert (ticket.status, ticket.callback) == (Status.PARKED, None)
    assert of(decision, Page) == []
    told = {(one.to.address, one.facts.notice.code) for one in letters(decision, "parked") if one.facts.notice}
    assert told == {
        ("stagiaire@acme.example", "parked"),
        ("chef@acme.example", "release-asked"),
        ("it@acme.example", "release-asked"),
    }


def test_a_robot_at_the_customers_is_parked_without_a_word() -> None:
    """Its thousand mails must not become a thousand questions to the contacts."""
    decision = ask(received(a_mail("no-reply@acme.example")))
    assert decision.outcome is Outcome.PARKED
    assert of(decision, SendMail) == []


def test_a_firm_without_named_contacts_may_all_write() -> None:
    """The list of authorised people is the customer's choice; none named means everybody."""
    policy = a_policy()
    open_firm = replace(policy.customers["acme"], contacts=())
    decision = ask(received(a_mail("anyone@acme.example")), policy=replace(policy, customers={"acme": open_firm}))
    assert decision.outcome is Outcome.TICKET
    assert only(decision, OpenTicket).ticket.customer == "acme"


def test_a_queue_may_park_strangers_and_tell_the_leads() -> None:
    """Nobody at a customer can release them, so somebody at the desk must hear."""
    decision = ask(received(a_mail("x@nowhere.example")), policy=with_queue(unknown_senders=UnknownSenders.PARK))
    assert decision.outcome is Outcome.PARKED
    assert [letter.to.address for letter in letters(decision, "technician")] == ["tech4@example.com"]


def test_a_queue_may_refuse_strangers_politely() -> None:
    """A refusal is told, leaves no ticket, and reaches no technician."""
    decision = ask(received(a_mail("x@nowhere.example")), policy=with_queue(unknown_senders=UnknownSenders.REFUSE))
    assert decision.outcome is Outcome.REFUSED
    assert of(decision, OpenTicket) == []
    assert [letter.to.address for letter in letters(decision, "refused")] == ["x@nowhere.example"]


def test_a_refused_robot_is_told_nothing() -> None:
    """Refusing must not start a loop either."""
    mail = a_mail("no-reply@nowhere.example")
    decision = ask(received(mail), policy=with_queue(unknown_senders=UnknownSenders.REFUSE))
    assert decision.effects == ()


def test_a_rule_may_refuse_with_its_own_reason() -> None:
    """The administrator's words reach the sender."""
    (letter,) = letters(ask(received(), policy=with_rule(refuse="Écrivez au bureau.")), "refused")
    assert letter.facts.notice is not None
    assert letter.facts.notice.detail == "Écrivez au bureau."


def test_a_rule_may_park_and_may_let_a_colleague_in() -> None:
    """`park = true` holds a known contact, `park = false` frees a colleague."""
    assert ask(received(), policy=with_rule(park=True)).outcome is Outcome.PARKED
    assert ask(received(a_mail("stagiaire@acme.example")), policy=with_rule(park=False)).outcome is Outcome.TICKET


def test_a_rule_may_keep_the_acknowledgement_back() -> None:
    """For equipment that writes as a person would."""
    decision = ask(received(), policy=with_rule(acknowledge=False))
    assert letters(decision, "acknowledgement") == []
    assert "a rule says so" in decision.because


def test_a_parked_request_may_stay_unanswered_too() -> None:
    """`acknowledge = false` holds for every automatic answer."""
    decision = ask(received(a_mail("stagiaire@acme.example")), policy=with_rule(acknowledge=False))
    assert {letter.to.address for letter in letters(decision, "parked")} == {"chef@acme.example", "it@acme.example"}


def test_a_contact_whom_a_rule_parks_waits_for_the_desk() -> None:
    """Their own customer has nothing to allow: asking would call an authorised person unauthorised."""
    decision = ask(received(), policy=with_rule(park=True))
    told = [effect.letter for effect in of(decision, SendMail)]
    assert [one.to.address for one in told if one.template == "parked"] == ["chef@acme.example"]
    assert [one.facts.notice.code for one in told if one.template == "technician" and one.facts.notice] == ["parked"]
