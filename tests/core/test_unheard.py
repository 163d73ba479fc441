"""An answer that did not arrive: what it kept is owed again, as if it had never been written (domain.md §1 and §4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from mailgate.core.clocks import kept
from mailgate.core.decision import Decision
from mailgate.core.effects import ChangeStatus, SetClock
from mailgate.core.events import DeliveryFailed
from mailgate.core.model import Activity, Direction, Status
from mailgate.core.seen import Contact, Seen, Unheard
from mailgate.core.ticket import Clock, Ending, Line, Promise, Ticket
from tests.core.asking import ask, of
from tests.core.grading import FIRM, born, clock, moment, set_clocks, step

CALLBACK, UPDATE = Promise.CALLBACK, Promise.UPDATE

SAID = moment("10:30")


def told() -> Ticket:
    """A critical P1 ticket of 10:00 that tech2 took and answered at half past."""
    return spoken(born(), "10:30", status=Status.OPEN, assignee="tech2", seen=True)


def spoken(ticket: Ticket, at: str, **changes: Any) -> Ticket:
    """The ticket after some words of tech2 to the customer."""
    when, callback = moment(at), ticket.callback
    if callback is not None and callback.running:
        ticket = ticket.with_clocks(kept(callback, when, "tech2", Activity.REPLY))
    after = step(ticket, at, heard_by="tech2", **changes)
    return replace(after, history=(*ticket.history, Line(when, "tech2@example.com", Direction.OUT, "…")))


def lose(ticket: Ticket, at: str, known: Unheard, said: str = "10:30") -> Decision:
    """What becomes of the ticket when the answer that was `said` then comes back."""
    failed = DeliveryFailed(
        6, moment(at), 40, "notification", "chef@acme.example", "Panne", "550", 1001, promised_at=moment(said)
    )
    return ask(failed, Seen(1002, by_token=ticket, unheard=known), FIRM, moment(at))


def news(*tickets: Ticket) -> tuple[Clock, ...]:
    """Every clock of the updates, as the store would hold them after these states of a ticket."""
    rows: dict[datetime, Clock] = {}
    for old, new in pairwise(clock(one, UPDATE) for one in tickets):
        rows |= {old.asked_at: kept(old, new.asked_at, "tech2"), new.asked_at: new}
    return tuple(rows.values())


def called(at: str, known: Unheard | None = None) -> Unheard:
    """tech1 called then."""
    return replace(known or Unheard(), calls=(Contact(moment(at), "tech1", Activity.CALL),))


def test_news_that_did_not_arrive_are_still_owed() -> None:
    """Every two hours the customer must hear something (domain.md §4): at noon, as before the answer."""
    ticket = told()
    decision = lose(ticket, "10:40", Unheard(news=news(born(), ticket)))
    never, owed = set_clocks(decision, UPDATE)
    assert (never.asked_at, never.ending, never.ended_at) == (SAID, Ending.NO_LONGER, SAID)
    assert (owed.running, owed.asked_at, owed.due_at) == (True, moment("10:00"), moment("12:00"))
    assert "the callback is owed again; the update is owed again" in decision.because


def test_news_that_came_later_than_they_seemed_to_are_judged_by_that() -> None:
    """Lost at half past ten, said again at 12:30: half an hour late, and the period since then goes on."""
    first = told()
    second = spoken(first, "12:20")
    decision = lose(second, "12:40", Unheard(news=news(born(), first, second)))
    never, owed = set_clocks(decision, UPDATE)
    assert (never.asked_at, never.ending) == (SAID, Ending.NO_LONGER)
    assert (owed.asked_at, owed.ended_at, owed.ending) == (moment("10:00"), moment("12:20"), Ending.LATE)


def test_a_call_in_the_same_mail_was_made() -> None:
    """Whatever became of the words beside it."""
    ticket = told()
    decision = lose(ticket, "10:40", called("10:30", Unheard(news=news(born(), ticket))))
    assert set_clocks(decision, UPDATE) == []


def test_a_call_since_keeps_the_promise_that_the_answer_did_not() -> None:
    """Nobody is called twice because of a mail."""
    decision = lose(told(), "10:50", called("10:45"))
    (callback,) = set_clocks(decision, CALLBACK)
    assert (callback.how, callback.ended_by, callback.ended_at) == (Activity.CALL, "tech1", moment("10:45"))
    assert "owed again" not in decision.because


def test_an_answer_since_that_did_not_arrive_either_keeps_nothing() -> None:
    """Reports come in any order: of two lost answers the second one was reported first."""
    ticket = spoken(told(), "10:45", status=Status.WAITING_CUSTOMER)
    decision = lose(ticket, "10:50", Unheard(void=frozenset({moment("10:45")})))
    assert set_clocks(decision, CALLBACK)[-1].running
    assert [one.status for one in of(decision, ChangeStatus)] == [Status.OPEN]


@pytest.mark.parametrize("status", [Status.WAITING_CUSTOMER, Status.WAITING_VALIDATION, Status.RESOLVED, Status.CLOSED])
def test_a_lost_question_leaves_nobody_waiting_though_somebody_called_before(status: Status) -> None:
    """The promise of the call is kept; the customer was asked nothing all the same."""
    ticket = spoken(step(born(), "10:05", heard_by="tech1", status=Status.OPEN), "10:30", status=status)
    decision = lose(ticket, "10:40", called("10:05"))
    assert [one.status for one in of(decision, ChangeStatus)] == [Status.OPEN]
    running = [one for one in set_clocks(decision, UPDATE) if one.running]
    assert len({one.asked_at for one in running}) == 1


@pytest.mark.parametrize("known", [Unheard(meant=False), called("10:35")])
def test_what_kept_nothing_takes_nothing_back(known: Unheard) -> None:
    """An automatic sentence, or an answer that was undone; and who was called since knows."""
    ticket = spoken(born(), "10:30", status=Status.WAITING_CUSTOMER)
    decision = lose(ticket, "10:40", known)
    assert of(decision, ChangeStatus) == []
    assert not any(one.clock.running for one in of(decision, SetClock))
