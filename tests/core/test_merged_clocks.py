"""What two requests owe that are one from now on: the earlier of what both owed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.changes import changes
from mailgate.core.effects import (
    Reclassify,
    SetClock,
    SetTimer,
)
from mailgate.core.hours import parse_duration
from mailgate.core.intents import MergeInto
from mailgate.core.model import Activity, Status
from mailgate.core.policy import Severity
from mailgate.core.seen import Seen
from mailgate.core.ticket import Clock, Ending, Promise
from tests.builders import NOW, a_kept_callback, a_policy, a_ticket
from tests.core.asking import ask, of, only
from tests.core.joining import HOUR, LATER, SOONER, after, merging, other, owed
from tests.core.working import answer


def test_the_earlier_call_back_is_owed_from_now_on() -> None:
    """The customer was promised a call at half past ten; nobody takes that back."""
    into = other()
    both = after(merging(into), into)
    callback, gone = both[1017].callback, both[1001].callback
    assert callback is not None
    assert (callback.due_at, callback.running) == (SOONER, True)
    assert gone is not None
    assert gone.ending is Ending.NO_LONGER


def test_the_others_own_call_back_stays_when_it_is_sooner() -> None:
    """Nothing moves but the end of the merged one's clock."""
    into, own = other(SOONER), a_ticket(owed(LATER))
    decision = merging(into, own=own)
    assert {effect.ticket for effect in of(decision, SetClock)} == {1001}


def test_what_it_owed_later_ends_with_the_merge() -> None:
    """One promise of a kind runs, never two."""
    into = other()
    clocks = [effect.clock for effect in of(merging(into), SetClock) if effect.ticket == 1017]
    assert [(one.due_at, one.running) for one in clocks] == [(LATER, False), (SOONER, True)]


def test_somebody_is_warned_of_what_it_owes_now() -> None:
    """A carried promise has its timer as any other."""
    timers = [one for one in of(merging(other()), SetTimer) if one.kind == "callback-warning"]
    assert [one.ticket for one in timers] == [1017]
    assert NOW < timers[0].due_at <= SOONER


@pytest.mark.parametrize(("kept_before", "carried"), [(True, True), (False, False)])
def test_a_call_counts_for_what_had_been_asked_by_then(kept_before: bool, carried: bool) -> None:
    """Who was called after their second request came was called for both; a call before it says nothing of it."""
    own = a_ticket(owed(SOONER, asked_at=NOW - HOUR))
    at = NOW - 2 * HOUR if kept_before else NOW - HOUR / 2
    into = other(callback=replace(a_kept_callback(Activity.CALL), ended_at=at, asked_at=NOW - 3 * HOUR))
    decision = merging(into, own=own)
    running = [one.clock for one in of(decision, SetClock) if one.ticket == 1017 and one.clock.running]
    assert bool(running) is carried


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED, Status.WAITING_CUSTOMER, Status.WAITING_VALIDATION])
def test_a_ticket_that_rests_is_our_turn_again(status: Status) -> None:
    """What the merged request asks is not answered yet, and its promise must not stand still."""
    into = other(status=status, waiting_since=NOW - HOUR, callback=a_kept_callback(Activity.CALL))
    both = after(merging(into), into)
    assert (both[1017].status, both[1001].status) == (Status.OPEN, Status.MERGED)


def test_a_wait_of_the_other_moves_no_promise_of_the_merged_one() -> None:
    """It was not waiting; its hour is the one it was promised."""
    into = other(status=Status.WAITING_CUSTOMER, waiting_since=NOW - HOUR / 2)
    callback = after(merging(into), into)[1017].callback
    assert callback is not None
    assert callback.due_at == SOONER


def test_a_settled_request_wakes_nobody() -> None:
    """Putting two finished tickets together changes nothing for anybody."""
    own = a_ticket(a_kept_callback(Activity.CALL), status=Status.RESOLVED, assignee="tech1")
    into = other(status=Status.RESOLVED, callback=a_kept_callback(Activity.CALL))
    assert after(merging(into, own=own), into, own)[1017].status is Status.RESOLVED


def test_the_graver_grades_are_kept_with_their_promises() -> None:
    """A critical request does not become a minor one by company."""
    own = a_ticket(owed(SOONER), severity="critique", priority="P1")
    decision = merging(other(severity="haute"), own=own)
    assert only(decision, Reclassify) == Reclassify(1017, severity="critique", priority="P1")
    assert of(merging(other(severity="critique"), own=a_ticket(owed(SOONER), severity="haute")), Reclassify) == []


def test_news_that_were_due_sooner_stay_due_then() -> None:
    """The update clock of the merged one is carried whole: asked for when it was, due when it was."""
    update = Clock(Promise.UPDATE, "urgent", NOW - HOUR, NOW - HOUR, SOONER)
    own = a_ticket(owed(SOONER), priority="P1").with_clocks(update)
    later = replace(update, asked_at=NOW - HOUR / 2, due_at=LATER)
    into = other(priority="P1").with_clocks(later)
    clock = after(merging(into, own=own), into, own)[1017].clock(Promise.UPDATE)
    assert clock == update


def test_only_one_change_of_the_clocks_is_reckoned_from_what_both_owed() -> None:
    """`clocked` looks at the joined ticket, not at the one before: nothing is counted twice."""
    into = other()
    decision = merging(into)
    seen = Seen(1021, by_token=a_ticket(owed(SOONER)), named={1017: into})
    (joined,) = [one for one in changes(decision.effects, seen, a_policy(), NOW) if one.before.number == 1017]
    assert joined.before.callback is not None
    assert joined.before.callback.due_at == SOONER


def test_a_wait_of_the_merged_one_is_counted_before_it_is_carried() -> None:
    """While it was the customer's turn nothing was owed: half an hour later than promised, as without the merge."""
    own = a_ticket(owed(SOONER), status=Status.WAITING_CUSTOMER, assignee="tech1", waiting_since=NOW - HOUR / 2)
    into = other()
    callback = after(merging(into, own=own), into, own)[1017].callback
    assert callback is not None
    assert (callback.due_at, callback.paused_minutes) == (SOONER + HOUR / 2, 30)


def test_whom_a_rule_named_keeps_no_promise_by_a_merge() -> None:
    """The merged one's engagement ends unkept: nobody took it on."""
    policy = a_policy(severities={"critique": Severity("critique", parse_duration("1h"))})
    engagement = Clock(Promise.ENGAGEMENT, "urgent", NOW, NOW, LATER, parse_duration("1h"))
    own = a_ticket(owed(SOONER), severity="critique", assignee="tech2").with_clocks(engagement)
    seen = Seen(1021, by_token=own, named={1017: other()})
    decision = ask(answer(MergeInto(1017), confirmed_at=NOW), seen, policy)
    clocks = [one.clock for one in of(decision, SetClock) if one.ticket == 1001]
    ended = [one.ending for one in clocks if one.promise is Promise.ENGAGEMENT]
    assert ended == [Ending.NO_LONGER]
