"""A new request: ticket, acknowledgement, pages and clock in one decision (domain.md §1 and §3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.conditions import Condition, Like
from mailgate.core.effects import AddMessage, Assign, OpenTicket, SendMail
from mailgate.core.letters import Tone
from mailgate.core.model import Address, Channel, Identity, Mail, MailKind, Outcome
from mailgate.core.page_effects import Page
from mailgate.core.people import Contact
from mailgate.core.policy import Actions, Rule
from mailgate.core.reports import Report, ReportKind
from tests.builders import a_mail, a_policy, local, received
from tests.core.asking import ask, letters, of, only, paged
from tests.core.firms import with_rule


def test_a_mail_to_the_urgent_door_does_the_four_things() -> None:
    """Logged, acknowledged, three people notified by mail and pager, the clock started: the product in one mail."""
    decision = ask(received())
    ticket = only(decision, OpenTicket).ticket
    assert decision.outcome is Outcome.TICKET
    assert (ticket.number, ticket.customer, ticket.requester.mail) == (1001, "acme", "chef@acme.example")
    assert ticket.callback is not None
    assert ticket.callback.due_at == local("2026-11-16 11:00")
    assert len(letters(decision, "acknowledgement")) == 1
    assert paged(decision) == ["tech1", "tech2", "tech3"]
    assert [page.channel for page in of(decision, Page)] == [Channel.MAIL, Channel.PAGER] * 3


def test_the_regular_door_notifies_two() -> None:
    """The number is the queue's promise, not the team's size."""
    assert len(paged(ask(received(to="support-regulier@example.com")))) == 2


def test_of_two_doors_the_one_that_promises_sooner_counts() -> None:
    """One mail to both is one ticket, and nobody waits four hours for it."""
    both = received(recipients=("support-regulier@example.com", "support-urgent@example.com"))
    assert only(ask(both), OpenTicket).ticket.queue == "urgent"


def test_the_desks_own_address_opens_in_the_first_queue() -> None:
    """An expired or foreign token counts as no token, and the mail is not lost."""
    decision = ask(received(to="tickets+expired@example.com"))
    assert only(decision, OpenTicket).ticket.queue == "regulier"


def test_a_contact_is_acknowledged_at_the_registered_address() -> None:
    """Whatever the envelope says: the answer goes to the person the customer named."""
    (letter,) = letters(ask(received(envelope_from="relay@acme.example")), "acknowledgement")
    assert letter.to.address == "chef@acme.example"
    assert letter.tone is Tone.REPLIED
    assert letter.facts.ticket is not None
    assert letter.facts.ticket.subject == "Panne du serveur"


def test_a_stranger_is_acknowledged_with_nothing_of_their_own_words() -> None:
    """Otherwise anybody could make the desk send their text to anybody (A35, I13)."""
    mail = replace(a_mail(), sender=Address("victim@nowhere.example", "BUY NOW"))
    decision = ask(received(mail, envelope_from="victim@nowhere.example"))
    (letter,) = letters(decision, "acknowledgement")
    assert letter.to.name == ""
    assert letter.facts.ticket is not None
    assert letter.facts.ticket.subject is None
    assert letter.facts.message is None
    assert letter.facts.contact is not None
    assert letter.facts.contact.name == ""
    assert decision.findings.identity is Identity.UNKNOWN


def test_an_ambiguous_from_is_nobody() -> None:
    """Two mailboxes in From: never "the first one wins" (hazards §2.4); the envelope sender is answered."""
    decision = ask(received(a_mail(None), envelope_from="chef@acme.example"))
    assert decision.findings.identity is Identity.UNKNOWN
    assert letters(decision, "acknowledgement")[0].to.address == "chef@acme.example"


STRANGER = "x@nowhere.example"
SILENT = {
    "null reverse-path": received(envelope_from=""),
    "autoresponder": received(a_mail(headers=(("auto-submitted", "auto-replied"),))),
    "vacation": received(a_mail(headers=(("x-autoreply", "yes"),))),
    "exchange": received(a_mail(headers=(("x-auto-response-suppress", "All"),))),
    "precedence": received(a_mail(headers=(("precedence", "auto_reply"),))),
    "list": received(a_mail(headers=(("list-id", "<news.acme.example>"),))),
    "bulk": received(a_mail(headers=(("precedence", "bulk"),))),
    "report": received(a_mail(report=Report(ReportKind.DELIVERY))),
    "robot": received(a_mail("no-reply@robots.example")),
    "daemon": received(a_mail("mailer-daemon@robots.example")),
    "ourselves": received(a_mail("support-regulier@example.com")),
    "our desk": received(a_mail("tickets+abc@example.com")),
    "a stranger in our door's name": received(a_mail(STRANGER), envelope_from="Support-Urgent@example.com"),
    "a stranger in the name of a signed address": received(a_mail(STRANGER), envelope_from="tickets+abc@example.com"),
    "a form of a web site": received(a_mail(STRANGER), envelope_from="no-reply@hosting.example"),
    "a postmaster's envelope": received(a_mail(STRANGER), envelope_from="postmaster@hosting.example"),
}


@pytest.mark.parametrize("name", SILENT)
def test_an_automatic_mail_is_never_acknowledged(name: str) -> None:
    """Two programs that answer each other never stop (RFC 3834 §2)."""
    decision = ask(SILENT[name])
    assert letters(decision, "acknowledgement") == []
    assert decision.outcome is Outcome.TICKET
    assert "not answered" in decision.because


def test_whom_no_answer_reaches_asks_nobody_for_release() -> None:
    """What is not answered is not counted: a forged colleague could write to every contact without end."""
    colleague = a_mail("stagiaire@acme.example")
    decisions = [ask(received(colleague, envelope_from=one)) for one in ("no-reply@hosting.example", STRANGER)]
    assert [len(letters(one, "parked")) for one in decisions] == [0, 3]


def test_an_automatic_mail_still_opens_and_pages() -> None:
    """A forged Auto-Submitted must not silence an outage (A34)."""
    assert paged(ask(SILENT["autoresponder"])) == ["tech1", "tech2", "tech3"]


def test_auto_submitted_no_is_a_person() -> None:
    """RFC 3834 §5: the keyword "no" says that a human sent it."""
    decision = ask(received(a_mail(headers=(("auto-submitted", "no (really)"),))))
    assert decision.findings.kind is MailKind.PERSON
    assert len(letters(decision, "acknowledgement")) == 1


def test_a_rule_sets_everything_it_may_set() -> None:
    """One rule, all of `then` (interfaces.md §4)."""
    policy = with_rule(
        queue="regulier", priority="P1", severity="critique", kind="training", level=2, assign="tech3", notify=1,
        tag=("vip",), template="accueil",
    )  # fmt: skip
    decision = ask(received(), policy=policy)
    ticket = only(decision, OpenTicket).ticket
    assert (ticket.queue, ticket.priority, ticket.severity, ticket.kind) == ("regulier", "P1", "critique", "training")
    assert (ticket.level, ticket.assignee, ticket.tags) == (2, "tech3", ("vip",))
    assert paged(decision) == ["tech3"]
    assert len(letters(decision, "accueil")) == 1
    assert of(decision, Assign) == []


def test_a_rule_may_name_the_customer() -> None:
    """A contact's private address, mapped by the administrator."""
    decision = ask(received(a_mail("chantal@home.example")), policy=with_rule(customer="acme"))
    assert only(decision, OpenTicket).ticket.customer == "acme"


