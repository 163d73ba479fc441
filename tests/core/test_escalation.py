"""A page ends with a person: steps, hand-over, replacement, exhaustion (hazards I18 to I21)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailgate.core.decision import Decision
from mailgate.core.effects import Assign, SetTimer
from mailgate.core.escalation import STEP
from mailgate.core.events import DeliveryFailed, TimerFired
from mailgate.core.hours import parse_duration
from mailgate.core.intents import Acknowledge, AssignTo, Help, Intent, Internal
from mailgate.core.model import Channel, PageState, Status
from mailgate.core.page_effects import AcknowledgePages, CancelPages, EscalatePages, ExhaustPages, Page
from mailgate.core.policy import Escalation, Policy
from mailgate.core.seen import Seen
from mailgate.core.ticket import Paged, Ticket
from tests.builders import NOW, a_mail, a_ticket, local, received
from tests.core.asking import ask, letters, of, only, paged
from tests.core.firms import with_queue, with_rule
from tests.core.working import codes, on

STEPS = (Escalation(parse_duration("15m"), 1), Escalation(parse_duration("30m"), 0, "leads"))
WITH_STEPS = with_queue(escalate=STEPS)


def called(state: PageState = PageState.SENT, **changes: object) -> Ticket:
    """#1001, with tech1 to tech3 paged by mail and pager."""
    pages = tuple(
        Paged(f"tech{number}", target, state)
        for number in (1, 2, 3)
        for target in (f"tech{number}@example.com", f"514555010{number}@pager.example.net")
    )
    return replace(a_ticket(pages=pages), **changes)  # type: ignore[arg-type]  # the test names the fields


def step(number: int, ticket: Ticket | None, policy: Policy = WITH_STEPS, at: str = "2026-11-16 10:15") -> Decision:
    """The timer of a step fires."""
    fired = TimerFired(3, f"{STEP}{number}", 1001, local(at))
    return ask(fired, Seen(1002, by_token=ticket), policy, local(at))


def timer(decision: Decision) -> SetTimer:
    """The next step's."""
    (found,) = [one for one in of(decision, SetTimer) if one.kind.startswith(STEP)]
    return found


@pytest.mark.parametrize(
    ("received_at", "due_at"),
    [
        ("2026-11-16 10:00", "2026-11-16 10:15"),
        ("2026-11-16 19:50", "2026-11-17 07:05"),
        ("2026-11-21 23:00", "2026-11-23 07:15"),
    ],
)
def test_the_first_step_waits_for_the_promises_hours(received_at: str, due_at: str) -> None:
    """The first page leaves at any hour; what follows is counted on the queue's calendar."""
    decision = ask(received(received_at=local(received_at)), policy=WITH_STEPS)
    assert timer(decision) == SetTimer(1001, f"{STEP}0", local(due_at))


def test_silence_calls_again_and_adds_the_next_person() -> None:
    """The silent ones by what wakes them, the new one over every channel."""
    decision = step(0, called())
    again = [(page.technician, page.channel) for page in of(decision, Page)]
    woken = [("tech1", Channel.PAGER), ("tech2", Channel.PAGER), ("tech3", Channel.PAGER)]
    assert again == [*woken, ("tech4", Channel.MAIL), ("tech4", Channel.PAGER)]
    assert only(decision, EscalatePages).ticket == 1001
    assert timer(decision) == SetTimer(1001, f"{STEP}1", local("2026-11-16 10:30"))
    notices = {page.letter.facts.notice.code for page in of(decision, Page) if page.letter.facts.notice}
    assert notices == {"escalated"}


def test_a_step_may_name_a_team() -> None:
    """All of it who were not called yet."""
    decision = step(1, called(), at="2026-11-16 10:30")
    assert "tech4" in paged(decision)
    assert timer(decision) == SetTimer(1001, f"{STEP}2", local("2026-11-16 10:45"))


def test_a_step_that_finds_nobody_new_says_so() -> None:
    """Fewer than it promises is a shortfall like any other."""
    everybody = called(notified=("tech1", "tech2", "tech3", "tech4"))
    told = letters(step(0, everybody), "notice")
    assert {letter.facts.notice.code for letter in told if letter.facts.notice} == {"too-few-people"}
    assert [letter.to.address for letter in told] == ["tech4@example.com", "admin@example.com"]


def test_the_end_of_the_chain_alarms_the_leads_and_the_administrators() -> None:
    """Exhausted is an end that somebody hears of; nothing follows it."""
    decision = step(2, called(), at="2026-11-16 10:45")
    assert only(decision, ExhaustPages).ticket == 1001
    told = [letter.to.address for letter in letters(decision, "notice")]
    assert told == ["tech4@example.com", "admin@example.com"]
    assert of(decision, SetTimer) == []
    assert of(decision, Page) == []


def test_a_queue_without_steps_ends_at_its_promise() -> None:
    """Nobody to add; the leads hear from the clock that the promise is late."""
    assert timer(ask(received())).due_at == local("2026-11-16 11:00")
    assert step(0, called(), with_queue(), "2026-11-16 11:00").effects == (ExhaustPages(1001),)


