"""Mail that continues a ticket: who may add to it, what it changes, who is told (promise 6, domain.md §5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailgate.core.effects import (
    AddMessage,
    CancelTimer,
    ChangeStatus,
    MoveToQueue,
    OpenTicket,
    SendMail,
    SetClock,
    SetTimer,
)
from mailgate.core.model import Activity, AuthVerdict, Outcome, Status, Token, TokenKind
from mailgate.core.page_effects import Page
from mailgate.core.reports import Report, ReportKind
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ending, Promise
from tests.builders import NOW, a_callback, a_kept_callback, a_mail, a_ticket, contact_token, local, received
from tests.core.asking import ask, letters, of, only, paged

DESK = "tickets+token@example.com"


def by_token(**changes: Any) -> Seen:
    """The desk knows one ticket, which the signed address names."""
    return Seen(1002, by_token=a_ticket(**changes))


def told(decision: object) -> list[str]:
    """Which technicians get a mail about it."""
    return [letter.to.address for letter in letters(decision, "technician")]  # type: ignore[arg-type]  # a Decision


def test_an_answer_to_the_signed_address_lands_in_its_ticket() -> None:
    """The everyday case: answer, and it is there; the assignee hears of it."""
    decision = ask(received(to=DESK, token=contact_token()), by_token(assignee="tech2"))
    assert (decision.outcome, decision.ticket) == (Outcome.FOLLOW_UP, 1001)
    assert only(decision, AddMessage).ticket == 1001
    assert told(decision) == ["tech2@example.com"]
    assert letters(decision, "acknowledgement") == []


def test_without_an_assignee_everybody_who_was_paged_is_told() -> None:
    """Nobody's ticket is everybody's."""
    decision = ask(received(to=DESK, token=contact_token()), by_token())
    assert told(decision) == ["tech1@example.com", "tech2@example.com", "tech3@example.com"]


def test_without_anybody_the_leads_are_told() -> None:
    """An assignee who left the firm must not swallow the customer's mail."""
    decision = ask(received(to=DESK, token=contact_token()), by_token(assignee="gone", notified=("gone",)))
    assert told(decision) == ["tech4@example.com"]


def test_a_ticket_of_a_queue_that_is_gone_still_tells_somebody() -> None:
    """Rules change under open tickets."""
    decision = ask(received(to=DESK, token=contact_token()), by_token(queue="gone", notified=()))
    assert told(decision) == ["tech4@example.com"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.WAITING_CUSTOMER, Status.OPEN),
        (Status.WAITING_VALIDATION, Status.OPEN),
        (Status.RESOLVED, Status.OPEN),
        (Status.CLOSED, Status.OPEN),
    ],
)
def test_an_answer_brings_the_ticket_back(before: Status, after: Status) -> None:
    """It is the desk's turn again (domain.md §5)."""
    decision = ask(received(to=DESK, token=contact_token()), by_token(status=before))
    assert only(decision, ChangeStatus).status is after


@pytest.mark.parametrize("status", [Status.NEW, Status.OPEN, Status.WAITING_THIRD, Status.PARKED])
def test_an_answer_leaves_other_statuses_alone(status: Status) -> None:
    """A third party's turn does not end because the customer writes."""
    decision = ask(received(to=DESK, token=contact_token()), by_token(status=status))
    assert of(decision, ChangeStatus) == []


@pytest.mark.parametrize("text", ["Merci beaucoup !", "Parfait, merci.\n\nChantal Chef", "Thank you so much", "Super"])
def test_a_bare_thank_you_reopens_nothing(text: str) -> None:
    """Politeness must not put a closed ticket back on somebody's list."""
    decision = ask(received(a_mail(text=text), to=DESK, token=contact_token()), by_token(status=Status.RESOLVED))
    assert of(decision, ChangeStatus) == []
    assert told(decision) == []


@pytest.mark.parametrize("text", ["Merci, mais ça ne marche toujours pas.", "Merci ?", "Bonjour", "", "merci " * 30])
def test_thanks_with_something_beside_it_reopens(text: str) -> None:
    """When unsure, somebody looks."""
    decision = ask(received(a_mail(text=text), to=DESK, token=contact_token()), by_token(status=Status.CLOSED))
    assert only(decision, ChangeStatus).status is Status.OPEN