def test_the_customer_may_choose_a_severity_in_the_mail() -> None:
    """A line such as "Criticité : haute" (domain.md §4), with the no-break space that French puts there."""
    mail = a_mail(text="Bonjour,\nCriticité\u00a0: Haute\nrien ne marche")
    assert only(ask(received(mail)), OpenTicket).ticket.severity == "haute"
    unknown = a_mail(text="Criticité : énorme")
    assert only(ask(received(unknown)), OpenTicket).ticket.severity is None


def test_the_customers_language_decides_and_then_the_mails() -> None:
    """The rules first, then what the person wrote in, then the desk's."""
    english = a_mail("x@nowhere.example", language="en")
    german = a_mail("x@nowhere.example", language="de")
    assert only(ask(received(a_mail(language="en"))), OpenTicket).ticket.language == "fr-CA"
    assert only(ask(received(english)), OpenTicket).ticket.language == "en"
    assert only(ask(received(german)), OpenTicket).ticket.language == "fr-CA"
    policy = a_policy()
    own = replace(policy.customers["acme"], contacts=(Contact("chef@acme.example", language="en"),))
    decision = ask(received(), policy=replace(policy, customers={"acme": own}))
    assert only(decision, OpenTicket).ticket.language == "en"


def test_the_mail_itself_is_the_first_message_of_the_ticket() -> None:
    """With its raw row, so that nothing of it can be forgotten."""
    message = only(ask(received(inbox_id=7)), AddMessage)
    assert (message.inbox_id, message.text, message.automatic) == (7, "Bonjour, rien ne marche.", False)


@pytest.mark.parametrize(
    ("references", "expected"), [((), "Voyez ci-dessous."), (("<x@v.example>",), "Voyez ci-dessous.\n> Erreur 12")]
)
def test_an_answer_to_a_mail_we_never_saw_is_passed_on_with_its_quote(
    references: tuple[str, ...], expected: str
) -> None:
    """What it answers is in no ticket, so nobody at the desk could look it up."""
    mail = a_mail(text="Voyez ci-dessous.", body="Voyez ci-dessous.\n> Erreur 12", references=references)
    decision = ask(received(mail))
    assert only(decision, AddMessage).text == expected
    told = of(decision, Page)[0].letter.facts.message
    assert told is not None
    assert told.text == expected


def test_the_acknowledgement_is_part_of_the_story() -> None:
    """Whoever takes over reads what the customer was promised."""
    acknowledgement = next(effect for effect in of(ask(received()), SendMail))
    assert acknowledgement.record


def test_a_technician_may_ask_for_help_as_anybody() -> None:
    """Without a token and without a command, a mail to a queue is a request."""
    mail = a_mail("tech1@example.com")
    decision = ask(received(mail, to="support-regulier@example.com"))
    assert decision.outcome is Outcome.TICKET
    assert only(decision, OpenTicket).ticket.requester.mail == "tech1@example.com"


def test_a_rule_that_looks_at_the_sender_leaves_others_alone() -> None:
    """And says which condition failed."""
    rule = Rule("vip", "rules/60.toml", 4, Condition((("from", Like("*@vip.example")),)), Actions(priority="P1"))
    decision = ask(received(), policy=a_policy(rules=(rule,)))
    (trace,) = decision.findings.rules
    assert not trace.matched
    assert trace.why == "from is 'chef@acme.example', not like '*@vip.example'"


def test_an_empty_mail_is_a_request_too() -> None:
    """No subject, no text, no Message-ID: somebody still needs an answer."""
    decision = ask(received(Mail(Address("chef@acme.example"))))
    assert decision.outcome is Outcome.TICKET
    assert letters(decision, "acknowledgement")[0].in_reply_to == ""
