"""A technician's mail: obeyed whole or not at all; one intervention, one notification (interfaces.md §6)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.decision import Decision
from mailgate.core.effects import (
    AcknowledgePages,
    AddIntervention,
    AddMessage,
    Assign,
    CancelPages,
    CancelTimer,
    ChangeStatus,
    OpenTicket,
    SendMail,
    SetCallback,
    SetTimer,
)
from mailgate.core.events import MailReceived, TimerFired
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
from mailgate.core.letters import Letter, Tone
from mailgate.core.model import Activity, Attachment, AuthVerdict, Callback, Direction, Outcome, Status
from mailgate.core.policy import CommandsNeed, Desk, Policy
from mailgate.core.seen import Seen
from tests.builders import NOW, a_mail, a_policy, a_queue, a_ticket, contact_token, local, received, technician_token
from tests.core.asking import ask, letters, of, only, paged

DESK = "tickets+token@example.com"


def answer(*intents: Intent, text: str = "", **changes: object) -> MailReceived:
    """tech1 answers the mail about #1001, with their own token."""
    orders = Orders(text, tuple(Order(intent, f"#{type(intent).__name__.lower()}") for intent in intents))
    mail = a_mail("tech1@example.com", text=text, subject="Re: [#1001] Panne du serveur")
    event = received(mail, to=DESK, orders=orders, token=technician_token("tech1"))
    return replace(event, **changes)  # type: ignore[arg-type]  # the test names the fields


def on(*intents: Intent, text: str = "", **ticket: object) -> Decision:
    """What becomes of such an answer, on a ticket that differs as given."""
    return ask(answer(*intents, text=text), Seen(1002, by_token=a_ticket(**ticket)))


def notification(decision: Decision) -> Letter:
    """The one mail to the customer."""
    (letter,) = letters(decision, "notification")
    return letter


def codes(decision: Decision) -> list[str]:
    """What the transcript says: what was done, or what stands against it."""
    (letter,) = letters(decision, "transcript")
    assert letter.facts.transcript is not None
    said = letter.facts.transcript
    return [one.code for one in said.did] + [problem.code for problem in said.problems]


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
    callback = only(decision, SetCallback).callback
    assert (callback.kept_by, callback.kept_how, callback.in_time) == ("tech1", Activity.REPLY, True)
    assert only(decision, AddIntervention).activity is Activity.REPLY
    assert only(decision, Assign).technician == "tech1"
    assert only(decision, ChangeStatus).status is Status.OPEN


def test_a_late_call_keeps_the_promise_late() -> None:
    """Late is kept, and said."""
    decision = on(Spend(Activity.CALL, 15), callback=Callback("urgent", NOW, local("2026-11-16 09:00")))
    assert only(decision, SetCallback).callback.in_time is False
    assert "callback-late" in codes(decision)


def test_a_queue_may_ask_for_a_voice() -> None:
    """`callback_kept_by`: a reply alone does not keep what promises a call; the call does."""
    policy = a_policy()
    strict = a_queue("urgent", "1h", 3, callback_kept_by=frozenset({Activity.CALL}))
    policy = replace(policy, queues={**policy.queues, "urgent": strict})
    seen = Seen(1002, by_token=a_ticket())
    assert of(ask(answer(text="Bonjour"), seen, policy), SetCallback) == []
    assert of(ask(answer(Spend(Activity.REMOTE, 5)), seen, policy), SetCallback) == []
    assert of(ask(answer(Spend(Activity.CALL, 5)), seen, policy), SetCallback) != []


def test_a_promise_is_kept_once() -> None:
    """The first contact counts; the second does not rewrite history."""
    kept = Callback("urgent", NOW, NOW, kept_at=NOW, kept_by="tech2", kept_how=Activity.CALL, in_time=True)
    assert of(on(text="encore", callback=kept), SetCallback) == []


def test_remote_work_with_words_keeps_it_by_the_words() -> None:
    """The customer heard from a person."""
    decision = on(Spend(Activity.REMOTE, 20), text="Corrigé à distance.")
    assert only(decision, SetCallback).callback.kept_how is Activity.REPLY
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
    assert {letter.letter.to.address for letter in of(decision, SendMail)} == {"tech1@example.com"}


def test_a_bare_note_keeps_nothing_and_moves_nothing() -> None:
    """Talking among ourselves is no contact with the customer."""
    decision = on(Internal(), text="À voir demain.")
    assert not of(decision, SetCallback)
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
    decision = on(AssignTo(who), text="Mon collègue vous rappelle.", assignee="tech1")
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
    decision = on(Close(), assignee="tech1")
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
    callback = Callback("urgent", local("2026-11-16 09:00"), local("2026-11-16 10:00"))
    decision = on(
        Reopen(),
        status=Status.WAITING_CUSTOMER,
        waiting_since=local("2026-11-16 09:30"),
        callback=callback,
        assignee="tech1",
    )
    assert only(decision, CancelTimer).kind == "waiting-over"
    assert only(decision, SetCallback).callback.due_at == local("2026-11-16 10:30")


