"""A calendar that became better for the customer brings the steps of the escalation forward, too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.clocks import call_back
from mailgate.core.effects import SetClock, SetTimer
from mailgate.core.escalation import STEP
from mailgate.core.events import TimerFired
from mailgate.core.model import PageState, Status
from mailgate.core.recount import CALENDAR_CHANGED
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ticket
from tests.builders import a_calendar, local
from tests.core.asking import ask, of
from tests.core.test_escalation import WITH_STEPS, called

NIGHT = local("2026-11-16 22:00")
LATER = a_calendar("urgent", "07:00", "23:30")
EVENINGS = replace(WITH_STEPS, calendars={**WITH_STEPS.calendars, "urgent": LATER})
PROMISED = call_back(WITH_STEPS.queues["urgent"], WITH_STEPS, NIGHT)
TICKET = called(clocks=(PROMISED,), opened_at=NIGHT)


def steps(ticket: Ticket) -> list[SetTimer]:
    """The timers of steps that are set when the calendar of `EVENINGS` comes, at which it is due sooner."""
    decision = ask(TimerFired(1, CALENDAR_CHANGED, 1001, NIGHT), Seen(1002, by_token=ticket), EVENINGS)
    assert of(decision, SetClock)
    return [one for one in of(decision, SetTimer) if one.kind.startswith(STEP)]


def test_the_first_step_comes_before_the_new_deadline() -> None:
    """Promised for the morning, now for tonight: whoever is called next is not called tomorrow."""
    assert steps(TICKET) == [SetTimer(1001, f"{STEP}0", local("2026-11-16 22:15"))]


@pytest.mark.parametrize(
    "ticket",
    [
        called(PageState.ACKNOWLEDGED, clocks=(PROMISED,)),
        called(PageState.ESCALATED, clocks=(PROMISED,)),
        called(PageState.EXHAUSTED, clocks=(PROMISED,)),
        replace(TICKET, status=Status.OPEN),
        replace(TICKET, pages=()),
    ],
)
def test_what_has_no_first_step_to_come_gets_none(ticket: Ticket) -> None:
    """Somebody has it, the steps went on already, or another ticket speaks for it."""
    assert steps(ticket) == []
