"""The customer says nothing: reminded, warned, closed, in business days; or answers on the way (domain.md §5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.changes import Change
from mailgate.core.clockwork import clocks_after
from mailgate.core.decision import Decision
from mailgate.core.effects import ChangeStatus, SetClock, SetTimer
from mailgate.core.events import TimerFired
from mailgate.core.hours import parse_duration
from mailgate.core.intents import AskValidation, Close, Intent, Resolve, Wait
from mailgate.core.model import Status
from mailgate.core.policy import Closing, Policy
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ending, Promise, Ticket
from tests.builders import a_ticket, contact_token, local, received
from tests.core.asking import ask, letters, of, only
from tests.core.grading import FIRM, born, clock, due, ending, set_clocks, step, taken
from tests.core.working import answer

CLOSING, VALIDATION = Promise.CLOSING, Promise.VALIDATION
WAITING = step(taken(severity=None, priority=None), "11:00", status=Status.WAITING_CUSTOMER)
ASKED = step(taken(severity=None, priority=None), "11:00", status=Status.WAITING_VALIDATION)
RESOLVED = step(taken(severity=None, priority=None), "11:00", status=Status.RESOLVED)


def fire(ticket: Ticket, promise: Promise, at: str, policy: Policy = FIRM) -> Decision:
    """The timer of a silence fires at a local time."""
    event = TimerFired(7, f"{promise}-warning", 1001, local(at))
    return ask(event, Seen(1002, by_token=ticket), policy, local(at))


def mails(decision: Decision) -> list[tuple[str, str]]:
    """Template and notice of every mail to the customer."""
    found = [one for name in ("reminder", "validation", "closing") for one in letters(decision, name)]
    return [(one.template, one.facts.notice.code if one.facts.notice else "") for one in found]


def next_look(decision: Decision) -> SetTimer:
    """The one timer."""
    return only(decision, SetTimer)


def by(ticket: Ticket) -> Seen:
    """The desk knows the ticket by a signed address."""
    return Seen(1002, by_token=ticket)


@pytest.mark.parametrize(
    ("ticket", "promise", "template"), [(WAITING, CLOSING, "reminder"), (ASKED, VALIDATION, "validation")]
)
def test_the_desk_reminds_then_warns_then_closes(ticket: Ticket, promise: Promise, template: str) -> None:
    """After three, seven and ten working days; each time one mail."""
    first = fire(ticket, promise, "2026-11-19 11:00")
    assert mails(first) == [(template, "reminder")]
    assert next_look(first).due_at == local("2026-11-25 11:00")
    second = fire(ticket, promise, "2026-11-25 11:00")
    assert mails(second) == [(template, "last-reminder")]
    assert next_look(second).due_at == local("2026-11-30 11:00")
    last = fire(ticket, promise, "2026-11-30 11:00")
    assert mails(last) == [("closing", "closed-by-silence")]
    assert only(last, ChangeStatus).status is Status.CLOSED
    assert of(last, SetTimer) == []


def test_the_first_look_is_when_the_first_reminder_is_due() -> None:
    """Set by the mail that begins the wait."""
    decision = ask(answer(Wait(Status.WAITING_CUSTOMER), received_at=local("2026-11-16 11:00")), by(taken()), FIRM)
    assert SetTimer(1001, "closing-warning", local("2026-11-19 11:00")) in of(decision, SetTimer)


@pytest.mark.parametrize("at", ["2026-11-18 09:00", "2026-11-20 09:00", "2026-11-26 09:00"])
@pytest.mark.parametrize(("ticket", "promise"), [(WAITING, CLOSING), (ASKED, VALIDATION)])
def test_the_customers_answer_ends_the_silence_at_every_point(at: str, ticket: Ticket, promise: Promise) -> None:
    """Before the reminder, after it, after the warning: back to work, and the timer that was set is harmless."""
    event = received(to="tickets+t@example.com", token=contact_token(), received_at=local(at))
    decision = ask(event, by(ticket), FIRM, local(at))
    assert only(decision, ChangeStatus).status is Status.OPEN
    assert not set_clocks(decision, promise)[-1].running
    assert fire(step(ticket, local(at), status=Status.OPEN), promise, "2026-11-30 11:00").effects == ()


def test_an_answer_reopens_what_silence_closed() -> None:
    """Closing is no door that shuts."""
    closed = step(WAITING, local("2026-11-30 11:00"), status=Status.CLOSED)
    event = received(to="tickets+t@example.com", token=contact_token(), received_at=local("2026-12-07 09:00"))
    assert only(ask(event, by(closed), FIRM), ChangeStatus).status is Status.OPEN


def test_silence_is_told_to_whoever_has_the_ticket() -> None:
    """They waited for an answer; of a resolved one they know."""
    assert [one.to.address for one in letters(fire(WAITING, CLOSING, "2026-11-30 11:00"), "technician")] == [
        "tech2@example.com"
    ]
    assert letters(fire(RESOLVED, CLOSING, "2026-11-23 11:00"), "technician") == []


def test_a_resolved_request_closes_without_a_reminder() -> None:
    """Five working days; nobody is asked for anything, nor told that they were silent: they may have validated it."""
    decision = ask(answer(Resolve(), received_at=local("2026-11-16 11:00")), by(taken()), FIRM)
    assert SetTimer(1001, "closing-warning", local("2026-11-23 11:00")) in of(decision, SetTimer)
    closed = fire(RESOLVED, CLOSING, "2026-11-23 11:00")
    assert mails(closed) == [("closing", "")]
    assert "resolved long enough" in closed.because


@pytest.mark.parametrize("at", ["2026-11-25 12:00", "2026-11-27 09:00"])
def test_a_week_of_downtime_is_one_mail_and_not_two(at: str) -> None:
    """The reminder's day and the warning's have passed: what is said is the warning, once."""
    decision = fire(WAITING, CLOSING, at)
    assert mails(decision) == [("reminder", "last-reminder")]
    assert next_look(decision).due_at == local("2026-11-30 11:00")


def test_a_month_of_downtime_is_one_mail_and_not_three() -> None:
    """Closed, and told so."""
    assert mails(fire(WAITING, CLOSING, "2026-12-14 11:00")) == [("closing", "closed-by-silence")]


@pytest.mark.parametrize("at", ["2026-11-21 11:00", "2026-11-19 03:00", "2026-12-25 11:00"])
def test_nobody_is_reminded_at_night_or_on_a_holiday(at: str) -> None:
    """A late timer waits for the calendar's next opening."""
    decision = fire(WAITING, CLOSING, at)
    assert (mails(decision), len(of(decision, SetTimer))) == ([], 1)


