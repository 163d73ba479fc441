"""Three people means three people reached: a channel of each takes the page within a minute, or the next is called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.decision import Decision
from mailgate.core.events import DeliveryFailed, TimerFired
from mailgate.core.model import Channel, PageState, Status
from mailgate.core.page_effects import Await, Page
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from mailgate.core.summons import PATIENCE_SECONDS, REACH, SHORT
from mailgate.core.ticket import Paged, Ticket
from tests.builders import NOW, a_policy, a_ticket, received
from tests.core.asking import ask, letters, of, only, paged


def called(**states: PageState) -> Ticket:
    """#1001, with tech1 to tech3 paged by mail and pager; who is not named was reached."""
    pages = tuple(
        Paged(key, target, states.get(key, PageState.SENT))
        for number in (1, 2, 3)
        for key, target in (
            (f"tech{number}", f"tech{number}@example.com"),
            (f"tech{number}", f"514555010{number}@pager.example.net"),
        )
    )
    return a_ticket(pages=pages)


def a_minute_later(ticket: Ticket, seen: Seen | None = None, policy: Policy | None = None) -> Decision:
    """The timer of the first three people fires."""
    fired = TimerFired(3, f"{REACH}0-3", 1001, NOW)
    return ask(fired, replace(seen or Seen(1002), by_token=ticket), policy)


def small_firm() -> Policy:
    """A team of the three who were called, and leads elsewhere."""
    policy = a_policy()
    return replace(policy, teams={**policy.teams, "support": replace(policy.teams["support"], members=CALLED)})


CALLED = ("tech1", "tech2", "tech3")


def test_a_summons_asks_a_minute_later_whom_it_reached() -> None:
    """Counted from its own writing: what is decided late has not used up its patience."""
    assert Await(1001, "reach-0-3", PATIENCE_SECONDS) in of(ask(received()), Await)


def test_nothing_follows_when_everybody_was_reached() -> None:
    """One channel of each is enough."""
    half = called()
    pages = tuple(replace(page, state=PageState.PROMISED) if "@pager" in page.target else page for page in half.pages)
    decision = a_minute_later(replace(half, pages=pages))
    assert decision.effects == ()
    assert decision.because == "pages reached tech1, tech2, tech3 within 60 s"


@pytest.mark.parametrize("state", [PageState.PROMISED, PageState.FAILED])
def test_who_is_not_reached_is_replaced(state: PageState) -> None:
    """By the next person, who has a minute of their own; nobody else is called again."""
    decision = a_minute_later(called(tech2=state))
    assert paged(decision) == ["tech4"]
    assert only(decision, Await) == Await(1001, "reach-3-4", PATIENCE_SECONDS)
    assert decision.because.startswith("no channel took the page of tech2 within 60 s: ")


def test_an_address_that_bounces_reaches_nobody() -> None:
    """The relay takes whatever goes there."""
    dead = frozenset({"tech1@example.com", "5145550101@pager.example.net"})
    assert paged(a_minute_later(called(), Seen(1002, dead=dead))) == ["tech4"]
    assert paged(a_minute_later(called(), Seen(1002, dead=frozenset({"tech1@example.com"})))) == []


def test_whoever_is_called_later_is_not_judged_yet() -> None:
    """Each summons has its own timer."""
    later = called()
    late = Paged("tech4", "tech4@example.com", PageState.PROMISED)
    ticket = replace(later, pages=(*later.pages, late), notified=(*CALLED, "tech4"))
    assert a_minute_later(ticket).effects == ()


def test_a_request_that_somebody_has_needs_nobody_else() -> None:
    """The timer holds no truth."""
    assert a_minute_later(called(tech1=PageState.ACKNOWLEDGED, tech2=PageState.PROMISED)).effects == ()
    assert a_minute_later(replace(called(tech2=PageState.PROMISED), status=Status.OPEN)).effects == ()


def test_a_shortfall_is_told_to_leads_and_administrators_once() -> None:
    """Nobody is left in place of tech2: the leads and the administrators hear it, and not again for the same ticket."""
    decision = a_minute_later(called(tech2=PageState.PROMISED), policy=small_firm())
    assert [letter.to.address for letter in letters(decision, "notice")] == ["tech4@example.com", "admin@example.com"]
    assert of(decision, Await) == [Await(1001, SHORT, 86_400)]
    told = Seen(1002, short=frozenset({1001}))
    assert a_minute_later(called(tech3=PageState.PROMISED), told, small_firm()).effects == ()


def failed(target: str, ticket: Ticket, seen: Seen | None = None) -> Decision:
    """A channel of tech1 failed for good."""
    event = DeliveryFailed(
        9, NOW, 5, "page", target, "Panne", "550 gone", ticket=1001, technician="tech1", channel=Channel.PAGER
    )
    return ask(event, replace(seen or Seen(1002), by_token=ticket))


def test_two_channels_that_fail_together_call_one_person() -> None:
    """Both rows are failed before the first of the two events is decided."""
    ticket = called(tech1=PageState.FAILED)
    first = failed("tech1@example.com", ticket)
    assert paged(first) == ["tech4"]
    pages = (*ticket.pages, *(Paged("tech4", page.target, PageState.PROMISED) for page in of(first, Page)))
    second = replace(ticket, pages=pages, notified=(*CALLED, "tech4"))
    assert paged(failed("5145550101@pager.example.net", second)) == []


def test_a_channel_that_is_left_counts_unless_mail_ends_there() -> None:
    """The pager failed, and mail to the mailbox bounced before."""
    pages = tuple(
        replace(page, state=PageState.FAILED) if page.target.startswith("5145550101") else page
        for page in called().pages
    )
    ticket = replace(called(), pages=pages)
    assert paged(failed("5145550101@pager.example.net", ticket)) == []
    dead = Seen(1002, dead=frozenset({"tech1@example.com"}))
    assert paged(failed("5145550101@pager.example.net", ticket, dead)) == ["tech4"]