def test_waiting_for_the_customer_pushes_the_promise_back() -> None:
    """An hour of the customer's own silence is not the desk's hour."""
    since = local("2026-11-16 09:15")
    callback = a_callback("urgent", local("2026-11-16 09:00"), local("2026-11-16 10:00"))
    seen = by_token(status=Status.WAITING_CUSTOMER, waiting_since=since, callback=callback)
    decision = ask(received(to=DESK, token=contact_token()), seen)
    moved = only(decision, SetClock).clock
    assert (moved.due_at, moved.paused_minutes) == (local("2026-11-16 10:45"), 45)
    assert only(decision, CancelTimer).kind == "waiting-over"


def test_whoever_is_told_reads_the_promises_as_they_stand_now() -> None:
    """Nobody was late while it was the customer's turn, and a ticket that has its answer closes by no silence; also at
    the door that promises sooner."""
    owed = a_callback("regulier", local("2026-11-16 08:30"), local("2026-11-16 09:45"))
    closing = replace(owed, promise=Promise.CLOSING, due_at=local("2026-11-30 09:15"))
    waiting = {"status": Status.WAITING_CUSTOMER, "waiting_since": local("2026-11-16 09:15"), "notified": ("tech1",)}
    seen = by_token(queue="regulier", clocks=(owed, closing), **waiting)
    (answered,) = letters(ask(received(to=DESK, token=contact_token()), seen), "technician")
    called = of(ask(received(token=contact_token()), seen), Page)[0].letter
    for facts in (answered.facts, called.facts):
        assert facts.ticket is not None
        assert (facts.ticket.status, facts.ticket.clocks) == ("open", ())
        assert facts.ticket.first is not None
        assert facts.ticket.first.due_at == local("2026-11-16 10:30")


@pytest.mark.parametrize(
    "changes",
    [
        {"callback": None},
        {"waiting_since": None},
        {"waiting_since": NOW},
        {"callback": a_callback("urgent", NOW, local("2026-11-16 09:00"))},
        {"callback": a_kept_callback(Activity.CALL)},
    ],
)
def test_a_pause_that_took_no_time_moves_no_promise(changes: dict[str, object]) -> None:
    """Nothing owed, nothing paused, or already late. (A clock that goes on is set, for its warnings.)"""
    seen = by_token(**{"status": Status.WAITING_CUSTOMER, "waiting_since": local("2026-11-16 09:30"), **changes})
    decision = ask(received(to=DESK, token=contact_token()), seen)
    before = seen.by_token.callback if seen.by_token else None
    assert all(effect.clock == before for effect in of(decision, SetClock))


def test_an_automatic_answer_joins_the_story_and_nothing_else() -> None:
    """An out-of-office neither reopens nor keeps a promise, and nobody is woken for it."""
    mail = a_mail(headers=(("auto-submitted", "auto-replied"),))
    decision = ask(received(mail, to=DESK, token=contact_token()), by_token(status=Status.CLOSED))
    assert decision.outcome is Outcome.RECORDED
    assert [type(effect) for effect in decision.effects] == [AddMessage]
    assert only(decision, AddMessage).automatic


def test_references_to_our_mails_are_enough_for_the_same_firm() -> None:
    """Some mail programs answer to From and lose the signed address."""
    event = received(a_mail("it@acme.example"))
    decision = ask(event, Seen(1002, by_thread=a_ticket()))
    assert (decision.outcome, decision.ticket) == (Outcome.FOLLOW_UP, 1001)


def test_references_of_a_stranger_open_another_ticket() -> None:
    """Message-IDs travel in forwards; a stranger who has one joins nothing (A33)."""
    decision = ask(received(a_mail("x@nowhere.example")), Seen(1002, by_thread=a_ticket(), by_reference=a_ticket()))
    assert only(decision, OpenTicket).ticket.number == 1002


def test_a_foreign_message_id_threads_within_the_customer() -> None:
    """The customer adds to their own mail before our answer reached them."""
    decision = ask(received(a_mail("it@acme.example")), Seen(1002, by_reference=a_ticket()))
    assert decision.ticket == 1001


def test_a_subject_tag_threads_only_for_somebody_who_takes_part() -> None:
    """Numbers can be guessed (A29)."""
    assert ask(received(), Seen(1002, by_tag=a_ticket())).ticket == 1001
    assert ask(received(a_mail("it@acme.example")), Seen(1002, by_tag=a_ticket())).ticket == 1002