def test_the_delays_are_the_rules() -> None:
    """`[closing]`, each alone; without a warning the reminder is the last one."""
    short = replace(FIRM, closing=Closing(parse_duration("1d"), None, parse_duration("2d")))
    ticket = step(taken(), "11:00", short, status=Status.WAITING_CUSTOMER)
    assert due(ticket, CLOSING) == local("2026-11-18 11:00")
    assert mails(fire(ticket, CLOSING, "2026-11-17 11:00", short)) == [("reminder", "last-reminder")]


def test_closing_may_count_on_a_calendar_of_its_own() -> None:
    """`calendar` of `[closing]`: 19:00 at the urgent door is after office hours."""
    own = replace(FIRM, closing=Closing(calendar="regulier"))
    assert due(step(taken(), "19:00", own, status=Status.WAITING_CUSTOMER), CLOSING) == local("2026-12-01 08:30")


def test_a_second_silence_is_counted_from_its_own_beginning() -> None:
    """The customer answered in between."""
    back = step(WAITING, local("2026-11-18 11:00"), status=Status.OPEN)
    again = step(back, local("2026-11-20 11:00"), status=Status.WAITING_CUSTOMER)
    assert clock(again, CLOSING).asked_at == local("2026-11-20 11:00")
    assert mails(fire(again, CLOSING, "2026-11-25 11:00")) == [("reminder", "reminder")]


def test_a_ticket_that_waits_for_nobody_is_never_closed() -> None:
    """A timer holds no truth of its own."""
    for ticket in (born(), a_ticket(), step(WAITING, local("2026-11-17 11:00"), status=Status.WAITING_THIRD)):
        assert fire(ticket, CLOSING, "2026-11-30 11:00").effects == ()


