"""A deadline that comes back: the timer brings it, the ticket says whether it still matters."""

from __future__ import annotations

import pytest

from mailgate.core.effects import ChangeStatus, SetClock
from mailgate.core.events import TimerFired
from mailgate.core.model import Status
from mailgate.core.seen import Seen
from tests.builders import NOW, a_callback, a_ticket, local
from tests.core.asking import ask, letters, only, paged


def test_a_wait_that_is_over_comes_back_to_its_assignee() -> None:
    """The timer brings it; the ticket says whether it still matters."""
    fired = TimerFired(1, "waiting-over", 1001, NOW)
    decision = ask(fired, Seen(1002, by_token=a_ticket(status=Status.WAITING_THIRD, assignee="tech2")))
    assert only(decision, ChangeStatus).status is Status.OPEN
    assert [letter.to.address for letter in letters(decision, "technician")] == ["tech2@example.com"]
    assert paged(decision) == []


def test_whose_wait_is_over_reads_the_promises_as_they_stand_now() -> None:
    """What the customer's turn took is not counted against anybody."""
    fired = TimerFired(1, "waiting-over", 1001, NOW)
    owed = a_callback("urgent", local("2026-11-16 09:00"), local("2026-11-16 09:45"))
    waiting = {"status": Status.WAITING_CUSTOMER, "waiting_since": local("2026-11-16 09:30"), "assignee": "tech2"}
    decision = ask(fired, Seen(1002, by_token=a_ticket(owed, **waiting)))
    (letter,) = letters(decision, "technician")
    assert letter.facts.deadline is not None
    assert letter.facts.deadline.callback.due_at == only(decision, SetClock).clock.due_at == local("2026-11-16 10:15")


@pytest.mark.parametrize("ticket", [None, a_ticket(status=Status.CLOSED)])
def test_a_timer_that_no_longer_applies_does_nothing(ticket: object) -> None:
    """Timers hold no truth of their own."""
    fired = TimerFired(1, "waiting-over", 1001, NOW)
    assert ask(fired, Seen(1002, by_token=ticket)).effects == ()  # type: ignore[arg-type]  # None or a ticket
    assert ask(TimerFired(1, "other", 1001, NOW), Seen(1002, by_token=a_ticket())).effects == ()
