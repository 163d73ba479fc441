"""A drill uses every channel of one technician, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from mailgate.core.events import DrillAsked
from mailgate.core.model import Channel
from mailgate.core.page_effects import Page
from mailgate.core.people import Pager
from tests.builders import NOW, a_policy, a_technician
from tests.core.asking import ask, of

ONE = a_technician(1, pagers=(Pager("1@pager.example.net", True, 80), Pager("sms:ovh/514", False)))
POLICY = a_policy(technicians={**a_policy().technicians, "tech1": ONE})


def test_a_drill_goes_over_every_channel_of_one_person() -> None:
    """And opens no ticket, takes no turn, wakes nobody else."""
    decision = ask(DrillAsked(1, NOW, "tech1"), policy=POLICY)
    pages = of(decision, Page)
    assert decision.effects == tuple(pages)
    assert [(page.channel, page.target) for page in pages] == [
        (Channel.MAIL, "tech1@example.com"),
        (Channel.PAGER, "1@pager.example.net"),
        (Channel.PAGER, "sms:ovh/514"),
    ]
    assert [page.letter.limit for page in pages] == [None, 80, POLICY.limits.page]
    assert {page.letter.template for page in pages} == {"drill"}


def test_a_drill_can_be_answered_by_nobody() -> None:
    """It carries no token: there is no ticket that an answer could change."""
    assert {page.letter.to.token for page in of(ask(DrillAsked(1, NOW, "tech1"), policy=POLICY), Page)} == {None}


def test_a_drill_that_nobody_waits_for_wakes_nobody() -> None:
    """Asked for while no daemon ran, and the daemon starts at night."""
    late = ask(DrillAsked(1, NOW, "tech1"), policy=POLICY, now=NOW + timedelta(minutes=6))
    assert late.effects == ()
    assert "too late" in late.because


def test_a_drill_for_somebody_who_left_is_told_in_the_journal() -> None:
    """The rules may change between the command and the daemon."""
    decision = ask(DrillAsked(1, NOW, "tech9"))
    assert (decision.effects, decision.ticket) == ((), None)
    assert "'tech9'" in decision.because