def test_asking_for_validation_starts_its_clock_and_stops_the_others() -> None:
    """Ten working days; what the customer then says keeps it."""
    waiting = step(taken(), "11:00", status=Status.WAITING_VALIDATION)
    assert due(waiting, Promise.VALIDATION) == local("2026-11-30 11:00")
    assert ending(step(waiting, "12:00", status=Status.OPEN), Promise.VALIDATION) is Ending.KEPT


@pytest.mark.parametrize("status", [Status.CLOSED, Status.MERGED])
def test_without_a_word_nothing_was_validated(status: Status) -> None:
    """Silence is no validation."""
    waiting = step(taken(), "11:00", status=Status.WAITING_VALIDATION)
    assert ending(step(waiting, "12:00", status=status), Promise.VALIDATION) is Ending.NO_LONGER


@pytest.mark.parametrize(
    ("order", "promise", "starts"),
    [
        (Wait(Status.WAITING_CUSTOMER), Promise.CLOSING, True),
        (Wait(Status.WAITING_CUSTOMER, parse_duration("3d")), Promise.CLOSING, False),
        (Wait(Status.WAITING_THIRD), Promise.CLOSING, False),
        (Resolve(), Promise.CLOSING, True),
        (Close(), Promise.CLOSING, False),
        (AskValidation(), Promise.CLOSING, False),
        (AskValidation(), Promise.VALIDATION, True),
    ],
)
def test_which_words_start_the_clocks_of_silence(order: Intent, promise: Promise, starts: bool) -> None:
    """A wait that has a length of its own comes back by itself: nobody is closed for it."""
    decision = ask(answer(order, received_at=local("2026-11-16 11:00")), Seen(1002, by_token=taken()), FIRM)
    assert bool(set_clocks(decision, promise)) is starts


@pytest.mark.parametrize(
    ("then", "how"),
    [(Status.OPEN, Ending.NO_LONGER), (Status.RESOLVED, Ending.NO_LONGER), (Status.CLOSED, Ending.KEPT)],
)
def test_an_answer_ends_the_closing_and_silence_keeps_it(then: Status, how: Ending) -> None:
    """Even when the desk was down on the day, and closes it later."""
    waiting = step(taken(), "11:00", status=Status.WAITING_CUSTOMER)
    change = Change(waiting, replace(waiting, status=then), local("2026-12-20 12:00"))
    assert next(one for one in clocks_after(change, FIRM) if one.promise is CLOSING).ending is how


def test_a_desk_that_never_closes_has_no_such_clock() -> None:
    """`close = "never"`."""
    never: Policy = replace(FIRM, closing=replace(FIRM.closing, close=None, resolved=None))
    assert step(taken(), "11:00", never, status=Status.WAITING_CUSTOMER).clock(Promise.CLOSING) is None
    assert step(taken(), "11:00", never, status=Status.RESOLVED).clock(Promise.CLOSING) is None


def test_a_call_back_that_stood_still_was_not_due_when_silence_closes() -> None:
    """Awaited from 10:30: half of the hour is left, for however long the customer says nothing."""
    awaited = step(born(severity=None, priority=None), "10:30", status=Status.WAITING_CUSTOMER)
    closed = fire(awaited, CLOSING, "2026-11-30 10:30")
    (one,) = [found.clock for found in of(closed, SetClock) if found.clock.promise is Promise.CALLBACK]
    assert mails(closed) == [("closing", "closed-by-silence")]
    assert (one.ending, one.ended_at, one.due_at) == (
        Ending.NO_LONGER,
        local("2026-11-30 10:30"),
        local("2026-11-30 11:00"),
    )


@pytest.mark.parametrize("at", ["10:30", "11:30"])
def test_nobody_waits_for_a_call_back_since_it_was_resolved(at: str) -> None:
    """Whether the call was due before that is what a report asks, not when the closing came."""
    resolved = step(born(severity=None, priority=None), at, status=Status.RESOLVED)
    closed = fire(resolved, CLOSING, "2026-11-23 11:30")
    (one,) = [found.clock for found in of(closed, SetClock) if found.clock.promise is Promise.CALLBACK]
    assert (one.ending, one.ended_at) == (Ending.NO_LONGER, local(f"2026-11-16 {at}"))
    assert one.due_at == local("2026-11-16 11:00")
