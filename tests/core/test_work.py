"""A technician's mail: obeyed whole or not at all; one intervention, one notification (interfaces.md §6)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.effects import (
    AddIntervention,
    AddMessage,
    Assign,
    CancelTimer,
    ChangeStatus,
    SendMail,
    SetClock,
    SetTimer,
)
from mailgate.core.hours import Duration, Unit
from mailgate.core.intents import (
    Acknowledge,
    AssignTo,
    Close,
    Help,
    Intent,
    Internal,
    Order,
    Orders,
    Problem,
    Reopen,
    Resolve,
    Spend,
    Take,
    Wait,
)
from mailgate.core.letters import Tone
from mailgate.core.model import Activity, Attachment, Direction, Outcome, Status
from mailgate.core.page_effects import AcknowledgePages, CancelPages, Page
from mailgate.core.seen import Seen
from tests.builders import NOW, a_callback, a_kept_callback, a_mail, a_policy, a_queue, a_ticket, local
from tests.core.asking import ask, letters, of, only
from tests.core.working import answer, codes, notification, on


def test_a_plain_answer_goes_to_the_customer_in_the_technicians_name() -> None:
    """A person's words carry no mark of a machine, and need no transcript."""
    decision = on(text="C'est réparé.")
    letter = notification(decision)
    assert (letter.tone, letter.to.address) == (Tone.PERSON, "chef@acme.example")
    assert letter.facts.message is not None
    assert letter.facts.message.text == "C'est réparé."
    assert letter.facts.technician is not None
    assert letter.facts.technician.key == "tech1"
    assert letters(decision, "transcript") == []
    assert only(decision, AddMessage).direction is Direction.OUT


def test_a_reply_is_an_intervention_that_keeps_the_promise() -> None:
    """The ticket records when, by whom and whether in time."""
    decision = on(text="Je m'en occupe.")
    callback = only(decision, SetClock).clock
    assert (callback.ended_by, callback.how, callback.in_time) == ("tech1", Activity.REPLY, True)
    assert only(decision, AddIntervention).activity is Activity.REPLY
    assert only(decision, Assign).technician == "tech1"
    assert only(decision, ChangeStatus).status is Status.OPEN


def test_a_late_call_keeps_the_promise_late() -> None:
    """Late is kept, and said."""
    decision = on(Spend(Activity.CALL, 15), callback=a_callback("urgent", NOW, local("2026-11-16 09:00")))
    assert only(decision, SetClock).clock.in_time is False
    assert "callback-late" in codes(decision)


def test_a_queue_may_ask_for_a_voice() -> None:
    """`callback_kept_by`: a reply alone does not keep what promises a call; the call does."""
    policy = a_policy()
    strict = a_queue("urgent", "1h", 3, callback_kept_by=frozenset({Activity.CALL}))
    policy = replace(policy, queues={**policy.queues, "urgent": strict})
    seen = Seen(1002, by_token=a_ticket())
    assert of(ask(answer(text="Bonjour"), seen, policy), SetClock) == []
    assert of(ask(answer(Spend(Activity.REMOTE, 5)), seen, policy), SetClock) == []
    assert of(ask(answer(Spend(Activity.CALL, 5)), seen, policy), SetClock) != []


def test_a_promise_is_kept_once() -> None:
    """The first contact counts; the second does not rewrite history."""
    kept = a_kept_callback(Activity.CALL)
    assert of(on(text="encore", callback=kept), SetClock) == []


def test_remote_work_with_words_keeps_it_by_the_words() -> None:
    """The customer heard from a person."""
    decision = on(Spend(Activity.REMOTE, 20), text="Corrigé à distance.")
    assert only(decision, SetClock).clock.how is Activity.REPLY
    assert only(decision, AddIntervention).activity is Activity.REMOTE


def test_a_call_with_a_sentence_is_one_intervention_and_one_mail() -> None:
    """One mail of a technician is one intervention and one notification, whatever it holds."""
    decision = on(Spend(Activity.CALL, 15), text="Câble remplacé.", kind="training")
    done = only(decision, AddIntervention)
    assert (done.activity, done.minutes, done.charged, done.public) == (Activity.CALL, 15, 60, True)
    shown = notification(decision).facts.intervention
    assert shown is not None
    assert (shown.minutes, shown.charged) == (15, 60)
    assert codes(decision) == ["taken", "answered", "time", "callback-kept"]


