"""Half of the promise, four fifths of it, all of it: who hears, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.conditions import Condition
from mailgate.core.decision import Decision
from mailgate.core.effects import CancelTimer, SendMail, SetTimer
from mailgate.core.events import TimerFired
from mailgate.core.hours import parse_duration
from mailgate.core.lateness import next_warning
from mailgate.core.model import Activity, Status
from mailgate.core.page_effects import Page
from mailgate.core.policy import Actions, Escalation, Policy, Rule
from mailgate.core.seen import Seen
from mailgate.core.ticket import Promise, Ticket
from tests.builders import a_kept_callback, a_policy, a_ticket, contact_token, local, received
from tests.core.asking import ask, letters, of
from tests.core.firms import with_queue
from tests.core.grading import FIRM, born, step, taken
from tests.core.working import answer, on

OWED = a_ticket(assignee="tech2", status=Status.OPEN)


def fire(ticket: Ticket | None, at: str, policy: Policy | None = None, kind: str = "callback-warning") -> Decision:
    """The timer of a warning fires at a local time."""
    return ask(TimerFired(5, kind, 1001, local(at)), Seen(1002, by_token=ticket), policy, local(at))


def told(decision: Decision) -> list[tuple[str, str]]:
    """Who hears what."""
    mails = [*letters(decision, "technician"), *letters(decision, "notice")]
    return [(letter.to.address, letter.facts.notice.code) for letter in mails if letter.facts.notice]


@pytest.mark.parametrize(
    ("at", "due_at"),
    [
        ("2026-11-16 10:00", "2026-11-16 10:30"),
        ("2026-11-16 19:50", "2026-11-17 07:20"),
        ("2026-11-21 23:00", "2026-11-23 07:30"),
    ],
)
def test_the_first_warning_is_half_way_in_working_time(at: str, due_at: str) -> None:
    """The urgent door promises one hour between 7:00 and 20:00."""
    decision = ask(received(received_at=local(at)), now=local(at))
    assert SetTimer(1001, WARNING, local(due_at)) in of(decision, SetTimer)


def test_half_way_the_assignee_hears_of_it() -> None:
    """And at 80 % again; nobody is paged for it."""
    decision = fire(OWED, "2026-11-16 10:30")
    assert told(decision) == [("tech2@example.com", "due-soon")]
    assert of(decision, SetTimer) == [SetTimer(1001, WARNING, local("2026-11-16 10:48"))]
    assert of(decision, Page) == []


def test_behind_the_last_share_comes_the_deadline() -> None:
    """80 % told; what is left is to be late."""
    decision = fire(OWED, "2026-11-16 10:48")
    assert of(decision, SetTimer) == [SetTimer(1001, WARNING, local("2026-11-16 11:00"))]


def test_without_an_assignee_those_who_were_called_hear_of_it() -> None:
    """Somebody should."""
    people = [address for address, _ in told(fire(a_ticket(), "2026-11-16 10:30"))]
    assert people == [f"tech{number}@example.com" for number in (1, 2, 3)]


def test_as_long_as_escalation_calls_people_it_speaks_alone() -> None:
    """Nobody has answered yet, and a queue with steps is at it; without steps those who were called are reminded."""
    steps = with_queue(escalate=(Escalation(parse_duration("15m"), 1),))
    assert told(fire(a_ticket(), "2026-11-16 10:30", steps)) == []
    assert told(fire(replace(a_ticket(), status=Status.OPEN), "2026-11-16 10:30", steps)) != []


def test_a_missed_promise_is_told_to_the_leads_too() -> None:
    """Once: no timer follows it."""
    decision = fire(OWED, "2026-11-16 11:00")
    assert told(decision) == [("tech2@example.com", "missed"), ("tech4@example.com", "missed")]
    assert of(decision, SetTimer) == []


WARNING = "callback-warning"
KEPT = a_kept_callback(Activity.CALL)


@pytest.mark.parametrize(
    "ticket",
    [
        None,
        replace(OWED, clocks=()),
        replace(OWED, clocks=(KEPT,)),
        replace(OWED, status=Status.WAITING_CUSTOMER),
        replace(OWED, status=Status.RESOLVED),
        replace(OWED, status=Status.PARKED),
    ],
)
def test_a_clock_that_stands_still_warns_nobody(ticket: Ticket | None) -> None:
    """The timer holds no truth of its own."""
    assert fire(ticket, "2026-11-16 10:30").effects == ()


def test_a_late_timer_waits_for_the_hours() -> None:
    """The daemon was down: nobody hears at midnight what they cannot do before seven."""
    assert fire(OWED, "2026-11-16 23:30").effects == (SetTimer(1001, WARNING, local("2026-11-17 07:00")),)


def test_the_shares_are_the_rules() -> None:
    """`warn_at` of the queue."""
    policy = with_queue(warn_at=(25,))
    assert SetTimer(1001, WARNING, local("2026-11-16 10:15")) in of(ask(received(), policy=policy), SetTimer)
    assert of(fire(OWED, "2026-11-16 10:15", policy), SetTimer) == [SetTimer(1001, WARNING, local("2026-11-16 11:00"))]


def test_a_pause_moves_the_warnings_along() -> None:
    """Waiting for the customer from 10:10 to 10:40: half of the promise has passed at 11:00."""
    waiting = a_ticket(status=Status.WAITING_CUSTOMER, waiting_since=local("2026-11-16 10:10"), assignee="tech2")
    event = received(to="tickets+t@example.com", token=contact_token(), received_at=local("2026-11-16 10:40"))
    decision = ask(event, Seen(1002, by_token=waiting), now=local("2026-11-16 10:40"))
    assert SetTimer(1001, WARNING, local("2026-11-16 11:00")) in of(decision, SetTimer)


def test_keeping_the_promise_sets_no_timer() -> None:
    """A call by tech1."""
    assert [one for one in of(on(text="Bonjour, c'est fait."), SetTimer) if one.kind == WARNING] == []


def test_a_share_that_has_passed_is_not_told_late() -> None:
    """After 80 % only the deadline is left, and behind it nothing but that."""
    callback = OWED.callback
    assert callback is not None
    assert next_warning(callback, OWED, a_policy(), local("2026-11-16 10:50")) == callback.due_at
    assert next_warning(callback, OWED, a_policy(), local("2026-11-16 12:00")) == callback.due_at


def test_promises_that_are_late_at_once_are_told_of_once() -> None:
    """By the name of the first that a customer would: the call-back. The others' timers have nothing left to say."""
    decision = fire(born(assignee="tech2"), "2026-11-16 11:00", FIRM, "engagement-warning")
    assert told(decision) == [("tech2@example.com", "missed"), ("tech4@example.com", "missed")]
    assert of(decision, CancelTimer) == [CancelTimer(1001, "callback-warning")]
    assert "the callback of #1001 is late, the engagement of #1001 is late" in decision.because


