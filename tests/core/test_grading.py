"""A technician grades a ticket by mail; what the customer must know they are told, and why (domain.md §4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailgate.core.decision import Decision
from mailgate.core.effects import MoveToQueue, Reclassify, SendMail, SetTimer
from mailgate.core.intents import Grade, Intent, Internal, Order, Orders, Problem, Resolve, Scale, Spend
from mailgate.core.letters import Regraded
from mailgate.core.model import Activity, Outcome, Status
from mailgate.core.policy import Actions, Policy
from mailgate.core.seen import Seen
from mailgate.core.ticket import Promise, Ticket
from tests.builders import NOW, a_callback, a_kept_callback, a_ticket, local
from tests.core.asking import ask, letters, of, only
from tests.core.firms import with_rule
from tests.core.grading import FIRM, born, moment, set_clocks, step, taken
from tests.core.working import answer, codes, notification

PRIORITY, SEVERITY, LEVEL, KIND, QUEUE = Scale
LATER = a_callback("regulier", NOW, local("2026-11-16 14:00"))


def grade(
    *intents: Intent, ticket: Ticket | None = None, at: str = "11:00", text: str = "", policy: Policy = FIRM
) -> Decision:
    """tech1 grades a critical P1 ticket of tech2 at eleven."""
    event = answer(*intents, text=text, received_at=moment(at))
    return ask(event, Seen(1002, by_token=ticket or taken()), policy, moment(at))


def problems(decision: Decision) -> list[Problem]:
    """What the transcript holds against it."""
    (letter,) = letters(decision, "transcript")
    assert letter.facts.transcript is not None
    return list(letter.facts.transcript.problems)


@pytest.mark.parametrize(
    ("order", "effect"),
    [
        (Grade(PRIORITY, "p2"), Reclassify(1001, priority="P2")),
        (Grade(SEVERITY, "HAUTE", "un contournement existe"), Reclassify(1001, severity="haute")),
        (Grade(LEVEL, "2", "vos données sont à examiner"), Reclassify(1001, level=2)),
        (Grade(SEVERITY, "High", "un contournement existe"), Reclassify(1001, severity="haute")),
        (Grade(SEVERITY, "élevée", "un contournement existe"), Reclassify(1001, severity="haute")),
        (Grade(PRIORITY, "2"), Reclassify(1001, priority="P2")),
        (Grade(KIND, "formation"), Reclassify(1001, kind="training")),
        (Grade(KIND, "customization"), Reclassify(1001, kind="customisation")),
        (Grade(KIND, "Developpement"), Reclassify(1001, kind="development")),
        (Grade(QUEUE, "Régulier"), MoveToQueue(1001, "regulier")),
    ],
)
def test_each_scale_is_graded_in_any_spelling(order: Grade, effect: Reclassify | MoveToQueue) -> None:
    """Case and accents do not count; what is kept is the word of the rules."""
    decision = grade(order)
    assert only(decision, type(effect)) == effect
    assert order.scale in codes(decision)


def test_one_mail_may_grade_several_things() -> None:
    """One effect, one transcript."""
    decision = grade(Grade(PRIORITY, "P2"), Grade(KIND, "installation"))
    assert only(decision, Reclassify) == Reclassify(1001, priority="P2", kind="installation")
    assert codes(decision) == ["priority", "kind"]


def test_the_rules_may_know_other_kinds() -> None:
    """A kind that a rule gives may be typed."""
    policy = replace(with_rule(kind="réparation"), priorities=FIRM.priorities)
    assert isinstance(policy.rules[0].then, Actions)
    assert only(grade(Grade(KIND, "reparation"), policy=policy), Reclassify).kind == "réparation"


@pytest.mark.parametrize(
    ("order", "nearest"),
    [
        (Grade(PRIORITY, "P7"), "#grade P1 / P2 / P4 / P9"),
        (Grade(SEVERITY, "critik", "x"), "#grade critique"),
        (Grade(LEVEL, "4", "x"), "#grade 1 / 2 / 3"),
        (Grade(QUEUE, "urgentt"), "#grade urgent"),
    ],
)
def test_an_unknown_word_is_named_with_the_nearest_one(order: Grade, nearest: str) -> None:
    """And nothing of the mail is applied."""
    decision = grade(order, Grade(KIND, "formation"), text="Bonjour")
    (found,) = problems(decision)
    assert (found.code, found.detail, found.nearest) == ("unknown-grade", order.value, nearest)
    assert decision.outcome is Outcome.REFUSED
    assert [type(effect) for effect in decision.effects] == [SendMail]


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("#genre formaton", "#genre formation"),
        ("#genre defectt", "#genre défaut"),
        ("#kind formaton", "#kind training"),
        (
            "#genre zut",
            "#genre assistance / défaut / service / personnalisation / développement / formation / installation",
        ),
        ("#kind zut", "#kind assistance / defect / service / customisation / development / training / installation"),
    ],
)
def test_a_kind_is_offered_in_the_language_of_its_command(line: str, nearest: str) -> None:
    """Whoever writes « #genre » reads no English; a refused line is no understood one beside it."""
    order = Order(Grade(KIND, line.split()[1]), line)
    decision = ask(answer(orders=Orders("", (order,))), Seen(1002, by_token=a_ticket()), FIRM)
    assert [one.nearest for one in problems(decision)] == [nearest]
    (letter,) = letters(decision, "transcript")
    assert letter.facts.transcript is not None
    assert letter.facts.transcript.understood == ()