def test_a_silent_call_is_told_by_an_automatic_sentence() -> None:
    """The customer hears of every intervention, even of one without words."""
    letter = notification(on(Spend(Activity.VISIT, 60)))
    assert letter.tone is Tone.GENERATED


def test_a_note_reaches_no_customer() -> None:
    """Whatever stands in it, and whatever was recorded with it."""
    decision = on(Internal(), Spend(Activity.CALL, 10), text="Client difficile.")
    assert letters(decision, "notification") == []
    assert only(decision, AddMessage).direction is Direction.INTERNAL
    assert only(decision, AddIntervention).public is False
    told = {letter.letter.to.address for letter in of(decision, SendMail)}
    assert told == {"tech1@example.com", "tech2@example.com", "tech3@example.com"}


def test_a_bare_note_keeps_nothing_and_moves_nothing() -> None:
    """Talking among ourselves is no contact with the customer."""
    decision = on(Internal(), text="À voir demain.")
    assert not of(decision, SetClock)
    assert not of(decision, ChangeStatus)
    assert not of(decision, Assign)
    assert only(decision, AddIntervention).activity is Activity.NOTE


def test_taking_a_ticket_takes_it_and_tells_no_customer() -> None:
    """Arranging the work is no intervention."""
    decision = on(Take())
    assert only(decision, Assign).technician == "tech1"
    assert of(decision, AddIntervention) == []
    assert codes(decision) == ["taken"]
    assert only(decision, AddMessage).text == "#take"


@pytest.mark.parametrize("who", ["tech2", "TECH2", "technicien 2", "tech2@example.com"])
def test_a_ticket_can_be_given_to_somebody_by_key_name_or_address(who: str) -> None:
    """And the new assignee gets the whole of it."""
    decision = on(AssignTo(who), text="Mon collègue vous rappelle.", assignee="tech1", status=Status.OPEN)
    assert only(decision, Assign).technician == "tech2"
    (letter,) = letters(decision, "technician")
    assert letter.to.address == "tech2@example.com"
    assert letter.facts.notice is not None
    assert letter.facts.notice.code == "assigned"
    assert codes(decision) == ["assigned", "answered", "callback-kept"]


@pytest.mark.parametrize(
    ("intents", "code"),
    [
        ((AssignTo("tech9"),), "unknown-technician"),
        ((Spend(Activity.CALL, 5), Spend(Activity.REMOTE, 5)), "two-activities"),
        ((Close(), Resolve()), "two-statuses"),
        ((Take(), AssignTo("tech2")), "two-assignees"),
        ((Reopen(),), "not-possible"),
        ((Take(), Reopen(), Spend(Activity.CALL, 5)), "not-possible"),
    ],
)
def test_one_impossible_command_stops_the_whole_mail(intents: tuple[Intent, ...], code: str) -> None:
    """Nothing is applied and nothing sent but the transcript to the technician."""
    decision = on(*intents, text="Bonjour")
    assert codes(decision) == [code]
    assert [type(effect) for effect in decision.effects] == [SendMail]
    assert decision.outcome is Outcome.REFUSED


def test_a_line_that_was_not_understood_stops_it_too() -> None:
    """Half an answer at a customer's is worse than none."""
    orders = Orders(
        "Bonjour", (Order(Take(), "#prendre"),), (Problem("unknown-command", "#fremer", nearest="#fermer"),)
    )
    decision = ask(answer(orders=orders), Seen(1002, by_token=a_ticket()))
    (letter,) = letters(decision, "transcript")
    assert letter.facts.transcript is not None
    assert letter.facts.transcript.understood == ("#prendre",)
    assert letter.facts.transcript.problems[0].nearest == "#fermer"


@pytest.mark.parametrize(
    ("intent", "before", "after"),
    [
        (Resolve(), Status.OPEN, Status.RESOLVED),
        (Close(), Status.RESOLVED, Status.CLOSED),
        (Reopen(), Status.CLOSED, Status.OPEN),
        (Reopen(), Status.WAITING_CUSTOMER, Status.OPEN),
        (Wait(Status.WAITING_CUSTOMER), Status.OPEN, Status.WAITING_CUSTOMER),
        (Wait(Status.WAITING_THIRD), Status.NEW, Status.WAITING_THIRD),
    ],
)
def test_the_life_of_a_ticket_by_command(intent: Intent, before: Status, after: Status) -> None:
    """Every step a technician may ask for."""
    assert only(on(intent, status=before, assignee="tech1"), ChangeStatus).status is after