@pytest.mark.parametrize(
    ("promise", "half", "due"),
    [("engagement", "2026-11-16 10:30", "2026-11-16 11:00"), ("resolution", "2026-11-16 14:00", "2026-11-16 18:00")],
)
def test_every_promise_warns_and_is_missed_in_its_own_name(promise: str, half: str, due: str) -> None:
    """Whoever has it at half of the time, the leads as well at the end of it."""
    called = born(assignee="tech2").with_clocks(a_kept_callback(Activity.CALL))
    ticket = called if promise == "engagement" else taken()
    assert SetTimer(1001, f"{promise}-warning", local(half)) in of(ask(REQUEST, policy=URGENT_IS_CRITICAL), SetTimer)
    assert told(fire(ticket, half, FIRM, f"{promise}-warning")) == [("tech2@example.com", f"{promise}-due-soon")]
    assert told(fire(ticket, due, FIRM, f"{promise}-warning")) == [
        ("tech2@example.com", f"{promise}-missed"),
        ("tech4@example.com", f"{promise}-missed"),
    ]


def test_a_draft_comes_before_an_update_is_due() -> None:
    """At three quarters of two hours; `draft_at` of the priority says when, and nobody but the assignee gets it."""
    ticket = taken("10:00")
    (timer,) = [one for one in of(fire(ticket, "2026-11-16 11:30", FIRM, NEWS), SetTimer) if one.kind == NEWS]
    assert told(fire(ticket, "2026-11-16 11:30", FIRM, NEWS)) == [("tech2@example.com", "update-due-soon")]
    assert timer.due_at == local("2026-11-16 12:00")
    early = replace(FIRM, priorities={"P1": replace(FIRM.priorities["P1"], draft_at=25)})
    clock = ticket.clock(Promise.UPDATE)
    assert clock is not None
    assert next_warning(clock, ticket, early, local("2026-11-16 10:00")) == local("2026-11-16 10:30")