def test_a_forged_sender_does_not_thread_by_what_anybody_knows() -> None:
    """Our relay says that the From is false: then only the signed address counts."""
    seen = Seen(1002, by_thread=a_ticket(), by_reference=a_ticket(), by_tag=a_ticket())
    assert ask(received(verdict=AuthVerdict.FAIL), seen).ticket == 1002


def test_a_token_of_a_ticket_that_is_gone_starts_a_new_one() -> None:
    """A restored backup may not know it; the mail is not lost."""
    assert ask(received(to=DESK, token=contact_token()), Seen(1002)).outcome is Outcome.TICKET


def test_the_urgent_door_takes_a_regular_ticket_over() -> None:
    """Nobody who writes to the urgent door waits for the regular promise; those already paged are not paged again."""
    ticket = a_ticket(
        queue="regulier", callback=a_callback("regulier", NOW, local("2026-11-16 14:00")), notified=("tech1",)
    )
    decision = ask(received(token=contact_token()), Seen(1002, by_token=ticket))
    assert only(decision, MoveToQueue).queue == "urgent"
    earlier, callback = (effect.clock for effect in of(decision, SetClock))
    assert (earlier.ending, callback.due_at) == (Ending.NO_LONGER, local("2026-11-16 11:00"))
    assert paged(decision) == ["tech2", "tech3", "tech4"]


def test_moving_to_the_urgent_door_never_makes_a_promise_later() -> None:
    """An earlier deadline that is still owed stays; and the ticket is brought back."""
    owed = a_callback("regulier", NOW, local("2026-11-16 10:05"))
    ticket = a_ticket(queue="regulier", callback=owed, status=Status.WAITING_CUSTOMER)
    decision = ask(received(token=contact_token()), Seen(1002, by_token=ticket))
    assert only(decision, SetClock).clock == owed
    assert only(decision, ChangeStatus).status is Status.OPEN
    assert of(decision, CancelTimer)


def test_a_resolved_ticket_comes_back_at_the_urgent_door() -> None:
    """Reopened, with a clock of its own, for whoever takes it."""
    ticket = a_ticket(queue="regulier", callback=None, status=Status.RESOLVED)
    decision = ask(received(token=contact_token()), Seen(1002, by_token=ticket))
    assert only(decision, ChangeStatus).status is Status.NEW


@pytest.mark.parametrize("queue", ["urgent", "gone"])
def test_a_ticket_already_there_or_of_a_lost_queue(queue: str) -> None:
    """The same queue moves nothing; a queue that left the rules gives way to the addressed one."""
    decision = ask(received(token=contact_token()), by_token(queue=queue))
    assert bool(of(decision, MoveToQueue)) is (queue == "gone")


def test_our_own_mail_coming_back_is_only_noted() -> None:
    """A forwarder that returns our mails must not turn them into tickets."""
    assert ask(received(ours=True), Seen(1002)).outcome is Outcome.RECORDED
    known = ask(received(ours=True), Seen(1002, by_thread=a_ticket()))
    assert (known.effects, known.ticket) == ((), 1001)


def test_a_report_at_a_return_address_stays_with_its_ticket() -> None:
    """The bounce of a mail about #1001 belongs to #1001 and is answered by nobody."""
    event = received(
        a_mail(report=Report(ReportKind.DELIVERY)), to=DESK, envelope_from="", token=Token(TokenKind.BOUNCE, 12, 7)
    )
    decision = ask(event, by_token())
    assert (decision.outcome, decision.ticket) == (Outcome.RECORDED, 1001)
    assert only(decision, AddMessage).automatic
    assert ask(event, Seen(1002)).effects == ()


def test_nobody_is_told_twice_what_they_were_told_by_the_clock() -> None:
    """A customer's mail sets no timer."""
    decision = ask(received(to=DESK, token=contact_token()), by_token())
    assert of(decision, SetTimer) == []
    assert all(isinstance(effect, AddMessage | SendMail) for effect in decision.effects)


def test_a_reply_that_once_kept_the_promise_keeps_it() -> None:
    """A customer's answer does not reopen a promise that was kept."""
    kept = a_kept_callback(Activity.CALL)
    decision = ask(received(to=DESK, token=contact_token()), by_token(status=Status.RESOLVED, callback=kept))
    assert of(decision, SetClock) == []
