"""Which request calls people, which waits for a page that tells of several, and who has those that waited."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailgate.core.decision import Decision
from mailgate.core.effects import Assign, ChangeStatus, SendMail, SetTimer
from mailgate.core.events import TimerFired
from mailgate.core.flood_letters import LATE, REMINDED
from mailgate.core.floods import WAKE, WINDOW, asks_of_others, firm_of
from mailgate.core.letters import FloodFacts
from mailgate.core.model import Status
from mailgate.core.page_effects import AcknowledgePages, Await, CountCall, Page, PassOn, SpeakFor
from mailgate.core.policy import Floods
from mailgate.core.seen import Call, Flood, Seen
from tests.builders import NOW, a_mail, a_policy, a_ticket, received, technician_token
from tests.core.asking import ask, letters, of, only, paged
from tests.core.firms import with_rule

MINUTE = timedelta(minutes=1)
PEOPLE = ("tech2", "tech3", "tech4")


def called(number: int, minutes: int = 1, **changes: object) -> Call:
    """A request of Acme that called people so many minutes ago."""
    return replace(Call(number, "acme", "urgent", NOW - minutes * MINUTE, people=PEOPLE), **changes)  # type: ignore[arg-type]  # the test names the fields


def asked_after(*calls: Call, sender: str = "chef@acme.example", door: str = "urgent") -> Decision:
    """#1004 comes after these."""
    event = received(a_mail(sender), f"support-{door}@example.com")
    return ask(event, Seen(1004, calls=calls))


THREE = (called(1003, 1), called(1002, 5), called(1001, 14))


def test_the_third_request_is_like_any_other() -> None:
    """People are called by their turn."""
    decision = asked_after(*THREE[:2])
    assert paged(decision) == ["tech1", "tech2", "tech3"]
    assert only(decision, CountCall) == CountCall(1004, "acme", "urgent", NOW, alone=True)
    assert of(decision, SpeakFor) == []


def test_the_fourth_within_the_time_tells_the_same_people_of_all() -> None:
    """Its window begins."""
    decision = asked_after(*THREE)
    assert paged(decision) == list(PEOPLE)
    assert {page.letter.facts.flood for page in of(decision, Page)} == {FloodFacts(4, (1001, 1002, 1003, 1004))}
    assert only(decision, SpeakFor) == SpeakFor(1004, (1001, 1002, 1003))
    assert SetTimer(1004, WINDOW, NOW + 15 * MINUTE) in of(decision, SetTimer)


@pytest.mark.parametrize("older", [called(1001, 15), called(1001, 2, customer="other"), called(1001, 2, customer="")])
def test_what_is_longer_ago_or_of_others_does_not_count(older: Call) -> None:
    """Three and one are not four."""
    assert of(asked_after(*THREE[:2], older), SpeakFor) == []


def test_a_request_that_somebody_has_is_not_told_of_again() -> None:
    """It counts all the same."""
    decision = asked_after(*THREE[:2], called(1001, 3, waits=False))
    assert only(decision, SpeakFor).others == (1002, 1003)


def test_what_comes_in_a_window_waits() -> None:
    """A ticket, an acknowledgement, its clocks; no page, and no step of its own."""
    decision = asked_after(called(1003, gathers=True))
    assert of(decision, Page) == []
    assert only(decision, CountCall).alone is False
    assert not [timer for timer in of(decision, SetTimer) if timer.kind.startswith("escalate")]
    assert len(letters(decision, "acknowledgement")) == 1
    assert "a flood of 'acme': #1003's people hear of it in their next page, within 15 min" in decision.because


def test_another_queue_has_its_own_window() -> None:
    """Small matters hide no urgent one."""
    assert paged(asked_after(called(1003, gathers=True, queue="regulier")))


def test_strangers_are_counted_together_for_an_hour() -> None:
    """Six of them are heard one by one."""
    six = tuple(called(990 + number, 50, customer="") for number in range(6))
    assert of(asked_after(*six[:5], sender="a@b.example"), SpeakFor) == []
    assert only(asked_after(*six, sender="a@b.example"), SpeakFor).front == 1004


def test_nobody_is_counted_who_wakes_nobody() -> None:
    """A rule that notifies nobody makes no flood."""
    decision = ask(received(), Seen(1004, calls=THREE), with_rule(notify=0))
    assert of(decision, CountCall) == []
    assert of(decision, SpeakFor) == []


def test_the_figures_are_the_administrators() -> None:
    """`[floods]` of the rules."""
    policy = replace(a_policy(), floods=Floods(2, 5 * MINUTE))
    event = received()
    assert of(ask(event, Seen(1004, calls=(called(1003, 4),)), policy), SpeakFor)
    assert of(ask(event, Seen(1004, calls=(called(1003, 5),)), policy), SpeakFor) == []


def fired(kind: str, number: int, flood: Flood | None, **changes: object) -> Decision:
    """A timer of that ticket."""
    ticket = replace(a_ticket(), number=number, **changes)  # type: ignore[arg-type]  # the test names the fields
    return ask(TimerFired(3, kind, number, NOW), Seen(1010, by_token=ticket, flood=flood))


