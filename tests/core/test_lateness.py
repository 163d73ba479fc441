"""Half of the promise, four fifths of it, all of it: who hears, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.decision import Decision
from mailgate.core.effects import SetTimer
from mailgate.core.events import TimerFired
from mailgate.core.hours import parse_duration
from mailgate.core.lateness import next_warning
from mailgate.core.model import Activity, Status
from mailgate.core.page_effects import Page
from mailgate.core.policy import Escalation, Policy
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ticket
from tests.builders import a_kept_callback, a_policy, a_ticket, contact_token, local, received
from tests.core.asking import ask, letters, of
from tests.core.firms import with_queue
from tests.core.working import on

OWED = a_ticket(assignee="tech2", status=Status.OPEN)


def fire(ticket: Ticket | None, at: str, policy: Policy | None = None) -> Decision:
    """The timer of a warning fires at a local time."""
    return ask(TimerFired(5, WARNING, 1001, local(at)), Seen(1002, by_token=ticket), policy, local(at))


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
