"""A mail that did not arrive is no contact, is told once, and marks its address."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailgate.core.bounces import CALLED_SPAM, told_reason
from mailgate.core.classify import REPORTS
from mailgate.core.decision import Decision
from mailgate.core.effects import AddMessage, ClearAddress, MarkAddress, OpenTicket, SendMail, SetClock, SetFate
from mailgate.core.model import Activity, AuthVerdict, Channel, Direction, MailKind, Outcome, Token
from mailgate.core.model import TokenKind as Kind
from mailgate.core.page_effects import FailPage
from mailgate.core.reports import SUPERSEDES, WORST_FIRST, Fate, Fated, Report, ReportKind
from mailgate.core.seen import Seen, Sent
from mailgate.core.ticket import Line
from tests.builders import NOW, a_kept_callback, a_mail, a_ticket, received
from tests.core.asking import ask, letters, of, only

CHEF = "chef@acme.example"
KEPT = a_kept_callback(Activity.REPLY)
ANSWERED = a_ticket(assignee="tech2", callback=KEPT)
SENT = Sent(12, "notification", CHEF, "[#1001] Panne", proven=True)
NO_SUCH_USER = Fated(CHEF, Fate.HARD, "5.1.1", "user unknown")


def report(*fated: Fated, kind: ReportKind = ReportKind.DELIVERY) -> Report:
    """A report of some mail system."""
    return Report(kind, fated, "<1001.x@example.com>")


def returned(what: Report, sent: Sent = SENT, **seen: object) -> Decision:
    """The report comes to the return address of `sent`."""
    event = received(
        a_mail("mailer-daemon@acme.example", report=what),
        to="tickets+t@example.com",
        envelope_from="",
        token=Token(Kind.BOUNCE, 12, 7) if sent.proven else None,
    )
    return ask(event, Seen(1002, **{"sent": sent, "by_token": ANSWERED, **seen}))  # type: ignore[arg-type]  # the test names the fields


def test_the_tables_are_total() -> None:
    """A new fate or kind of report must find its place."""
    assert set(WORST_FIRST) == set(Fate)
    assert set(REPORTS) == set(ReportKind)
    assert set(SUPERSEDES) == {None, *Fate}


def test_an_answer_that_bounced_keeps_no_promise() -> None:
    """domain.md §1: a reply that bounced does not keep it; the assignee is told, the address is marked."""
    decision = returned(report(NO_SUCH_USER))
    assert (decision.outcome, decision.ticket) == (Outcome.RECORDED, 1001)
    assert only(decision, SetClock).clock.kept_at is None
    assert only(decision, SetFate) == SetFate(12, Fate.HARD, "5.1.1 user unknown", NOW)
    assert only(decision, MarkAddress) == MarkAddress(CHEF, Fate.HARD, "5.1.1 user unknown", NOW)
    assert [letter.to.address for letter in letters(decision, "notice")] == ["tech2@example.com"]
    assert only(decision, AddMessage).automatic
    assert "did not arrive and never will: 5.1.1 user unknown" in decision.because


def test_a_full_mailbox_is_not_for_ever_but_no_contact_either() -> None:
    """Soft: this mail did not arrive."""
    decision = returned(report(Fated(CHEF, Fate.SOFT, "5.2.2", "mailbox full")))
    assert only(decision, SetClock).clock.kept_at is None
    assert only(decision, MarkAddress).fate is Fate.SOFT


def test_a_delayed_mail_is_still_under_way() -> None:
    """The relay goes on trying: nothing is taken back, nobody is alarmed."""
    decision = returned(report(Fated(CHEF, Fate.DELAYED, "4.4.1", "no route")))
    assert only(decision, SetFate).fate is Fate.DELAYED
    assert [of(decision, kind) for kind in (SetClock, MarkAddress, SendMail)] == [[], [], []]


def test_a_delivered_mail_clears_its_address() -> None:
    """It works again."""
    decision = returned(report(Fated(CHEF, Fate.DELIVERED, "2.0.0")))
    assert only(decision, ClearAddress).address == CHEF


def test_the_same_loss_is_told_once() -> None:
    """Some systems report on several days."""
    decision = returned(report(NO_SUCH_USER), replace(SENT, fate=Fate.HARD))
    assert [type(effect) for effect in decision.effects] == [AddMessage]


@pytest.mark.parametrize(
    ("known", "said", "told"),
    [
        (Fate.DELIVERED, Fate.DELAYED, False),
        (Fate.HARD, Fate.DELIVERED, False),
        (Fate.HARD, Fate.DELAYED, False),
        (Fate.SOFT, Fate.HARD, True),
        (Fate.DELAYED, Fate.DELIVERED, True),
        (Fate.DELIVERED, Fate.SOFT, True),
    ],
)
def test_reports_that_come_out_of_order_undo_nothing(known: Fate, said: Fate, told: bool) -> None:
    """A warning that a slow relay sends after the mail has arrived is no news."""
    decision = returned(report(Fated(CHEF, said)), replace(SENT, fate=known))
    assert bool(of(decision, SetFate)) is told


def test_a_forwarded_recipient_still_counts_for_our_mail() -> None:
    """The return address is of one mail to one recipient: the report may name where that one forwards to."""
    decision = returned(report(Fated("chef@gmail.example", Fate.HARD, "5.1.1", "gone")))
    assert only(decision, MarkAddress).address == CHEF


def test_a_report_of_nobody_by_name_is_about_whom_we_wrote_to() -> None:
    """The return address says it; a Message-ID that others know does not."""
    nobody = Report(ReportKind.DELIVERY, (), "<1001.x@example.com>", Fated("", Fate.SOFT, "", "mailbox full"))
    assert only(returned(nobody), MarkAddress) == MarkAddress(CHEF, Fate.SOFT, "mailbox full", NOW)
    assert of(returned(nobody, replace(SENT, proven=False)), MarkAddress) == []


def test_of_several_fates_the_gravest_is_told() -> None:
    """An alias of two mailboxes, one of them dead."""
    decision = returned(report(Fated("a@acme.example", Fate.DELIVERED), NO_SUCH_USER))
    assert only(decision, SetFate).fate is Fate.HARD


def test_a_message_id_alone_is_believed_for_the_very_recipient() -> None:
    """Identifiers travel in forwards."""
    by_id = replace(SENT, proven=False)
    assert only(returned(report(NO_SUCH_USER), by_id), MarkAddress).address == CHEF
    nobody = returned(report(replace(NO_SUCH_USER, address="x@nowhere.example")), by_id)
    assert [type(effect) for effect in nobody.effects] == [AddMessage]


def test_a_forged_report_without_the_return_address_is_not_believed() -> None:
    """A failing verdict and nothing but an identifier that others may know."""
    mail = a_mail("mailer-daemon@acme.example", report=report(NO_SUCH_USER))
    event = received(mail, to="tickets@example.com", verdict=AuthVerdict.FAIL)
    decision = ask(event, Seen(1002, sent=replace(SENT, proven=False), by_token=ANSWERED))
    assert of(decision, SetFate) == []


def test_a_page_that_bounced_failed() -> None:
    """Somebody else hears that tech1 was not reached."""
    page = Sent(12, "technician", "tech1@example.com", "URGENT", True, "tech1", Channel.MAIL)
    decision = returned(report(Fated("tech1@example.com", Fate.HARD, "5.1.1", "gone")), page)
    assert only(decision, FailPage).outbox_id == 12
    assert of(decision, SetClock) == []


@pytest.mark.parametrize(("later", "owed"), [(False, True), (True, False)])
def test_only_the_answer_that_kept_the_promise_takes_it_back(later: bool, owed: bool) -> None:
    """A second answer that bounced leaves the first one standing."""
    lines = [Line(NOW, "tech2@example.com", Direction.OUT, "un")]
    lines += [Line(NOW + timedelta(hours=1), "tech2@example.com", Direction.OUT, "deux")] * later
    ticket = replace(ANSWERED, history=tuple(lines))
    written = NOW + timedelta(hours=2) if later else NOW + timedelta(seconds=3)
    decision = returned(report(NO_SUCH_USER), replace(SENT, promised_at=written), by_token=ticket)
    assert bool(of(decision, SetClock)) is owed


def test_a_read_receipt_is_kept_and_means_nothing() -> None:
    """An automatic word is no contact."""
    decision = returned(report(kind=ReportKind.RECEIPT))
    assert decision.findings.kind is MailKind.RECEIPT
    assert [type(effect) for effect in decision.effects] == [AddMessage]


def test_a_complaint_is_told_to_the_administrators() -> None:
    """Somebody calls the desk's mail spam: before the provider blocks all of it."""
    decision = returned(report(kind=ReportKind.COMPLAINT))
    assert decision.findings.kind is MailKind.COMPLAINT
    assert [letter.to.address for letter in letters(decision, "notice")] == ["admin@example.com"]
    assert only(decision, SetFate) == SetFate(12, Fate.DELIVERED, CALLED_SPAM, NOW)


