"""What did not work: the mail is kept, somebody hears of it, and no two dead mailboxes write to each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailgate.core.clocks import kept, started
from mailgate.core.effects import ChangeStatus, OpenTicket, Quarantine, RetryInbox, RetryOutbox, SetClock, TakeTurn
from mailgate.core.events import DeliveryFailed, MailUnreadable, RetryAsked, TicketRequested
from mailgate.core.hours import parse_duration
from mailgate.core.model import Activity, Channel, Direction, Door, Outcome, Status
from mailgate.core.page_effects import FailPage, Page
from mailgate.core.seen import Contact, Seen, Unheard
from mailgate.core.ticket import Line, Promise, Wait
from tests.builders import NOW, a_calendar, a_kept_callback, a_policy, a_ticket, local
from tests.core.asking import ask, letters, of, only, paged


def unreadable(*recipients: str) -> MailUnreadable:
    """A mail that broke the reader."""
    return MailUnreadable(5, Door.SMTP, "x@nowhere.example", recipients, NOW, "ValueError: boom")


def test_an_urgent_address_pages_even_for_a_mail_nobody_can_read() -> None:
    """ "Mail received, could not be read" is still an urgent mail."""
    decision = ask(unreadable("support-urgent@example.com"))
    assert only(decision, Quarantine).inbox_id == 5
    assert paged(decision) == ["tech1", "tech2", "tech3"]
    assert {page.channel for page in of(decision, Page)} == {Channel.MAIL, Channel.PAGER}
    assert [letter.to.address for letter in letters(decision, "notice")] == ["admin@example.com"]
    assert only(decision, TakeTurn).technician == "tech3"


@pytest.mark.parametrize("address", ["support-regulier@example.com", "tickets@example.com"])
def test_elsewhere_the_administrators_hear_of_it(address: str) -> None:
    """Quarantine wakes nobody at night for a regular mail."""
    decision = ask(unreadable(address))
    assert paged(decision) == []
    assert len(letters(decision, "notice")) == 1


def test_a_listed_team_has_no_turn_to_remember() -> None:
    """Only rotation moves."""
    policy = a_policy()
    team = replace(policy.teams["support"], order=policy.teams["support"].order.__class__.LISTED)
    decision = ask(unreadable("support-urgent@example.com"), policy=replace(policy, teams={"support": team}))
    assert of(decision, TakeTurn) == []


def failed(template: str, recipient: str, **changes: object) -> DeliveryFailed:
    """Our mail was refused for good."""
    event = DeliveryFailed(6, NOW, 40, template, recipient, "[#1001] Panne", "550 5.1.1 unknown user", 1001)
    return replace(event, **changes)  # type: ignore[arg-type]  # the test names the fields


def test_a_refused_notification_is_told_to_the_assignee_and_keeps_no_promise() -> None:
    """A reply that did not arrive is no contact (domain.md §1)."""
    kept_by_reply = a_kept_callback(Activity.REPLY)
    decision = ask(
        failed("notification", "chef@acme.example"),
        Seen(1002, by_token=a_ticket(assignee="tech2", callback=kept_by_reply)),
    )
    assert only(decision, SetClock).clock.kept_at is None
    assert [letter.to.address for letter in letters(decision, "notice")] == ["tech2@example.com"]
    assert "550 5.1.1" in decision.because


@pytest.mark.parametrize(("until", "paused"), [(None, 0), ("2026-11-16 12:00", 90)])
def test_an_answer_that_bounced_in_a_wait_counts_no_minute_of_it_twice(until: str | None, paused: int) -> None:
    """It was judged by the hour that the wait had lasted; owed again, the wait counts whole, and once it is over."""
    owed = started(Promise.CALLBACK, a_calendar("urgent"), parse_duration("4h"), NOW)
    late = replace(owed, due_at=local("2026-11-16 15:00"), paused_minutes=60)
    kept_by_reply = kept(late, local("2026-11-16 11:30"), "tech2", Activity.REPLY)
    wait = Wait(Status.WAITING_CUSTOMER, local("2026-11-16 10:30"), local(until) if until else None)
    ticket = a_ticket(assignee="tech2", callback=kept_by_reply, waits=(wait,))
    decision = ask(failed("notification", "chef@acme.example"), Seen(1002, by_token=ticket))
    clock = only(decision, SetClock).clock
    assert (clock.running, clock.paused_minutes) == (True, paused)


@pytest.mark.parametrize(
    ("status", "becomes"),
    [
        (Status.OPEN, []),
        (Status.WAITING_THIRD, []),
        (Status.WAITING_CUSTOMER, [Status.OPEN]),
        (Status.WAITING_VALIDATION, [Status.OPEN]),
        (Status.RESOLVED, [Status.OPEN]),
        (Status.CLOSED, [Status.OPEN]),
    ],
)
def test_an_answer_that_bounced_leaves_nobody_waiting_for_the_customer(status: Status, becomes: list[Status]) -> None:
    """They were asked nothing, and told nothing: a call-back that stands still would be no promise."""
    ticket = a_ticket(assignee="tech2", status=status, callback=a_kept_callback(Activity.REPLY))
    decision = ask(failed("notification", "chef@acme.example"), Seen(1002, by_token=ticket))
    assert [change.status for change in of(decision, ChangeStatus)] == becomes
    assert "the callback is owed again" in decision.because
    assert ("the ticket is open" in decision.because) is bool(becomes)


def test_an_answer_that_keeps_nothing_at_its_door_leaves_nobody_waiting_either() -> None:
    """Where only a call keeps the promise: it stood still for a customer whom nobody has asked anything."""
    ticket = a_ticket(status=Status.WAITING_CUSTOMER, waiting_since=NOW + timedelta(minutes=10))
    event = failed("notification", "chef@acme.example", received_at=NOW + timedelta(minutes=30))
    decision = ask(event, Seen(1002, by_token=ticket))
    assert only(decision, ChangeStatus).status is Status.OPEN
    assert only(decision, SetClock).clock.paused_minutes == 20


def test_an_earlier_answer_that_bounced_opens_nothing_again() -> None:
    """What was said after it may have arrived."""
    said = tuple(Line(NOW + timedelta(hours=hour), "tech2@example.com", Direction.OUT, "…") for hour in (0, 1))
    kept_by_reply = a_kept_callback(Activity.REPLY)
    ticket = a_ticket(status=Status.CLOSED, callback=kept_by_reply, history=said)
    earlier = failed("notification", "chef@acme.example", promised_at=NOW + timedelta(seconds=3))
    assert of(ask(earlier, Seen(1002, by_token=ticket)), ChangeStatus) == []


def test_a_ticket_that_was_resolved_by_phone_stays_so() -> None:
    """The customer knows, whatever became of the mail about it."""
    said = Line(NOW, "tech2@example.com", Direction.OUT, "Comme convenu au téléphone.")
    ticket = a_ticket(status=Status.RESOLVED, callback=a_kept_callback(Activity.CALL), history=(said,))
    called = Unheard(calls=(Contact(NOW, "tech2", Activity.CALL),))
    event = failed("notification", "chef@acme.example", promised_at=NOW)
    assert of(ask(event, Seen(1002, by_token=ticket, unheard=called)), ChangeStatus) == []


@pytest.mark.parametrize("how", [None, Activity.CALL])
def test_a_refused_mail_takes_no_call_back(how: Activity | None) -> None:
    """The call was made, whatever became of the mail."""
    made = a_kept_callback(how)
    decision = ask(failed("notification", "chef@acme.example"), Seen(1002, by_token=a_ticket(callback=made)))
    assert of(decision, SetClock) == []


def test_a_refused_page_fails_and_its_person_is_not_told_by_the_dead_address() -> None:
    """Somebody else must hear that tech1 was not reached."""
    event = failed("technician", "tech1@example.com", technician="tech1", channel=Channel.MAIL)
    decision = ask(event, Seen(1002, by_token=a_ticket(assignee="tech1")))
    assert only(decision, FailPage).outbox_id == 40
    told = [letter.to.address for letter in letters(decision, "notice")]
    assert told == ["tech4@example.com", "admin@example.com"]


def test_a_refused_notice_is_told_to_nobody() -> None:
    """Else two dead mailboxes write to each other for ever."""
    assert letters(ask(failed("notice", "admin@example.com", ticket=None)), "notice") == []


def test_a_refused_mail_without_a_ticket_goes_to_the_administrators() -> None:
    """A refusal to a stranger that bounced: a line in the journal and one mail."""
    decision = ask(failed("refused", "x@nowhere.example", ticket=None))
    assert [letter.to.address for letter in letters(decision, "notice")] == ["admin@example.com"]


@pytest.mark.parametrize(("box", "effect"), [("inbox", RetryInbox(9)), ("outbox", RetryOutbox(9))])
def test_an_operator_may_have_a_row_tried_again(box: str, effect: object) -> None:
    """Through the same pipeline as everything else."""
    assert ask(RetryAsked(7, NOW, box, 9)).effects == (effect,)


def test_a_ticket_opened_at_the_desk_is_like_a_mail_of_the_contact() -> None:
    """By phone: acknowledged, paged, with its clock."""
    asked = TicketRequested(8, NOW, "acme", "chef@acme.example", "Imprimante", "Ne marche plus", "urgent")
    decision = ask(asked)
    ticket = only(decision, OpenTicket).ticket
    assert (ticket.customer, ticket.queue, ticket.registered) == ("acme", "urgent", True)
    assert len(letters(decision, "acknowledgement")) == 1
    assert paged(decision) == ["tech1", "tech2", "tech3"]
    assert decision.outcome is Outcome.TICKET


def test_a_customer_who_left_the_rules_meanwhile_still_gets_the_ticket() -> None:
    """The row was accepted; rules change."""
    decision = ask(TicketRequested(8, NOW, "gone", "x@nowhere.example", "Aide"))
    ticket = only(decision, OpenTicket).ticket
    assert (ticket.customer, ticket.queue) == (None, "regulier")


@pytest.mark.parametrize(
    ("channel", "recipient", "carrier"),
    [
        (Channel.PAGER, "sms:main/+15145550101", "sms"),
        (Channel.PAGER, "snpp://pager.example.net/5551", "snpp"),
        (Channel.PAGER, "5145550101@pager.example.net", "mail"),
        (Channel.MAIL, "tech1@example.com", ""),
    ],
)
def test_a_lost_page_is_called_by_what_carried_it(channel: Channel, recipient: str, carrier: str) -> None:
    """Nobody looks for a text message in their mail."""
    decision = ask(failed("page", recipient, channel=channel, technician="tech1"), Seen(1002, by_token=a_ticket()))
    notices = {letter.facts.notice for letter in letters(decision, "notice")}
    assert {notice.channel for notice in notices if notice} == {carrier}
