"""One more copy of a mail changes nothing, unless it alone came to a door that promises sooner (hazards I5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.decision import Decision
from mailgate.core.effects import MoveToQueue, OpenTicket
from mailgate.core.events import MailReceived
from mailgate.core.model import Activity, Outcome, Status
from mailgate.core.moving import MOVED
from mailgate.core.policy import Policy, UnknownSenders
from mailgate.core.seen import Seen, Twin
from mailgate.core.ticket import Ticket
from tests.builders import NOW, a_callback, a_kept_callback, a_mail, a_policy, a_ticket, local, received
from tests.core.asking import ask, letters, of, only, paged
from tests.core.firms import with_queue

REGULAR = "support-regulier@example.com"
DESK = "tickets+token@example.com"
OPEN = a_ticket(
    a_callback("regulier", NOW, local("2026-11-16 14:00")), queue="regulier", assignee="tech4", status=Status.OPEN
)
CLOSED = a_ticket(a_kept_callback(Activity.CALL), status=Status.CLOSED, assignee="tech4")


def copy_of_answer(event: MailReceived, ticket: Ticket = OPEN, policy: Policy | None = None) -> Decision:
    """The first copy answered the signed address; this one came to the urgent door unless it is another one."""
    seen = Seen(1002, (Twin(1, (DESK,), 1001),), by_twin=ticket)
    return ask(replace(event, inbox_id=2), seen, policy or a_policy())


def test_the_same_mail_at_a_second_door_is_answered_once() -> None:
    """It was, at the first one."""
    twins = (Twin(1, (REGULAR,), 1001),)
    decision = ask(received(inbox_id=2), Seen(1002, twins, by_twin=OPEN))
    assert only(decision, MoveToQueue).queue == "urgent"
    assert letters(decision, "followed") == []


def test_the_same_mail_again_takes_nothing_back_from_the_desk() -> None:
    """A technician moved it to the regular queue; whoever delivers the urgent mail once more decides nothing (I5)."""
    twins = (Twin(1, ("support-urgent@example.com",), 1001),)
    decision = ask(received(inbox_id=2), Seen(1002, twins, by_twin=OPEN))
    assert (decision.outcome, decision.effects) == (Outcome.DUPLICATE, ())


def test_a_late_copy_for_the_other_door_reopens_nothing() -> None:
    """It was said a month ago, and answered."""
    settled = replace(CLOSED, queue="regulier")
    decision = ask(received(inbox_id=2), Seen(1002, (Twin(1, (REGULAR,), 1001),), by_twin=settled))
    assert (decision.outcome, decision.effects) == (Outcome.DUPLICATE, ())


def test_the_same_mail_again_changes_nothing() -> None:
    """A relay that lost our 250 sends it again (RFC 1047): no second ticket, no second page."""
    twins = (Twin(1, ("support-urgent@example.com",), 1001),)
    decision = ask(received(inbox_id=2), Seen(1002, twins, by_twin=a_ticket()))
    assert (decision.outcome, decision.effects, decision.ticket) == (Outcome.DUPLICATE, (), 1001)


def test_the_same_mail_at_the_urgent_door_pages_for_the_ticket_it_has() -> None:
    """One mail to both doors, delivered one after the other: one ticket, and the sooner promise."""
    twins = (Twin(1, ("support-regulier@example.com",), 1001),)
    regular = a_ticket(queue="regulier", notified=("tech1", "tech2"), callback=a_callback("regulier", NOW, NOW))
    decision = ask(received(inbox_id=2), Seen(1002, twins, by_twin=regular))
    assert decision.outcome is Outcome.FOLLOW_UP
    assert only(decision, MoveToQueue).queue == "urgent"
    assert of(decision, OpenTicket) == []
    assert paged(decision) == ["tech3", "tech4"]


def test_the_same_mail_that_left_no_ticket_is_a_duplicate_too() -> None:
    """Refused once, refused without a second answer."""
    decision = ask(received(inbox_id=2), Seen(1002, (Twin(1, (), None),)))
    assert (decision.outcome, decision.effects) == (Outcome.DUPLICATE, ())


def test_the_copy_of_an_answer_at_a_door_is_told_what_the_door_promises() -> None:
    """The signed address had said nothing of it: as if one copy had named both."""
    decision = copy_of_answer(received())
    assert only(decision, MoveToQueue).queue == "urgent"
    assert paged(decision) == ["tech4"]
    (letter,) = letters(decision, "followed")
    assert (letter.to.address, letter.facts.notice) == ("chef@acme.example", MOVED)


SILENT = {
    "a technician's answer": received(a_mail("tech1@example.com")),
    "a program": received(a_mail(headers=(("auto-submitted", "auto-replied"),))),
    "its own door": received(to=REGULAR),
}


@pytest.mark.parametrize("name", SILENT)
def test_the_copy_of_an_answer_that_promises_nobody_anything(name: str) -> None:
    """A technician's words were work, a robot's are nobody's, and the ticket's own door promised before."""
    decision = copy_of_answer(SILENT[name])
    assert (decision.outcome, decision.effects) == (Outcome.DUPLICATE, ())


def test_who_may_not_ask_at_that_door_moves_nothing_by_a_copy() -> None:
    """A stranger who takes part in a request is parked at this door: its copy calls nobody either."""
    theirs = replace(OPEN, customer=None, registered=False, participants=frozenset({"x@nowhere.example"}))
    event = received(a_mail("x@nowhere.example"))
    assert of(copy_of_answer(event, theirs), MoveToQueue)
    strict = with_queue(unknown_senders=UnknownSenders.PARK)
    assert copy_of_answer(event, theirs, strict).effects == ()
