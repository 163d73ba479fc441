"""The desk says that it is done; the customer validates, or says what is missing (domain.md §5)."""

from __future__ import annotations

import pytest

from mailgate.core.decision import Decision
from mailgate.core.effects import ChangeStatus
from mailgate.core.model import Attachment, AuthVerdict, Status
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ending, Promise
from mailgate.core.words import is_bare_yes
from tests.builders import a_mail, contact_token, local, received
from tests.core.asking import ask, letters, only
from tests.core.grading import FIRM, set_clocks, step, taken

ASKED = step(taken(), "11:00", status=Status.WAITING_VALIDATION)
LATER = local("2026-11-17 09:00")


def say(text: str, sender: str = "chef@acme.example", **mail: object) -> Decision:
    """The customer answers the mail that asks for their validation."""
    event = received(a_mail(sender, text=text, **mail), token=contact_token(), received_at=LATER)
    return ask(event, Seen(1002, by_token=ASKED), FIRM, LATER)


@pytest.mark.parametrize(
    "text",
    [
        "oui",
        "C'est bon, merci",
        "Validé",
        "Je valide.",
        "Merci beaucoup !",
        "Bonjour,\n\nTout est en ordre, merci.\n\nChantal Chef",
        "Ça marche",
        "Yes, all good, thanks",
        "OK pour moi, vous pouvez fermer.",
    ],
)
def test_a_bare_yes_validates(text: str) -> None:
    """Resolved; whoever has it hears, nobody has to look."""
    decision = say(text)
    assert only(decision, ChangeStatus).status is Status.RESOLVED
    assert "a bare yes validates it: waiting-validation becomes resolved" in decision.because
    (told,) = letters(decision, "technician")
    assert told.facts.notice is not None
    assert (told.to.address, told.facts.notice.code) == ("tech2@example.com", "validated")


@pytest.mark.parametrize(
    "text",
    [
        "non",
        "Oui, mais l'imprimante clignote encore.",
        "Ça ne marche toujours pas",
        "Pas encore, merci",
        "C'est bon ?",
        "Bonne journée",
        "Bonjour",
        "",
        "oui " * 30,
    ],
)
def test_anything_else_is_work_again(text: str) -> None:
    """Or says what is missing: when unsure, somebody looks."""
    decision = say(text)
    assert only(decision, ChangeStatus).status is Status.OPEN
    assert [one.facts.notice.code for one in letters(decision, "technician") if one.facts.notice] == ["follow-up"]


def test_a_yes_with_a_file_says_more_than_yes() -> None:
    """The file is what is missing."""
    shown = say("oui", attachments=(Attachment(1, "erreur.png", "image/png", 4000),))
    assert only(shown, ChangeStatus).status is Status.OPEN


def test_who_only_writes_under_the_customers_name_validates_nothing() -> None:
    """A Message-ID and a From are no proof: the ticket goes back to work, and somebody looks."""
    event = received(a_mail(text="oui"), to="tickets@example.com", received_at=LATER, verdict=AuthVerdict.NONE)
    decision = ask(event, Seen(1002, by_thread=ASKED), FIRM, LATER)
    assert only(decision, ChangeStatus).status is Status.OPEN


def test_validation_keeps_its_clock_and_the_solution_and_starts_the_last_one() -> None:
    """The solution is judged by the desk's own time: from ten to eleven, and nothing of the night."""
    decision = say("oui")
    (solved,), (validated,) = set_clocks(decision, Promise.RESOLUTION), set_clocks(decision, Promise.VALIDATION)
    assert (solved.ending, validated.ending) == (Ending.KEPT, Ending.KEPT)
    assert set_clocks(decision, Promise.CLOSING)[-1].running


@pytest.mark.parametrize("status", [Status.OPEN, Status.WAITING_CUSTOMER, Status.WAITING_THIRD])
def test_a_yes_to_another_question_resolves_nothing(status: Status) -> None:
    """ "Oui" may be the answer that the technician waits for."""
    event = received(a_mail(text="oui"), token=contact_token(), received_at=LATER)
    decision = ask(event, Seen(1002, by_token=step(taken(), "11:00", status=status)), FIRM, LATER)
    assert Status.RESOLVED not in {one.status for one in decision.effects if isinstance(one, ChangeStatus)}


def test_a_bare_yes_may_be_signed() -> None:
    """With the name that the mail itself shows."""
    assert is_bare_yes("Oui\n\nIvan Tremblay", "Ivan Tremblay")
    assert not is_bare_yes("Oui\n\nIvan Tremblay")