@pytest.mark.parametrize(
    ("fate", "reason", "words"),
    [(Fate.DELIVERED, CALLED_SPAM, "told before"), (Fate.HARD, "5.1.1 gone", "it did not arrive")],
)
def test_a_complaint_is_told_once(fate: Fate, reason: str, words: str) -> None:
    """Else whoever has a mail of ours could fill the administrators' mailboxes, and none is read."""
    decision = returned(report(kind=ReportKind.COMPLAINT), replace(SENT, fate=fate, reason=reason, proven=False))
    assert [type(effect) for effect in decision.effects] == [AddMessage]
    assert words in decision.because


def test_a_report_that_says_nothing_is_kept_only() -> None:
    """A format that nobody could read: the story has it."""
    decision = returned(report())
    assert [type(effect) for effect in decision.effects] == [AddMessage]
    assert "believed in nothing" in decision.because


def test_a_person_who_writes_to_a_return_address_is_heard() -> None:
    """Some programs answer Return-Path; a person's words are told to people."""
    event = received(to="tickets+t@example.com", token=Token(Kind.BOUNCE, 12, 7))
    decision = ask(event, Seen(1002, sent=SENT, by_token=ANSWERED))
    assert (decision.outcome, decision.ticket) == (Outcome.FOLLOW_UP, 1001)
    assert [letter.to.address for letter in letters(decision, "technician")] == ["tech2@example.com"]


