"""A parked request: released by one word of somebody who may, or left where it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.doing import ATTENDED
from mailgate.core.effects import ChangeStatus, SetClock
from mailgate.core.intents import Close, Intent, Internal, Reopen, Spend, Take
from mailgate.core.letters import NoticeFacts
from mailgate.core.model import Activity, Attachment, Direction, Status
from mailgate.core.page_effects import Page
from mailgate.core.seen import Seen
from mailgate.core.ticket import Line, Promise
from tests.builders import NOW, a_mail, a_ticket, contact_token, local, received
from tests.core.asking import ask, letters, of, only, paged
from tests.core.test_replies import DESK
from tests.core.working import answer, codes, notification

PARKED = a_ticket(
    status=Status.PARKED, callback=None, requester=replace(a_ticket().requester, mail="stagiaire@acme.example"),
    participants=frozenset({"stagiaire@acme.example"}), registered=False, notified=(),
    history=(Line(NOW, "stagiaire@acme.example", Direction.IN, "Plus de réseau"),),
)  # fmt: skip


@pytest.mark.parametrize("text", ["Oui", "oui, merci", "OK", "D’accord !", "Yes please"])
def test_an_authorised_contact_releases_a_parked_request_with_one_word(text: str) -> None:
    """The clock starts now, the people are paged with the original words, the colleague is told."""
    event = received(a_mail(text=text), to=DESK, token=contact_token())
    decision = ask(event, Seen(1002, by_token=PARKED))
    assert only(decision, ChangeStatus).status is Status.NEW
    assert only(decision, SetClock).clock.due_at == local("2026-11-16 11:00")
    assert paged(decision) == ["tech1", "tech2", "tech3"]
    (letter,) = letters(decision, "released")
    assert letter.to.address == "stagiaire@acme.example"


def test_the_contact_who_said_yes_reads_that_it_was_heard() -> None:
    """In their own name, in the thread of their yes; whose request it is, and nothing that is promised to somebody
    else."""
    mail = a_mail("it@acme.example", text="oui", message_id="<yes@acme.example>")
    decision = ask(received(mail, to=DESK, token=contact_token("it@acme.example")), Seen(1002, by_token=PARKED))
    (letter,) = letters(decision, "followed")
    assert (letter.to.address, letter.in_reply_to) == ("it@acme.example", "<yes@acme.example>")
    assert letter.facts.ticket is not None
    assert letter.facts.contact is not None
    assert letter.facts.notice == NoticeFacts("let-in")
    assert (letter.facts.ticket.requester, letter.facts.contact.name) == ("stagiaire@acme.example", "Ivan Tremblay")
    assert (letter.facts.ticket.status, letter.facts.deadline) == ("new", None)


def test_no_second_word_goes_to_who_asked_themselves() -> None:
    """A rule parked their request, and their own yes lets it in: « autorisée » is enough."""
    own = replace(PARKED, requester=a_ticket().requester, participants=frozenset({"chef@acme.example"}))
    decision = ask(received(a_mail(text="oui"), to=DESK, token=contact_token()), Seen(1002, by_token=own))
    assert only(decision, ChangeStatus).status is Status.NEW
    assert len(letters(decision, "released")) == 1
    assert letters(decision, "followed") == []


def test_a_released_request_has_the_people_and_the_files_it_came_with() -> None:
    """What the rules wanted, and the photo, are not lost while somebody makes up their mind."""
    part = Attachment(1, "photo.png", "image/png", 10)
    line = Line(NOW, "stagiaire@acme.example", Direction.IN, "Plus de réseau", False, 7, (part,))
    parked = replace(PARKED, history=(line,), team="support", notify=1, skills=("réseau",))
    event = received(a_mail(text="oui"), to=DESK, token=contact_token())
    decision = ask(event, Seen(1002, by_token=parked))
    assert len(paged(decision)) == 1
    enclosure = of(decision, Page)[0].letter.enclosure
    assert enclosure is not None
    assert (enclosure.inbox_id, enclosure.parts) == (7, (part,))


@pytest.mark.parametrize(
    ("sender", "text"), [("stagiaire@acme.example", "oui"), ("chef@acme.example", "non, attendez")]
)
def test_anything_else_leaves_it_parked(sender: str, text: str) -> None:
    """Neither the colleague's own word nor a contact's doubt."""
    event = received(a_mail(sender, text=text), to=DESK, token=contact_token())
    decision = ask(event, Seen(1002, by_token=PARKED))
    assert of(decision, ChangeStatus) == []
    assert paged(decision) == []


@pytest.mark.parametrize("word", [Take(), Reopen()])
def test_what_a_technician_writes_with_the_release_reaches_the_sender(word: Intent) -> None:
    """Beside the letter that says it is released; and the transcript tells the promise that begins with it."""
    for text in ("Je m'en occupe.", ""):
        decision = ask(answer(word, text=text), Seen(1002, by_token=PARKED))
        assert len(letters(decision, "released")) == 1
        assert len(letters(decision, "notification")) == bool(text)
        (told,) = letters(decision, "transcript")
        assert told.facts.deadline is not None
        assert told.facts.deadline.kept_at == (NOW if text else None)
        assert told.facts.deadline.callback.due_at == only(decision, SetClock).clock.due_at


def test_the_time_that_is_recorded_with_the_release_is_told() -> None:
    """A call is an intervention, and each of them is one mail to the customer."""
    decision = ask(answer(Take(), Spend(Activity.CALL, 15)), Seen(1002, by_token=PARKED))
    assert notification(decision).facts.intervention is not None


@pytest.mark.parametrize("word", [Take(), Reopen()])
@pytest.mark.parametrize("how", ["words", "call"])
def test_a_person_who_is_heard_with_the_release_keeps_its_promise(word: Intent, how: str) -> None:
    """They are owed nothing more, and neither letter tells them to wait; what is only noted or done from afar is no
    call-back."""
    call = (Spend(Activity.CALL, 15),) if how == "call" else ()
    decision = ask(answer(word, *call, text="" if call else "Je m'en occupe."), Seen(1002, by_token=PARKED))
    kept = next(one.clock for one in of(decision, SetClock) if one.clock.promise is Promise.CALLBACK)
    assert (kept.ended_at, kept.ended_by, kept.in_time) == (NOW, "tech1", True)
    (released,) = letters(decision, "released")
    assert released.facts.deadline is not None
    assert released.facts.deadline.kept_at == NOW
    assert "callback-kept" in codes(decision)
    for silent in (answer(word, Internal(), text="Je regarde."), answer(word, Spend(Activity.REMOTE, 15))):
        assert only(ask(silent, Seen(1002, by_token=PARKED)), SetClock).clock.running


def test_who_takes_a_request_and_closes_it_releases_nothing() -> None:
    """« #prendre #fermer » refuses it: the sender hears that it is closed, not that it is authorised."""
    decision = ask(answer(Take(), Close(), text="Ce n'est pas de notre ressort."), Seen(1002, by_token=PARKED))
    assert only(decision, ChangeStatus).status is Status.CLOSED
    assert letters(decision, "released") == []
    assert codes(decision) == ["taken", "answered", "closed"]


def test_the_journal_says_why_nobody_was_called_for_what_is_taken() -> None:
    """`mailgate verify` asks for as many people as the queue promises, or for the reason."""
    for word, because in ((Take(), True), (Reopen(), False)):
        decision = ask(answer(word), Seen(1002, by_token=PARKED))
        assert (ATTENDED in decision.because) is because is (paged(decision) == [])