def test_closing_without_a_word_sends_the_closing_mail() -> None:
    """The customer learns that it is over and that an answer reopens it; pages that wait are called off."""
    decision = on(Close(), assignee="tech1", status=Status.OPEN)
    (letter,) = letters(decision, "closing")
    assert letter.tone is Tone.GENERATED
    assert only(decision, CancelPages).ticket == 1001
    assert codes(decision) == ["answered", "closed"]


def test_closing_with_a_word_sends_the_word() -> None:
    """One mail, not two."""
    letter = notification(on(Close(), text="Bonne journée."))
    assert letter.facts.ticket is not None
    assert letter.facts.ticket.status == "closed"


def test_waiting_may_have_an_end() -> None:
    """`#attente tiers 3d`: after three working days it comes back."""
    decision = on(Wait(Status.WAITING_THIRD, Duration(3, Unit.DAYS)), assignee="tech1")
    assert only(decision, SetTimer).due_at == local("2026-11-19 10:00")
    assert letters(decision, "notification") == []


def test_leaving_a_wait_calls_its_timer_off_and_resumes_the_clock() -> None:
    """The pause ends when the technician ends it."""
    callback = a_callback("urgent", local("2026-11-16 09:00"), local("2026-11-16 10:00"))
    decision = on(
        Reopen(),
        status=Status.WAITING_CUSTOMER,
        waiting_since=local("2026-11-16 09:30"),
        callback=callback,
        assignee="tech1",
    )
    assert only(decision, CancelTimer).kind == "waiting-over"
    assert only(decision, SetClock).clock.due_at == local("2026-11-16 10:30")


@pytest.mark.parametrize("text", ["", "pris", "OK", "Vu !"])
def test_an_empty_answer_acknowledges_the_page(text: str) -> None:
    """One thumb at night; the customer gets nothing of it."""
    decision = on(text=text)
    assert only(decision, AcknowledgePages).technician == "tech1"
    assert codes(decision) == ["taken", "acknowledged"]
    assert letters(decision, "notification") == []


def test_the_command_acknowledges_too() -> None:
    """`#pris`, and any other answer."""
    assert of(on(Acknowledge()), AcknowledgePages)
    assert of(on(text="Bonjour"), AcknowledgePages)


def test_help_is_told_with_this_tickets_number() -> None:
    """And does nothing else."""
    decision = on(Help())
    (letter,) = letters(decision, "transcript")
    assert letter.facts.transcript is not None
    assert letter.facts.transcript.help
    assert of(decision, ChangeStatus) == []


def test_the_technicians_files_reach_the_customer() -> None:
    """A mail of nothing but a file is an answer."""
    part = Attachment(1, "guide.pdf", "application/pdf", 10)
    mail = a_mail("tech1@example.com", text="", attachments=(part,))
    decision = ask(answer(mail=mail), Seen(1002, by_token=a_ticket()))
    enclosure = notification(decision).enclosure
    assert enclosure is not None
    assert enclosure.parts == (part,)


def test_a_strangers_subject_returns_only_under_a_technicians_words() -> None:
    """An automatic mail to an unknown address shows nothing of its own; a person's answer may."""
    silent = notification(on(Spend(Activity.CALL, 5), registered=False))
    spoken = notification(on(text="Bonjour", registered=False))
    assert silent.facts.ticket is not None
    assert spoken.facts.ticket is not None
    assert (silent.facts.ticket.subject, spoken.facts.ticket.subject) == (None, "Panne du serveur")


def test_a_technician_may_release_a_parked_request() -> None:
    """`#prendre` on it: the clock starts, the sender is told, and nobody else is called for what is taken."""
    decision = on(Take(), status=Status.PARKED, callback=None, notified=())
    assert only(decision, ChangeStatus).status is Status.OPEN
    assert only(decision, Assign).technician == "tech1"
    assert len(letters(decision, "released")) == 1
    assert "released" in codes(decision)
    assert of(decision, Page) == []


def test_a_parked_request_that_is_reopened_calls_people() -> None:
    """`#rouvrir` takes nothing: the queue's people are called, as if a contact had said yes."""
    decision = on(Reopen(), status=Status.PARKED, callback=None, notified=())
    assert only(decision, ChangeStatus).status is Status.NEW
    assert of(decision, Page) != []