@pytest.mark.parametrize(
    ("order", "nearest"),
    [
        (Grade(PRIORITY, "1"), "#grade prio1 / rang1"),
        (Grade(SEVERITY, "high", "x"), "#grade haute / forte"),
    ],
)
def test_a_word_for_two_of_the_rules_is_neither(order: Grade, nearest: str) -> None:
    """A figure, or a word of the other language, must have one meaning."""
    priorities = {key: replace(FIRM.priorities["P1"], key=key) for key in ("prio1", "rang1")}
    severities = {key: replace(FIRM.severities["haute"], key=key) for key in ("haute", "forte")}
    policy = replace(FIRM, priorities=priorities, severities=severities)
    assert [one.nearest for one in problems(grade(order, policy=policy))] == [nearest]


@pytest.mark.parametrize(
    ("orders", "code"),
    [
        ((Grade(SEVERITY, "basse"),), "missing-reason"),
        ((Grade(LEVEL, "3"),), "missing-reason"),
        ((Grade(PRIORITY, "P1"), Grade(PRIORITY, "P2")), "graded-twice"),
        ((Internal(), Grade(LEVEL, "2", "données")), "told-and-internal"),
    ],
)
def test_what_stands_against_a_grade(orders: tuple[Intent, ...], code: str) -> None:
    """The customer must be told why, and nobody can tell them by a note."""
    decision = grade(*orders)
    assert [one.code for one in problems(decision)] == [code]
    assert of(decision, Reclassify) == []


@pytest.mark.parametrize("before", [None, "haute", "gone"])
def test_raising_a_severity_needs_no_reason(before: str | None) -> None:
    """Severities stand in the rules from the least to the most severe; nobody lowers what was not said."""
    assert only(grade(Grade(SEVERITY, "critique"), ticket=taken(severity=before)), Reclassify).severity == "critique"


def test_the_same_level_again_needs_no_reason_and_changes_nothing() -> None:
    """Nor is the customer told."""
    decision = grade(Grade(LEVEL, "1"))
    assert (of(decision, Reclassify), letters(decision, "notification")) == ([], [])


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED, Status.PARKED])
def test_what_is_not_under_way_is_not_graded(status: Status) -> None:
    """Its promises have ended, or have not begun."""
    assert "not-possible" in codes(grade(Grade(PRIORITY, "P2"), ticket=a_ticket(status=status)))


def test_the_customer_reads_what_was_lowered_and_why() -> None:
    """One mail, in the name of a machine; nobody wrote it, so it is no news of the kind that P1 promises."""
    decision = grade(Grade(SEVERITY, "haute", "un autre poste imprime"))
    assert notification(decision).facts.regraded == (Regraded(SEVERITY, "haute", "un autre poste imprime"),)
    assert set_clocks(decision, Promise.UPDATE) == []
    assert "severity haute: un autre poste imprime" in decision.because


def test_words_and_a_level_are_one_mail() -> None:
    """One mail of a technician is one notification, whatever it holds."""
    decision = grade(Grade(LEVEL, "2", "vos données sont à examiner"), text="Je regarde cet après-midi.")
    told = notification(decision)
    assert told.facts.message is not None
    assert (told.facts.message.text, told.facts.regraded[0].now) == ("Je regarde cet après-midi.", "2")


def test_who_waits_for_a_call_reads_that_it_comes_later() -> None:
    """The urgent door promised an hour, in writing: the regular one is due at two in the afternoon."""
    waiting = a_ticket(status=Status.OPEN, assignee="tech2")
    decision = grade(Grade(QUEUE, "regulier"), ticket=waiting)
    told = notification(decision)
    assert told.facts.regraded == (Regraded(QUEUE, "regulier", ""),)
    assert told.facts.deadline is not None
    assert told.facts.deadline.callback.due_at == moment("14:00")
    assert "queue regulier: the customer is told" in decision.because