@pytest.mark.parametrize("text", ["", "pris", "OK", "Vu !"])
def test_an_empty_answer_acknowledges_the_page(text: str) -> None:
    """One thumb at night; the customer gets nothing of it."""
    decision = on(text=text)
    assert only(decision, AcknowledgePages).technician == "tech1"
    assert codes(decision) == ["acknowledged"]
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
    """`#prendre` on it: the clock starts, the sender is told."""
    decision = on(Take(), status=Status.PARKED, callback=None, notified=())
    assert only(decision, ChangeStatus).status is Status.NEW
    assert len(letters(decision, "released")) == 1
    assert "released" in codes(decision)


FORGED = {
    "another technician's address": answer(mail=a_mail("tech2@example.com")),
    "a stranger with the token": answer(mail=a_mail("x@nowhere.example")),
    "a failing verdict": answer(verdict=AuthVerdict.FAIL),
    "the pager's address with a command": answer(Take(), mail=a_mail("5145550101@pager.example.net")),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_doubtful_command_does_nothing_and_tells_the_registered_address(name: str) -> None:
    """Whoever it was, the technician learns of it at the address the rules name."""
    decision = ask(FORGED[name], Seen(1002, by_token=a_ticket()))
    assert [effect.letter.to.address for effect in of(decision, SendMail)] == ["tech1@example.com"]
    assert decision.outcome is Outcome.REFUSED


def test_a_customer_who_answers_a_forwarded_page_is_heard_and_commands_nothing() -> None:
    """A technician forwarded their own mail: the customer's words must not be lost for it."""
    mail = a_mail("chef@acme.example", text="#fermer\nToujours en panne")
    decision = ask(
        answer(Close(), text="Toujours en panne", mail=mail), Seen(1002, by_thread=a_ticket(assignee="tech2"))
    )
    assert (decision.outcome, decision.ticket) == (Outcome.FOLLOW_UP, 1001)
    assert only(decision, AddMessage).direction is Direction.IN
    assert of(decision, ChangeStatus) == []
    assert codes(decision) == ["not-your-address"]


def test_a_pagers_own_address_may_acknowledge_and_no_more() -> None:
    """Some pagers can answer; they cannot be authenticated."""
    decision = ask(answer(mail=a_mail("5145550101@pager.example.net", text="")), Seen(1002, by_token=a_ticket()))
    assert codes(decision) == ["acknowledged"]


@pytest.mark.parametrize(("verdict", "obeyed"), [(AuthVerdict.NONE, False), (AuthVerdict.PASS, True)])
def test_a_firm_may_want_proof(verdict: AuthVerdict, obeyed: bool) -> None:
    """`commands_need = "pass"`: silence of the relay is not enough."""
    policy = a_policy(desk=Desk("X", "tickets@example.com", commands_need=CommandsNeed.PASS))
    decision = ask(answer(text="Bonjour", verdict=verdict), Seen(1002, by_token=a_ticket()), policy)
    assert bool(letters(decision, "notification")) is obeyed


def without_token(**changes: object) -> MailReceived:
    """tech1 writes without a signed address."""
    return answer(token=None, **changes)  # type: ignore[arg-type]  # the test names the fields


@pytest.mark.parametrize(
    ("event", "seen"),
    [
        (without_token(), Seen(1002)),
        (without_token(recipients=("support-urgent@example.com",)), Seen(1002, by_tag=a_ticket())),
        (without_token(recipients=("support-urgent@example.com",)), Seen(1002, by_thread=a_ticket())),
        (
            replace(answer(Close()), token=contact_token(), recipients=("support-urgent@example.com",)),
            Seen(1002, by_token=a_ticket()),
        ),
    ],
)
def test_without_the_token_a_technician_is_told_what_is_missing(event: MailReceived, seen: Seen) -> None:
    """Never a silent nothing, and never a public answer by accident."""
    decision = ask(event, seen)
    assert codes(decision) == ["no-token"]
    assert [type(effect) for effect in decision.effects] == [SendMail]


def test_a_token_of_somebody_who_left_opens_nothing() -> None:
    """Revoked at the next load of the rules: their mail is a stranger's."""
    policy = a_policy()
    rest: Policy = replace(policy, technicians={key: one for key, one in policy.technicians.items() if key != "tech1"})
    rest = replace(rest, teams={"support": replace(policy.teams["support"], members=("tech2", "tech3", "tech4"))})
    decision = ask(answer(Close()), Seen(1002, by_token=a_ticket()), rest)
    assert only(decision, OpenTicket).ticket.number == 1002


def test_a_token_of_a_ticket_that_is_gone_is_said() -> None:
    """After a restore, the technician hears that nothing was done."""
    assert codes(ask(answer(Close()), Seen(1002))) == ["no-ticket"]


def test_a_technicians_out_of_office_is_kept_inside() -> None:
    """It must never become an answer to the customer."""
    mail = a_mail("tech1@example.com", text="Absent", headers=(("auto-submitted", "auto-replied"),))
    decision = ask(answer(mail=mail), Seen(1002, by_token=a_ticket()))
    assert only(decision, AddMessage).direction is Direction.INTERNAL
    assert of(decision, SendMail) == []
    assert ask(answer(mail=mail), Seen(1002)).effects == ()


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
