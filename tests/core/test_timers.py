"""A deadline that comes back: the timer brings it, the ticket says whether it still matters."""

from __future__ import annotations

import pytest

from mailgate.core.effects import (
    ChangeStatus,
)
from mailgate.core.events import TimerFired
from mailgate.core.model import Status
from mailgate.core.seen import Seen
from tests.builders import NOW, a_ticket
from tests.core.asking import ask, letters, only, paged


def test_a_wait_that_is_over_comes_back_to_its_assignee() -> None:
    """The timer brings it; the ticket says whether it still matters."""
    fired = TimerFired(1, "waiting-over", 1001, NOW)
    decision = ask(fired, Seen(1002, by_token=a_ticket(status=Status.WAITING_THIRD, assignee="tech2")))
    assert only(decision, ChangeStatus).status is Status.OPEN
    assert [letter.to.address for letter in letters(decision, "technician")] == ["tech2@example.com"]
    assert paged(decision) == []


@pytest.mark.parametrize("ticket", [None, a_ticket(status=Status.CLOSED)])
def test_a_timer_that_no_longer_applies_does_nothing(ticket: object) -> None:
    """Timers hold no truth of their own."""
    fired = TimerFired(1, "waiting-over", 1001, NOW)
    assert ask(fired, Seen(1002, by_token=ticket)).effects == ()  # type: ignore[arg-type]  # None or a ticket
    assert ask(TimerFired(1, "other", 1001, NOW), Seen(1002, by_token=a_ticket())).effects == ()
