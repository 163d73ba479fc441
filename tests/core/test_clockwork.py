"""Each promise from its start to its end: engagement, resolution and news (domain.md §4 and §5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.hours import parse_duration
from mailgate.core.intents import Acknowledge, Intent, Internal, Spend, Take
from mailgate.core.model import Activity, Status
from mailgate.core.policy import Severity
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ending, Promise
from tests.builders import a_callback, a_mail, a_ticket, contact_token, local, received
from tests.core.asking import ask
from tests.core.grading import FIRM, born, clock, due, ending, moment, set_clocks, step, taken
from tests.core.working import answer

CALLBACK, ENGAGEMENT, RESOLUTION, UPDATE = Promise.CALLBACK, Promise.ENGAGEMENT, Promise.RESOLUTION, Promise.UPDATE


def test_a_graded_request_starts_every_clock_that_it_is_promised() -> None:
    """Critical and P1, at 10:00: one hour, eight hours, news every two."""
    ticket = born()
    assert {one.promise: one.due_at for one in ticket.clocks} == {
        CALLBACK: moment("11:00"),
        ENGAGEMENT: moment("11:00"),
        RESOLUTION: moment("18:00"),
        UPDATE: moment("12:00"),
    }


@pytest.mark.parametrize(
    ("severity", "priority", "promised"),
    [
        (None, None, {CALLBACK}),
        ("muette", "P9", {CALLBACK}),
        ("nobody knows it", "neither", {CALLBACK}),
        ("basse", None, {CALLBACK, ENGAGEMENT}),
        (None, "P4", {CALLBACK, UPDATE}),
    ],
)
def test_what_the_rules_do_not_promise_has_no_clock(
    severity: str | None, priority: str | None, promised: set[Promise]
) -> None:
    """Every promise is the rules'."""
    assert {one.promise for one in born(severity=severity, priority=priority).clocks} == promised


def test_a_severity_may_count_on_a_calendar_of_its_own() -> None:
    """A calendar belongs to a promise: 16:50 at the urgent door, counted on 8:30 to 17:00."""
    own = {"critique": Severity("critique", parse_duration("1h"), calendar="regulier")}
    ticket = born("16:50", replace(FIRM, severities=own))
    assert due(ticket, CALLBACK) == moment("17:50")
    assert due(ticket, ENGAGEMENT) == local("2026-11-17 09:20")


@pytest.mark.parametrize(("at", "how"), [("10:40", Ending.KEPT), ("11:00", Ending.KEPT), ("11:01", Ending.LATE)])
def test_taking_a_request_keeps_its_engagement(at: str, how: Ending) -> None:
    """In time up to the very minute, late afterwards; the record says who."""
    one = clock(step(born(), at, status=Status.OPEN, assignee="tech2"), ENGAGEMENT)
    assert (one.ending, one.ended_by, one.ended_at) == (how, "tech2", moment(at))


def test_an_assignee_by_rule_has_not_engaged() -> None:
    """What only rules did keeps no promise; a word of a technician does."""
    ruled = born(assignee="tech2")
    assert clock(ruled, ENGAGEMENT).running
    assert clock(step(ruled, "10:20", subject="autre"), ENGAGEMENT).running
    assert ending(step(ruled, "10:20", seen=True), ENGAGEMENT) is Ending.KEPT


def test_one_word_to_the_page_of_a_ruled_assignee_engages_them() -> None:
    """The whole way: « pris »."""
    ticket = born(assignee="tech1", notified=("tech1",))
    (engaged,) = set_clocks(ask(answer(Acknowledge()), Seen(1002, by_token=ticket), FIRM), ENGAGEMENT)
    assert (engaged.ending, engaged.ended_by) == (Ending.KEPT, "tech1")


def test_who_answers_without_taking_has_engaged() -> None:
    """The customer heard from somebody."""
    assert clock(step(born(), "10:20", heard_by="tech3"), ENGAGEMENT).ended_by == "tech3"


