"""Two requests in one ticket: the customer's newest message becomes a request of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailgate.core.decision import Decision
from mailgate.core.effects import AddMessage, OpenTicket, SetTimer
from mailgate.core.escalation import STEP
from mailgate.core.intents import (
    AddWatcher,
    Intent,
    Internal,
    LinkTo,
    MergeInto,
    Resolve,
    SetContact,
    SetCustomer,
    SetSubject,
    SplitOff,
)
from mailgate.core.model import Attachment, Direction, Outcome, Status
from mailgate.core.page_effects import CountCall, Page
from mailgate.core.relation_effects import LinkTickets, MoveMessage
from mailgate.core.seen import Call, Seen
from mailgate.core.ticket import Line, Ticket
from tests.builders import NOW, a_ticket, local
from tests.core.asking import ask, letters, of, only, paged
from tests.core.working import answer, codes

IT = "it@acme.example"
FIRST = Line(NOW, "chef@acme.example", Direction.IN, "Le serveur ne marche plus.", inbox_id=3)
SECOND = Line(NOW + timedelta(minutes=20), IT, Direction.IN, "L'imprimante non plus.", inbox_id=7)
ANSWER = Line(NOW + timedelta(minutes=25), "tech1@example.com", Direction.OUT, "Je regarde.", inbox_id=8)
ROBOT = Line(NOW + timedelta(minutes=30), IT, Direction.IN, "Je suis absent.", automatic=True, inbox_id=9)


def talked(*lines: Line, **changes: object) -> Ticket:
    """#1001 with its first message and these."""
    usual = {"status": Status.OPEN, "assignee": "tech1", "history": (FIRST, *lines)}
    return a_ticket(**{**usual, **changes})  # type: ignore[arg-type]  # the test names the fields


def splitting(*intents: Intent, text: str = "", own: Ticket | None = None, subject: str = "") -> Decision:
    """tech1 answers with `#séparer`, half an hour after ten."""
    at = NOW + timedelta(minutes=30)
    event = answer(SplitOff(subject), *intents, text=text, received_at=at)
    return ask(event, Seen(1018, by_token=own or talked(SECOND, ANSWER, ROBOT)), now=at)


def test_the_newest_message_of_the_customer_is_a_request_of_its_own() -> None:
    """Not the desk's answer behind it, and not a robot's word."""
    decision = splitting()
    fresh = only(decision, OpenTicket).ticket
    assert (fresh.number, fresh.requester.mail, fresh.status) == (1018, IT, Status.NEW)
    assert (fresh.queue, fresh.customer, fresh.subject) == ("urgent", "acme", "Panne du serveur")
    assert only(decision, MoveMessage) == MoveMessage(1001, 1018, 7)
    assert only(decision, LinkTickets).ticket == 1018
    assert codes(decision) == ["split"]
    assert "the newest message becomes #1018" in decision.because
    assert decision.ticket == 1001


def test_its_promise_counts_from_when_the_message_came() -> None:
    """Nobody wins time by splitting late."""
    fresh = only(splitting(), OpenTicket).ticket
    assert fresh.opened_at == SECOND.at
    assert fresh.callback is not None
    assert (fresh.callback.asked_at, fresh.callback.due_at) == (SECOND.at, local("2026-11-16 11:20"))


def test_it_is_acknowledged_to_who_wrote_it() -> None:
    """With its own number and deadline."""
    (letter,) = letters(splitting(), "acknowledgement")
    assert (letter.to.address, letter.to.name, letter.ticket) == (IT, "Ivan Tremblay", 1018)


def test_people_are_called_as_for_a_new_request() -> None:
    """Three for the urgent queue, with the words and the files of the message, and counted like any other call."""
    part = Attachment(1, "photo.jpg", "image/jpeg", 100)
    decision = splitting(own=talked(replace(SECOND, attachments=(part,))))
    assert len(paged(decision)) == 3
    assert only(decision, CountCall).ticket == 1018
    letter = of(decision, Page)[0].letter
    assert letter.facts.message is not None
    assert (letter.facts.message.text, letter.facts.message.attachments) == ("L'imprimante non plus.", (part,))
    assert letter.enclosure is not None
    assert letter.enclosure.inbox_id == 7
    assert any(one.ticket == 1018 and one.kind == "callback-warning" for one in of(decision, SetTimer))


def test_an_old_message_calls_those_who_are_there_now() -> None:
    """Three hours later: who was called since makes no flood of then, and the next step waits for those who are called
    now."""
    at = NOW + timedelta(hours=3)
    old = tuple(Call(1010 + number, "acme", "urgent", at - timedelta(hours=1)) for number in range(5))
    event = answer(SplitOff(), received_at=at)
    decision = ask(event, Seen(1018, by_token=talked(SECOND), calls=old), now=at)
    assert "flood" not in decision.because
    assert only(decision, CountCall).at == at
    (step,) = [one for one in of(decision, SetTimer) if one.kind == f"{STEP}0"]
    assert step.due_at > at


def test_words_beside_it_are_said_where_it_was_answered() -> None:
    """Once, to the requester of the old ticket."""
    decision = splitting(text="Pour le serveur : c'est réparé.")
    said = [one for one in of(decision, AddMessage) if one.direction is Direction.OUT]
    assert [one.ticket for one in said] == [1001]
    (letter,) = letters(decision, "notification")
    assert (letter.to.address, letter.ticket) == ("chef@acme.example", 1001)


def test_the_old_ticket_may_end_with_it() -> None:
    """What was left of it is done."""
    assert codes(splitting(Resolve())) == ["answered", "resolved", "split"]


def test_a_subject_of_its_own_is_given_beside_it() -> None:
    """The old one keeps the old subject."""
    assert only(splitting(subject="Imprimante"), OpenTicket).ticket.subject == "Imprimante"


def test_a_note_splits_in_silence() -> None:
    """People are called all the same."""
    decision = splitting(Internal(), text="Deux choses.")
    assert letters(decision, "acknowledgement") == []
    assert len(paged(decision)) == 3


def test_its_story_says_where_it_came_from() -> None:
    """For whoever reads it alone."""
    (note,) = [one for one in of(splitting(), AddMessage) if one.ticket == 1018]
    assert (note.direction, note.text) == (Direction.INTERNAL, "(#1001) #splitoff")


@pytest.mark.parametrize("lines", [(), (ANSWER,), (ROBOT,), (replace(SECOND, inbox_id=None),)])
def test_what_opened_a_ticket_stays_in_it(lines: tuple[Line, ...]) -> None:
    """A ticket without its question is nobody's."""
    decision = splitting(text="Bonjour.", own=talked(*lines))
    assert decision.outcome is Outcome.REFUSED
    assert codes(decision) == ["nothing-to-split"]


BESIDE = (SplitOff(), LinkTo(7), SetSubject("x"), SetContact(IT), SetCustomer("acme"), AddWatcher(IT))


@pytest.mark.parametrize("intent", BESIDE)
def test_one_relation_at_a_time(intent: Intent) -> None:
    """Nobody could tell which of the two tickets is meant."""
    assert "one-at-a-time" in codes(splitting(intent))


def test_nothing_is_split_and_merged_at_once() -> None:
    """Both checks say so, and nothing happens."""
    decision = splitting(MergeInto(1009))
    assert decision.outcome is Outcome.REFUSED
    assert of(decision, OpenTicket) == []