def test_the_answer_to_a_draft_is_the_update_and_sets_the_next_draft() -> None:
    """The next period begins with it."""
    event = answer(text="Nous cherchons toujours.", received_at=local("2026-11-16 11:40"))
    decision = ask(event, Seen(1002, by_token=taken("10:00")), FIRM, local("2026-11-16 11:40"))
    assert SetTimer(1001, NEWS, local("2026-11-16 13:10")) in of(decision, SetTimer)
    assert [one.to.address for one in letters(decision, "notification")] == ["chef@acme.example"]


def test_an_empty_answer_to_a_draft_sends_nothing_to_the_customer() -> None:
    """Mailgate never invents an update of its own (issue 4): the same deadline stands."""
    event = answer(received_at=local("2026-11-16 11:40"))
    decision = ask(event, Seen(1002, by_token=taken("10:00")), FIRM, local("2026-11-16 11:40"))
    assert {one.letter.to.address for one in of(decision, SendMail)} == {"tech1@example.com"}
    assert [one for one in of(decision, SetTimer) if one.kind == NEWS] == []


def test_a_missed_update_is_told_once_to_the_assignee_and_the_leads() -> None:
    """No timer follows, until the customer has heard."""
    decision = fire(taken("10:00"), "2026-11-16 12:00", FIRM, NEWS)
    assert told(decision) == [("tech2@example.com", "update-missed"), ("tech4@example.com", "update-missed")]
    assert of(decision, SetTimer) == []


@pytest.mark.parametrize("kind", ["callback-warning", "engagement-warning", "resolution-warning", "update-warning"])
def test_after_a_week_of_downtime_each_promise_is_told_once(kind: str) -> None:
    """Not the draft, nor the warnings that it slept through."""
    ticket = born(assignee="tech2")
    decision = fire(ticket, "2026-11-24 09:00", FIRM, kind)
    assert len(told(decision)) == 2
    assert of(decision, SetTimer) == []


def test_a_wait_too_short_to_shift_a_clock_loses_no_warning() -> None:
    """The timer came in the twenty seconds in which the customer was awaited, and found nothing to say."""
    waiting = step(taken(), local("2026-11-16 13:59:50"), status=Status.WAITING_CUSTOMER)
    assert fire(waiting, "2026-11-16 14:00", FIRM, "resolution-warning").effects == ()
    back = received(to="t@example.com", token=contact_token(), received_at=local("2026-11-16 14:00:10"))
    decision = ask(back, Seen(1002, by_token=waiting), FIRM, back.received_at)
    assert SetTimer(1001, "resolution-warning", local("2026-11-16 16:24")) in of(decision, SetTimer)


NEWS = "update-warning"
REQUEST = received()
URGENT_IS_CRITICAL = replace(
    FIRM, rules=(Rule("toujours", "rules/x.toml", 1, Condition(), Actions(severity="critique", priority="P1")),)
)
