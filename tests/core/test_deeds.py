"""What a transcript tells of work that was done: the customer's side of it, the time, and who still waits."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.accounts import Received
from mailgate.core.decision import Decision
from mailgate.core.intents import Grade, Help, Internal, Resolve, Scale, Spend, Take
from mailgate.core.letters import Facts
from mailgate.core.model import Activity, Direction, Status
from mailgate.core.ticket import Promise
from tests.builders import OWED
from tests.core.asking import letters
from tests.core.working import codes, on


def told(decision: Decision) -> Facts:
    """The facts of the one transcript."""
    (letter,) = letters(decision, "transcript")
    return letter.facts


def received(decision: Decision) -> Received | None:
    said = told(decision).transcript
    return said.received if said else None


def test_the_words_that_left_are_given_back() -> None:
    """Whoever writes on a phone sees what the customer sees."""
    assert received(on(Resolve(), text="Voilà, c'est réglé.")) == Received(
        True, "chef@acme.example", "Voilà, c'est réglé."
    )


def test_a_sentence_of_the_desk_is_told_from_their_own_words() -> None:
    """The customer hears of a call that left no text, and not in the technician's words."""
    assert received(on(Spend(Activity.CALL, 15))) == Received(True, "chef@acme.example")


def test_a_note_tells_that_nothing_left() -> None:
    """That is what `#note` is for."""
    decision = on(Internal(), text="Le pilote est trop vieux.")
    assert received(decision) == Received(False, "chef@acme.example")


def test_time_is_told_with_its_reason() -> None:
    """Fifteen minutes of level 1 are the contract's."""
    spent = told(on(Spend(Activity.CALL, 15))).intervention
    assert spent is not None
    assert (spent.minutes, spent.charged, spent.covered) == (15, 0, True)


def test_a_note_that_moves_a_new_request_says_who_is_called() -> None:
    """It takes nothing: whoever writes it must not believe that it does."""
    decision = on(Internal(), Grade(Scale.QUEUE, "urgent"), text="Bien urgent.", queue="regulier")
    assert "still-called" in codes(decision)
    assert "still-called" not in codes(on(Take(), Grade(Scale.QUEUE, "urgent"), queue="regulier"))


def test_help_is_about_this_ticket() -> None:
    """A manual that names what is refused a minute later is no help."""
    said = told(on(Help(), status=Status.CLOSED, assignee="tech1", queue="urgent")).transcript
    assert said is not None
    assert said.manual is not None
    assert {"resolve", "close", "wait", "grade"} <= set(said.manual.impossible)
    assert "take" not in said.manual.impossible
    assert said.manual.technicians == ("tech2", "tech3", "tech4")
    assert said.manual.queues == ("regulier",)


def test_what_was_just_said_is_the_newest_of_the_history() -> None:
    """Who is told that somebody took the request reads what that one wrote, and so does the writer."""
    decision = on(Spend(Activity.CALL, 15), text="C'était l'onduleur.")
    for letter in (*letters(decision, "transcript"), *letters(decision, "technician")):
        assert letter.facts.ticket is not None
        newest = letter.facts.ticket.history[-1]
        assert (newest.who, newest.direction, newest.text) == ("Technicien 1", Direction.OUT, "C'était l'onduleur.")


def test_of_two_promises_for_one_moment_the_call_back_comes_first() -> None:
    """A customer waits for the telephone, not for a name in a list."""
    engagement = replace(OWED, promise=Promise.ENGAGEMENT)
    ticket = told(on(Help(), clocks=(engagement, OWED))).ticket
    assert ticket is not None
    assert ticket.first is not None
    assert ticket.first.promise == Promise.CALLBACK