def test_a_stranger_who_writes_to_a_return_address_starts_a_ticket() -> None:
    """It is no capability; the desk sees which ticket they may mean."""
    event = received(a_mail("x@nowhere.example"), to="tickets+t@example.com", token=Token(Kind.BOUNCE, 12, 7))
    decision = ask(event, Seen(1002, sent=SENT, by_token=ANSWERED))
    assert only(decision, OpenTicket).ticket.number == 1002
    assert "it may belong to #1001" in decision.because


def test_who_writes_from_a_marked_address_clears_it() -> None:
    """Somebody is there after all."""
    event = received(to="tickets+t@example.com")
    assert only(ask(event, Seen(1002, marked=frozenset({CHEF}))), ClearAddress).address == CHEF
    forged = received(to="tickets+t@example.com", verdict=AuthVerdict.FAIL)
    assert of(ask(forged, Seen(1002, marked=frozenset({CHEF}))), ClearAddress) == []


@pytest.mark.parametrize(
    ("fated", "words"),
    [
        (Fated(CHEF, Fate.HARD, "5.1.1", "user unknown"), "5.1.1 user unknown"),
        (Fated(CHEF, Fate.HARD, "5.1.1", "550 5.1.1 user unknown"), "550 5.1.1 user unknown"),
        (Fated(CHEF, Fate.HARD, "5.1.1"), "5.1.1"),
        (Fated(CHEF, Fate.HARD), "no reason given"),
    ],
)
def test_a_reason_has_its_code_once(fated: Fated, words: str) -> None:
    """In words, as the issue wants."""
    assert told_reason(fated) == words