def test_a_window_ends_with_one_page_for_all_that_was_gathered() -> None:
    """By way of the oldest, whose window begins; its steps count from this page."""
    first = replace(a_ticket(), number=1005, notified=())
    decision = fired(WINDOW, 1004, Flood(1004, gathered=(1005, 1006), waiting=2, first=first), notified=PEOPLE)
    assert paged(decision) == list(PEOPLE)
    assert {page.letter.facts.flood for page in of(decision, Page)} == {FloodFacts(2, (1005, 1006))}
    assert (decision.ticket, only(decision, SpeakFor)) == (1005, SpeakFor(1005))
    assert {timer.kind for timer in of(decision, SetTimer)} >= {WINDOW, "escalate-0"}


def test_a_window_of_nothing_is_the_end() -> None:
    """The next request is like any other."""
    assert fired(WINDOW, 1004, Flood(1004)).effects == ()


def test_whoever_takes_the_front_wakes_those_behind_it() -> None:
    """In whatever words; nobody is woken for a ticket that stands alone."""
    event = received(a_mail("tech1@example.com", text="ok"), token=technician_token("tech1"))
    seen = Seen(1010, by_token=a_ticket(), flood=Flood(1001, named=(1002,), size=1))
    assert only(ask(event, seen), PassOn) == PassOn(1001, WAKE, NOW)
    assert of(ask(event, replace(seen, flood=Flood(1001))), PassOn) == []


def test_a_ticket_behind_goes_to_whoever_has_the_front() -> None:
    """Nobody is told: they know it from the page."""
    decision = fired(WAKE, 1005, Flood(1004, owner="tech2"), notified=())
    assert only(decision, Assign) == Assign(1005, "tech2")
    assert only(decision, ChangeStatus).status is Status.OPEN
    assert only(decision, AcknowledgePages).technician == "tech2"
    assert of(decision, SendMail) == []


def test_a_ticket_that_somebody_has_is_left_to_them() -> None:
    """The timer holds no truth."""
    assert fired(WAKE, 1005, Flood(1004, owner="tech2"), status=Status.OPEN, assignee="tech3").effects == ()


def test_a_ticket_whose_front_nobody_has_calls_people_itself() -> None:
    """The front was closed by whoever left the rules since: nobody's ticket stays without a person."""
    decision = fired(WAKE, 1005, Flood(1004, owner="gone"), notified=())
    assert len(paged(decision)) == 3
    assert only(decision, CountCall).alone is True


def test_of_those_behind_that_nobody_has_one_reminder_is_heard() -> None:
    """It says how many there are, and the next ones of the window are the same matter."""
    flood = Flood(1004, named=(1006,), size=1)
    heard = fired("callback-warning", 1005, flood)
    assert {letter.facts.flood for letter in letters(heard, "technician")} == {FloodFacts(2, (1005, 1006))}
    assert only(heard, Await) == Await(1004, REMINDED[0], 900)
    told = fired("callback-warning", 1005, replace(flood, told=frozenset(REMINDED[:1])))
    assert of(told, SendMail) == []
    assert "#1004 speaks for it in a flood" in told.because


def test_of_those_that_came_with_the_front_each_is_heard_as_long_as_they_are_few() -> None:
    """The last letter for which there is room names the others; none is heard without having been named before."""
    late = {"assignee": "tech2", "status": Status.OPEN}
    flood = Flood(1004, owner="tech2", named=(1006,), size=1)
    told: list[frozenset[str]] = [frozenset(), frozenset(REMINDED[:1]), frozenset(REMINDED[1:])]
    heard = [fired("callback-warning", 1005, replace(flood, told=one), **late) for one in told]
    assert [only(one, Await).kind for one in heard] == [REMINDED[0], REMINDED[1], REMINDED[0]]
    grouped = FloodFacts(2, (1005, 1006), taken=True)
    assert [{one.facts.flood for one in letters(each, "technician")} for each in heard] == [{None}, {None}, {grouped}]
    full = fired("callback-warning", 1005, replace(flood, told=frozenset(REMINDED)), **late)
    assert of(full, SendMail) == []


def test_no_reminder_takes_the_room_of_what_is_late() -> None:
    """Neither whoever has it nor the leads would hear that a promise is broken."""
    late = {"assignee": "tech2", "status": Status.OPEN, "clocks": (replace(a_ticket().clocks[0], due_at=NOW),)}
    flood = Flood(1004, owner="tech2", told=frozenset(REMINDED))
    decision = fired("callback-warning", 1005, flood, **late)
    assert only(decision, Await).kind == LATE[0]
    assert {one.to.address for one in letters(decision, "technician")} == {"tech2@example.com"}
    assert letters(decision, "notice")


def test_somebody_elses_ticket_reminds_them() -> None:
    """tech3 took it out of the flood: their reminder is theirs."""
    flood = Flood(1004, owner="tech2", told=frozenset(REMINDED), named=(1006,), size=1)
    decision = fired("callback-warning", 1005, flood, assignee="tech3", status=Status.OPEN)
    assert [letter.to.address for letter in letters(decision, "technician")] == ["tech3@example.com"]


@pytest.mark.parametrize(
    ("sender", "firm"), [("chef@acme.example", "acme"), ("x@stranger.example", ""), ("tech1@example.com", None)]
)
def test_a_mail_is_most_probably_about_its_author_s_customer(sender: str, firm: str | None) -> None:
    """A technician's may be about anybody's."""
    assert firm_of(received(a_mail(sender)), a_policy()) == firm


def test_a_call_for_another_customer_s_request_is_decided_with_theirs() -> None:
    """What was not looked at must not pass for nothing."""
    decision = asked_after()
    assert [asks_of_others(decision, firm) for firm in ("acme", "", "helvetia", None)] == [False, True, True, False]
