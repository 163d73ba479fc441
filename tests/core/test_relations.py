"""What a ticket is called, whose it is and who asks for it, when a technician says so by mail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.decision import Decision
from mailgate.core.effects import AddMessage, SendMail
from mailgate.core.intents import Close, Intent, Internal, SetContact, SetCustomer, SetSubject, Spend
from mailgate.core.model import Activity, Address, Direction, Outcome, Status
from mailgate.core.people import Contact, Customer
from mailgate.core.policy import Policy
from mailgate.core.relation_effects import ChangeCustomer, ChangeRequester, ChangeSubject
from mailgate.core.seen import Seen
from tests.builders import NOW, a_policy, a_ticket
from tests.core.asking import ask, letters, of, only
from tests.core.working import answer, codes, notification, on


def firms() -> Policy:
    """The firm with a second customer."""
    policy = a_policy()
    globex = Customer("globex", "Globex SA", ("globex.example",), (Contact("boss@globex.example", "Bo"),), "en", "UTC")
    return replace(policy, customers={**policy.customers, "globex": globex})


def told(*intents: Intent, text: str = "", **ticket: object) -> Decision:
    """The answer of a technician where there are two customers; they have said that they mean it."""
    return ask(answer(*intents, text=text, confirmed_at=NOW), Seen(1002, by_token=a_ticket(**ticket)), firms())  # type: ignore[arg-type]  # the test names the fields


def nearest(decision: Decision) -> str:
    """The valid form near what could not be done."""
    (letter,) = letters(decision, "transcript")
    assert letter.facts.transcript is not None
    (problem,) = letter.facts.transcript.problems
    return problem.nearest


def test_a_subject_is_changed_and_the_words_leave_under_it() -> None:
    """The customer's next mail has the new subject, and so has the journal."""
    decision = on(SetSubject("Panne de l'onduleur"), text="C'était l'onduleur.")
    assert only(decision, ChangeSubject) == ChangeSubject(1001, "Panne de l'onduleur")
    ticket = notification(decision).facts.ticket
    assert ticket is not None
    assert ticket.subject == "Panne de l'onduleur"
    assert "subject: Panne de l'onduleur" in decision.because


def test_a_new_subject_alone_is_confirmed_and_told_to_nobody_else() -> None:
    """Only the technician's transcript leaves."""
    decision = on(SetSubject("Autre chose"), status=Status.OPEN, assignee="tech1")
    assert [one.letter.template for one in of(decision, SendMail)] == ["transcript"]
    assert codes(decision) == ["subject"]


def test_a_contact_becomes_the_requester_and_is_told_under_which_number() -> None:
    """As an acknowledgement would: number and deadline, in their own signed mail; nothing of anybody's words."""
    decision = on(SetContact("it@acme.example"), status=Status.OPEN, assignee="tech1")
    changed = only(decision, ChangeRequester)
    assert changed == ChangeRequester(1001, Address("it@acme.example", "Ivan Tremblay"), "fr-CA", True)
    (letter,) = letters(decision, "followed")
    assert (letter.to.address, letter.ticket, letter.facts.message) == ("it@acme.example", 1001, None)
    assert letter.facts.deadline is not None
    assert letter.references == ()


def test_words_beside_a_new_contact_go_to_them_once() -> None:
    """Not to the former requester: they were written to whoever asks from now on."""
    decision = on(SetContact("it@acme.example"), text="Bonjour Ivan.")
    assert notification(decision).to.address == "it@acme.example"
    (said,) = [one for one in of(decision, AddMessage) if one.direction is Direction.OUT]
    assert said.to == ("it@acme.example",)


def test_a_note_changes_the_requester_in_silence() -> None:
    """`#note`: this whole mail is internal."""
    decision = on(SetContact("it@acme.example"), Internal(), text="Son chef me l'a dit.")
    assert only(decision, ChangeRequester).requester.mail == "it@acme.example"
    assert [one.letter.template for one in of(decision, SendMail)] == ["transcript"]


def test_a_requester_whom_the_rules_do_not_name_sees_nothing_that_others_wrote() -> None:
    """Neither subject nor name in an automatic mail."""
    (letter,) = letters(told(SetContact("x@elsewhere.example")), "followed")
    assert letter.facts.ticket is not None
    assert (letter.facts.ticket.subject, letter.to.name) == (None, "")


def test_who_asks_already_is_told_nothing() -> None:
    """Saying what is so changes nothing."""
    decision = on(SetContact("Chef@acme.example".lower()))
    assert of(decision, ChangeRequester) == []
    assert letters(decision, "followed") == []


@pytest.mark.parametrize("mail", ["tech2@example.com", "support-urgent@example.com", "tickets@example.com"])
def test_the_desk_asks_for_nothing(mail: str) -> None:
    """A technician's address as the requester would send the desk's words to the desk."""
    decision = on(SetContact(mail))
    assert decision.outcome is Outcome.REFUSED
    assert codes(decision) == ["not-a-customers-address"]


def test_another_customers_contact_needs_the_customer_said() -> None:
    """A ticket never changes firms in passing."""
    decision = told(SetContact("boss@globex.example"))
    assert codes(decision) == ["contact-of-another"]
    assert nearest(decision) == "#client globex"


def test_customer_and_contact_are_said_in_one_mail_in_any_order() -> None:
    """What is said stands for the whole mail; the new requester reads their own language and time."""
    for intents in (
        (SetContact("boss@globex.example"), SetCustomer("globex")),
        (SetCustomer("globex"), SetContact("boss@globex.example")),
    ):
        decision = told(*intents)
        assert only(decision, ChangeCustomer) == ChangeCustomer(1001, "globex", "UTC")
        (letter,) = letters(decision, "followed")
        assert (letter.to.language, letter.to.timezone) == ("en", "UTC")
        assert letter.facts.customer is not None
        assert letter.facts.customer.key == "globex"


@pytest.mark.parametrize("typed", ["globex", "GLOBEX", "globex sa", "Globex SA"])
def test_a_customer_is_found_by_key_or_name(typed: str) -> None:
    """In any case and without accents."""
    assert only(told(SetCustomer(typed)), ChangeCustomer).customer == "globex"


def test_an_unknown_customer_is_refused_with_the_nearest_keys() -> None:
    """Nothing of the mail is applied."""
    decision = told(SetCustomer("globx"), Close())
    assert decision.outcome is Outcome.REFUSED
    assert nearest(decision) == "#setcustomer globex"
    assert nearest(told(SetCustomer("zzzz"))) == "#setcustomer acme / globex"


def test_another_customer_pays_for_the_work_of_the_same_mail() -> None:
    """What is recorded beside `#client` is charged as the right firm's contract says."""
    policy = firms()
    covers = replace(policy.customers["globex"], covered=frozenset())
    policy = replace(policy, customers={**policy.customers, "globex": covers})
    decision = ask(
        answer(SetCustomer("globex"), Spend(Activity.CALL, 5), confirmed_at=NOW),
        Seen(1002, by_token=a_ticket()),
        policy,
    )
    (letter,) = letters(decision, "notification")
    assert letter.facts.intervention is not None
    assert letter.facts.intervention.covered is False


@pytest.mark.parametrize("one", [SetSubject("a"), SetContact("it@acme.example"), SetCustomer("acme")])
def test_what_is_said_twice_is_refused(one: Intent) -> None:
    """Nobody knows which of the two is meant."""
    assert codes(on(one, one)) == ["one-at-a-time"]