def test_a_request_that_is_closed_unseen_was_never_engaged() -> None:
    """No longer, rather than kept; and nobody owes a call for it."""
    closed = step(born(), "10:20", status=Status.CLOSED)
    assert ending(closed, ENGAGEMENT) is ending(closed, CALLBACK) is Ending.NO_LONGER


def test_who_has_the_ticket_is_not_asked_to_engage_again() -> None:
    """Graded at three in the afternoon, in hand since ten: there is nothing left to promise, and nothing late."""
    plain = step(born(severity=None, priority=None), "10:05", status=Status.OPEN, assignee="tech2")
    graded = step(plain, "15:00", severity="haute")
    assert graded.clock(ENGAGEMENT) is None
    assert due(graded, RESOLUTION) == local("2026-11-19 10:00")


def test_an_engagement_that_was_kept_stays_kept() -> None:
    """Under the severity that it was kept under."""
    ticket = step(born(severity="haute"), "12:00", status=Status.OPEN, assignee="tech2")
    assert ending(step(ticket, "12:30", severity="critique"), ENGAGEMENT) is Ending.KEPT


@pytest.mark.parametrize(
    ("status", "still"),
    [
        (Status.WAITING_CUSTOMER, {CALLBACK, ENGAGEMENT, RESOLUTION, UPDATE}),
        (Status.WAITING_VALIDATION, {CALLBACK, ENGAGEMENT, RESOLUTION, UPDATE}),
        (Status.WAITING_THIRD, {RESOLUTION}),
    ],
)
def test_whose_turn_it_is_says_which_clocks_stand_still(status: Status, still: set[Promise]) -> None:
    """The customer's turn stops all of them, a third party lengthens the way to a solution only (domain.md §4)."""
    ticket = born()
    back = step(step(ticket, "10:10", status=status), "10:40", status=Status.OPEN)
    later = {one.promise for one in back.clocks if one.running and one.due_at > due(ticket, one.promise)}
    assert later == still
    assert {one.paused_minutes for one in back.clocks if one.promise in later} == {30}


def test_a_wait_costs_only_the_hours_of_the_promise() -> None:
    """From Friday 19:30 to Monday 7:30: one hour, not a weekend."""
    ticket = born("2026-11-20 15:00")
    waiting = step(ticket, "2026-11-20 19:30", status=Status.WAITING_CUSTOMER)
    back = step(waiting, "2026-11-23 07:30", status=Status.OPEN)
    assert clock(back, RESOLUTION).paused_minutes == 60


def test_a_wait_that_begins_after_the_deadline_saves_nobody() -> None:
    """Late is late."""
    ticket = step(born(), "11:30", status=Status.WAITING_CUSTOMER)
    assert due(step(ticket, "15:00", status=Status.OPEN), CALLBACK) == moment("11:00")


def test_from_one_wait_into_another_both_count_for_what_they_stop() -> None:
    """Half an hour the customer's, then an hour a third party's."""
    ticket = step(born(), "10:10", status=Status.WAITING_CUSTOMER)
    ticket = step(ticket, "10:40", status=Status.WAITING_THIRD)
    ticket = step(ticket, "11:40", status=Status.OPEN)
    assert (due(ticket, UPDATE), due(ticket, RESOLUTION)) == (moment("12:30"), moment("19:30"))


@pytest.mark.parametrize("promise", [CALLBACK, UPDATE, ENGAGEMENT])
def test_who_calls_while_the_customer_is_awaited_is_not_late(promise: Promise) -> None:
    """The clock stood still: half an hour of it was left."""
    waiting = step(born(), "10:30", status=Status.WAITING_CUSTOMER)
    decision = ask(
        answer(Spend(Activity.CALL, 5), received_at=moment("16:00")),
        Seen(1002, by_token=waiting),
        FIRM,
        moment("16:00"),
    )
    assert set_clocks(decision, promise)[0].ending is Ending.KEPT