@pytest.mark.parametrize(
    ("ticket", "orders"),
    [
        (a_ticket(a_kept_callback(Activity.CALL), status=Status.OPEN), (Grade(QUEUE, "regulier"),)),
        (a_ticket(a_kept_callback(Activity.CALL), status=Status.OPEN), (Grade(QUEUE, "regulier"), Internal())),
        (a_ticket(queue="regulier", callback=LATER, status=Status.OPEN), (Grade(QUEUE, "urgent"), Internal())),
        (a_ticket(queue="regulier", callback=LATER, status=Status.OPEN), (Grade(QUEUE, "urgent"),)),
        (a_ticket(status=Status.OPEN), (Grade(QUEUE, "urgent"),)),
    ],
)
def test_who_waits_for_no_call_or_gets_it_sooner_reads_nothing(ticket: Ticket, orders: tuple[Intent, ...]) -> None:
    """No promise of theirs is later; and a note is a note."""
    assert letters(grade(*orders, ticket=ticket), "notification") == []


def test_a_note_puts_no_promised_call_off() -> None:
    """The customer would have to read the new deadline; a note is read by the desk alone."""
    decision = grade(
        Grade(QUEUE, "regulier"), Internal(), text="Ce n'est pas urgent.", ticket=a_ticket(status=Status.OPEN)
    )
    assert [problem.code for problem in problems(decision)] == ["later-and-internal"]
    assert of(decision, MoveToQueue) == []


@pytest.mark.parametrize("order", [Grade(PRIORITY, "P2"), Grade(KIND, "formation")])
def test_what_concerns_the_desk_alone_is_told_to_nobody_else(order: Grade) -> None:
    """A transcript is enough, and a word to the colleague whose ticket it is."""
    told = [(one.letter.template, one.letter.to.address) for one in of(grade(order), SendMail)]
    assert told == [("technician", "tech2@example.com"), ("transcript", "tech1@example.com")]


def test_waiting_for_validation_does_not_hide_a_grade() -> None:
    """The mail is a notification, and not another question."""
    waiting = step(taken(), "10:30", status=Status.WAITING_VALIDATION)
    assert notification(grade(Grade(LEVEL, "2", "données"), ticket=waiting)).facts.regraded


def test_work_is_charged_as_it_was_graded_with_it() -> None:
    """Level 2 is billable, from the mail on that says so."""
    decision = grade(Grade(LEVEL, "2", "données"), Spend(Activity.CALL, 12))
    shown = notification(decision).facts.intervention
    assert shown is not None
    assert (shown.covered, shown.charged) == (False, 60)


def test_a_solution_graded_and_given_at_once_is_judged_by_the_new_grade() -> None:
    """Critical until now, due at 18:00; high has three days."""
    decision = grade(Grade(SEVERITY, "haute", "contourné"), Resolve(), at="19:00")
    (one,) = set_clocks(decision, Promise.RESOLUTION)
    assert one.in_time is True


def test_a_graded_solution_sets_its_own_warnings() -> None:
    """Eight hours from ten become three days."""
    decision = grade(Grade(SEVERITY, "haute", "contourné"))
    (timer,) = [one for one in of(decision, SetTimer) if one.kind == "resolution-warning"]
    assert timer.due_at > moment("18:00")


@pytest.mark.parametrize(
    ("queue", "start", "due"),
    [("regulier", "urgent", "2026-11-16 14:00"), ("urgent", "regulier", "2026-11-16 11:00")],
)
def test_another_queue_counts_the_call_from_when_it_was_asked_for(queue: str, start: str, due: str) -> None:
    """Asked for at ten, moved at 10:30: four hours from ten, or one."""
    decision = grade(Grade(QUEUE, queue), ticket=born(queue=start), at="10:30")
    (one,) = set_clocks(decision, Promise.CALLBACK)
    assert (one.asked_at, one.due_at, one.calendar) == (moment("10:00"), moment(due), queue)


def test_another_queue_keeps_every_pause() -> None:
    """Half an hour of the customer's own."""
    ticket = step(step(born(), "10:10", status=Status.WAITING_CUSTOMER), "10:40", status=Status.OPEN)
    (one,) = set_clocks(grade(Grade(QUEUE, "regulier"), ticket=ticket, at="10:50"), Promise.CALLBACK)
    assert (one.paused_minutes, one.due_at) == (30, moment("14:30"))


def test_a_call_recorded_with_the_move_is_judged_by_the_new_queue() -> None:
    """Called at noon: late for one hour, in time for four."""
    decision = grade(Grade(QUEUE, "regulier"), Spend(Activity.CALL, 5), ticket=born(), at="12:00")
    (one,) = set_clocks(decision, Promise.CALLBACK)
    assert one.in_time is True


def test_a_promise_that_was_kept_is_not_moved() -> None:
    """History stays where it was."""
    kept: Any = set_clocks(grade(Spend(Activity.CALL, 5), ticket=born()), Promise.CALLBACK)
    ticket = taken().with_clocks(*kept)
    assert set_clocks(grade(Grade(QUEUE, "regulier"), ticket=ticket), Promise.CALLBACK) == []
