"""A thank-you of somebody whose mail program writes their title and telephone below it (domain.md §5)."""

from __future__ import annotations

import pytest

from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_held_mails import TECHS, to

CHEF = "chef@acme.example"
SIGNED = "Dominique Gagnon, ing.\nDirectrice générale\nAcme inc. | 514 555-0123"


def settled(desk: LiveDesk, last: str) -> Sent:
    """What the customer got last of a request that they wrote with a signature, and that ended by `last`."""
    sent = desk.write(Letter(f"Bonjour,\n\nplus rien ne marche.\n\n{SIGNED}", f"Dominique Gagnon <{CHEF}>"))
    desk.advance(minutes=5)
    sent = desk.write(answer(to([one for one in sent if one.template == "technician"], TECHS[0]), f"{last}\nRéparé."))
    desk.advance(minutes=5)
    return to(sent, CHEF)


def test_a_thank_you_with_a_signature_reopens_nothing(desk: LiveDesk) -> None:
    """The same lines stood below their request: nobody says anything by them."""
    assert desk.write(answer(settled(desk, "#résolu"), f"Merci beaucoup !\n\n{SIGNED}")) == []
    assert desk.ticket().status == "resolved"


def test_a_yes_with_a_signature_validates(desk: LiveDesk) -> None:
    """As a bare one does."""
    (told,) = desk.write(answer(settled(desk, "#valider"), f"Parfait, merci !\n\n{SIGNED}"))
    assert told.to == TECHS[0]
    assert desk.ticket().status == "resolved"


@pytest.mark.parametrize(
    "text",
    [
        "Merci !\n\nDominique Gagnon\nToujours en panne au deuxième",
        f"Merci !\nMais l'imprimante clignote.\n\n{SIGNED}",
        f"Merci !\n\n{SIGNED}\n\nP.-S. L'imprimante clignote.",
        "Merci !\nplus rien ne marche.",
    ],
)
def test_what_is_said_beside_the_signature_is_heard(desk: LiveDesk, text: str) -> None:
    """Only what they wrote before, from their name on to the end, is a signature."""
    desk.write(answer(settled(desk, "#résolu"), text))
    assert desk.ticket().status == "open"


def test_a_thank_you_with_a_file_is_heard(desk: LiveDesk) -> None:
    """Whoever sends a picture shows something."""
    got = settled(desk, "#résolu")
    head = f"From: {CHEF}\r\nTo: {got.reply_to}\r\nSubject: Re: x\r\nMessage-ID: <f@acme.example>\r\n"
    kind = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nMerci\r\n"
    file = "--b\r\nContent-Type: image/png; name=e.png\r\nContent-Disposition: attachment; filename=e.png\r\n\r\nx\r\n"
    (told,) = desk.deliver(f"{head}{kind}{file}--b--\r\n".encode(), CHEF, got.reply_to)
    assert "e.png" in told.text
    assert desk.ticket().status == "open"