@pytest.mark.parametrize(("at", "how"), [("18:00", Ending.KEPT), ("18:01", Ending.LATE)])
def test_a_solution_keeps_its_promise(at: str, how: Ending) -> None:
    """Eight hours from the request."""
    one = clock(step(taken(), at, status=Status.RESOLVED), RESOLUTION)
    assert (one.ending, one.ended_by) == (how, "tech2")


def test_a_merged_request_is_promised_nothing_more() -> None:
    """Its clocks go on in the other one."""
    merged = step(taken(), "12:00", status=Status.MERGED)
    assert ending(merged, RESOLUTION) is ending(merged, UPDATE) is Ending.NO_LONGER


def test_a_reopened_request_is_owed_its_solution_again() -> None:
    """Two hours in which everybody took it for solved do not count; the four before do."""
    resolved = step(taken(), "12:00", status=Status.RESOLVED)
    back = clock(step(resolved, "14:00", status=Status.OPEN), RESOLUTION)
    assert (back.running, back.due_at, back.paused_minutes) == (True, moment("20:00"), 120)


@pytest.mark.parametrize(("at", "how"), [("19:59", Ending.KEPT), ("2026-11-17 08:00", Ending.LATE)])
def test_the_second_solution_is_judged_by_both_stretches(at: str, how: Ending) -> None:
    """A quick no-solution must not hide a slow one."""
    resolved = step(taken(), "12:00", status=Status.RESOLVED)
    again = step(resolved, "14:00", status=Status.OPEN)
    assert ending(step(again, at, status=Status.RESOLVED), RESOLUTION) is how


def test_a_request_closed_for_a_month_comes_back_with_its_pause() -> None:
    """Resolved, closed, reopened: both waits are of the same kind."""
    ticket = step(taken(), "12:00", status=Status.RESOLVED)
    ticket = step(ticket, "2026-11-23 12:00", status=Status.CLOSED)
    ticket = step(ticket, "2026-12-14 12:00", status=Status.OPEN)
    assert due(ticket, RESOLUTION) == local("2026-12-14 18:00")


def test_the_customer_hears_and_the_next_period_begins() -> None:
    """From that moment, not from the deadline."""
    decision = ask(answer(text="Nous cherchons.", received_at=moment("11:20")), Seen(1002, by_token=taken()), FIRM)
    old, new = set_clocks(decision, UPDATE)
    assert (old.ending, old.ended_by, old.asked_at) == (Ending.KEPT, "tech1", moment("10:05"))
    assert (new.running, new.asked_at, new.due_at) == (True, moment("11:20"), moment("13:20"))


def test_who_answers_in_the_same_moment_owes_the_next_news_all_the_same() -> None:
    """The clock that is kept and the one that begins look alike."""
    assert clock(taken("10:00"), UPDATE).running


def test_the_ticket_knows_the_new_period_and_not_the_old() -> None:
    """Mails of the same moment name the next deadline."""
    ticket = taken()
    assert (clock(ticket, UPDATE).running, due(ticket, UPDATE)) == (True, moment("12:05"))
    assert len([one for one in ticket.clocks if one.promise is UPDATE]) == 1


@pytest.mark.parametrize(
    ("orders", "text", "heard"),
    [
        ((), "Nous cherchons.", True),
        ((Spend(Activity.CALL, 5),), "", True),
        ((Spend(Activity.VISIT, 60),), "", True),
        ((Spend(Activity.REMOTE, 20),), "Corrigé.", True),
        ((Internal(), Spend(Activity.CALL, 5)), "Fâché.", True),
        ((Internal(),), "Rien de neuf.", False),
        ((Spend(Activity.REMOTE, 20),), "", False),
        ((Spend(Activity.OTHER, 20),), "", False),
        ((Take(),), "", False),
        ((), "", False),
    ],
)
def test_the_customer_hears_by_words_a_call_or_a_visit(orders: tuple[Intent, ...], text: str, heard: bool) -> None:
    """A note reaches nobody, and an automatic sentence is no news (domain.md §1)."""
    decision = ask(answer(*orders, text=text, received_at=moment("11:00")), Seen(1002, by_token=taken()), FIRM)
    assert bool(set_clocks(decision, UPDATE)) is heard