@pytest.mark.parametrize(
    "ticket",
    [
        None,
        called(PageState.ACKNOWLEDGED),
        called(status=Status.OPEN),
        called(status=Status.CLOSED),
        called(status=Status.PARKED),
    ],
)
def test_what_somebody_saw_is_escalated_no_more(ticket: Ticket | None) -> None:
    """The timer holds no truth of its own."""
    assert step(0, ticket).effects == ()


def test_a_late_timer_waits_for_the_hours() -> None:
    """The daemon was down in the evening: nobody is woken at midnight for it."""
    decision = step(0, called(), at="2026-11-16 23:30")
    assert decision.effects == (SetTimer(1001, f"{STEP}0", local("2026-11-17 07:00")),)


@pytest.mark.parametrize("text", ["", "pris", "ok", "Bonjour, je regarde."])
def test_the_first_who_answers_has_it_and_the_others_hear_who(text: str) -> None:
    """One transaction: owner, their page, and the others' pages called off."""
    decision = on(text=text)
    assert only(decision, Assign).technician == "tech1"
    assert only(decision, CancelPages).ticket == 1001
    told = {letter.to.address for letter in letters(decision, "technician")}
    assert told == {"tech2@example.com", "tech3@example.com"}


@pytest.mark.parametrize("orders", [(), (Acknowledge(),)])
def test_who_comes_late_is_told_who_has_it(orders: tuple[Acknowledge, ...]) -> None:
    """And takes nothing from them, by the word or by the command."""
    decision = on(*orders, text="" if orders else "pris", assignee="tech2", status=Status.OPEN)
    assert codes(decision) == ["already-taken"]
    assert of(decision, Assign) == []


@pytest.mark.parametrize("intents", [(Help(),), (Internal(),)])
def test_who_asks_or_notes_takes_nothing(intents: tuple[Help | Internal, ...]) -> None:
    """Somebody must still be found."""
    assert of(on(*intents, text="" if Help() in intents else "À suivre"), Assign) == []


def test_who_hands_it_on_does_not_take_it() -> None:
    """`#assign tech4` by tech1."""
    assert only(on(AssignTo("tech4")), Assign).technician == "tech4"


def refused(target: str) -> DeliveryFailed:
    """A relay refuses tech1's page."""
    return DeliveryFailed(6, NOW, 40, "technician", target, "x", "550 gone", 1001, "tech1", Channel.MAIL)


def unreached(*states: PageState) -> Ticket:
    """tech1's page by mail, and by pager, as given."""
    targets = ("tech1@example.com", "5145550101@pager.example.net")
    pages = tuple(Paged("tech1", target, state) for target, state in zip(targets, states, strict=True))
    return a_ticket(pages=pages)


def test_whom_no_channel_reaches_is_replaced_at_once() -> None:
    """`notify = 3` means three people reached."""
    dead = unreached(PageState.FAILED, PageState.FAILED)
    decision = ask(refused("tech1@example.com"), Seen(1002, by_token=dead), WITH_STEPS)
    assert paged(decision) == ["tech4"]


@pytest.mark.parametrize("other", [PageState.PROMISED, PageState.SENT, PageState.ACCEPTED])
def test_one_channel_that_works_is_enough(other: PageState) -> None:
    """The pager rang."""
    half = unreached(PageState.FAILED, other)
    assert paged(ask(refused("tech1@example.com"), Seen(1002, by_token=half), WITH_STEPS)) == []


def test_nobody_is_replaced_on_a_ticket_that_is_taken() -> None:
    """Somebody has it."""
    dead = replace(unreached(PageState.FAILED, PageState.FAILED), status=Status.OPEN)
    assert paged(ask(refused("tech1@example.com"), Seen(1002, by_token=dead), WITH_STEPS)) == []


def test_a_robots_mail_that_pages_nobody_escalates_to_nobody() -> None:
    """`notify = 0` of a rule."""
    robot = received(a_mail(headers=(("auto-submitted", "auto-generated"),)))
    timers = of(ask(robot, policy=with_rule(notify=0)), SetTimer)
    assert [one for one in timers if one.kind.startswith(STEP)] == []


def test_the_whole_chain_is_bounded() -> None:
    """Fire every timer until none is set: as many rounds as steps and one, however long the silence."""
    ticket, now, rounds = called(), NOW, 0
    kind = f"{STEP}0"
    while kind and rounds < 20:
        decision = ask(TimerFired(3, kind, 1001, now), Seen(1002, by_token=ticket), WITH_STEPS, now)
        kind = next((one.kind for one in of(decision, SetTimer) if one.kind.startswith(STEP)), "")
        now, rounds = now + timedelta(minutes=15), rounds + 1
    assert rounds == 3


@pytest.mark.parametrize("intent", [Internal(), Help()])
def test_a_note_or_a_question_answers_no_page(intent: Intent) -> None:
    """Nobody has the request after it, so the escalation must go on; of a ticket in hand it does no harm."""
    assert of(on(intent), AcknowledgePages) == []
    assert of(on(intent, status=Status.OPEN, assignee="tech2"), AcknowledgePages) != []