def test_the_customers_own_words_are_no_news_to_them() -> None:
    """It is the desk that owes them."""
    mail = received(token=contact_token(), received_at=moment("11:00"))
    assert set_clocks(ask(mail, Seen(1002, by_token=taken()), FIRM), UPDATE) == []


def test_news_after_the_deadline_are_late_and_still_start_the_next_period() -> None:
    """One broken promise does not break the next."""
    late = ask(answer(text="Pardon.", received_at=moment("15:00")), Seen(1002, by_token=taken()), FIRM)
    old, new = set_clocks(late, UPDATE)
    assert (old.ending, new.due_at) == (Ending.LATE, moment("17:00"))


def test_news_are_owed_until_it_is_resolved_and_again_when_it_was_not() -> None:
    """The obligation runs until the ticket is resolved (domain.md §4)."""
    resolved = step(taken(), "11:00", status=Status.RESOLVED)
    assert ending(resolved, UPDATE) is Ending.NO_LONGER
    again = step(resolved, "14:00", status=Status.OPEN)
    assert due(again, UPDATE) == moment("16:00")


def test_a_priority_given_later_promises_from_then_on() -> None:
    """Nobody promised anything before."""
    ticket = born("2026-11-16 08:00", priority=None)
    assert due(step(ticket, "15:00", priority="P1"), UPDATE) == moment("17:00")


def test_another_priority_counts_from_when_the_customer_heard() -> None:
    """Weekly becomes two-hourly: what has passed since has passed."""
    ticket = taken(priority="P4")
    assert due(step(ticket, "11:00", priority="P1"), UPDATE) == moment("12:05")


def test_a_priority_without_news_ends_the_obligation() -> None:
    """`P9` promises nothing."""
    assert ending(step(taken(), "11:00", priority="P9"), UPDATE) is Ending.NO_LONGER


def test_a_parked_request_has_no_clock_and_starts_them_when_it_is_released() -> None:
    """Parked from Monday to Wednesday: the promise is made on Wednesday."""
    parked = replace(a_ticket(callback=None, severity="critique", priority="P1"), status=Status.PARKED)
    event = received(a_mail(text="Oui"), token=contact_token(), received_at=local("2026-11-18 09:00"))
    decision = ask(event, Seen(1002, by_token=parked), FIRM, local("2026-11-18 09:00"))
    for promise, hour in ((CALLBACK, 10), (ENGAGEMENT, 10), (RESOLUTION, 17), (UPDATE, 11)):
        (one,) = set_clocks(decision, promise)
        assert (one.asked_at, one.due_at) == (local("2026-11-18 09:00"), local(f"2026-11-18 {hour}:00"))


def test_a_sooner_door_replaces_the_promise_and_ends_the_old_one() -> None:
    """Two promises of a call would be two clocks for one call."""
    slow = a_ticket(a_callback("regulier", moment("10:00"), moment("14:00")), queue="regulier")
    decision = ask(received(received_at=moment("10:30")), Seen(1002, by_thread=slow), FIRM, moment("10:30"))
    old, new = set_clocks(decision, CALLBACK)
    assert (old.ending, new.asked_at, new.due_at) == (Ending.NO_LONGER, moment("10:30"), moment("11:30"))


def test_a_sooner_door_keeps_the_pause_of_a_promise_that_stays() -> None:
    """Half an hour of the customer's own turn: due at 10:50, still before the urgent door's."""
    slow = a_ticket(a_callback("regulier", moment("08:30"), moment("10:20")), queue="regulier")
    waiting = step(slow, "09:30", status=Status.WAITING_CUSTOMER)
    decision = ask(received(received_at=moment("10:00")), Seen(1002, by_thread=waiting), FIRM, moment("10:00"))
    (one,) = set_clocks(decision, CALLBACK)
    assert (one.due_at, one.paused_minutes) == (moment("10:50"), 30)
