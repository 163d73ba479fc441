"""A technician brings in a request for somebody: by commands, or by forwarding the mail of whoever asks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core.model import Direction, Status
from tests.flow.desk import Letter, LiveDesk, Sent, answer

CHEF = "chef@acme.example"
TECH = "tech1@example.com"
DESK = "tickets@example.com"
CALLED = "#client acme\n#contact chef@acme.example\n#file regulier\n#appel 10\n\nLe serveur de Québec ne répond plus."
FORWARD = """Pouvez-vous regarder ?

---------- Message transféré ----------
De : Dominique Gagnon <chef@acme.example>
Date : lun. 16 nov. 2026 à 09:41
Objet : Plus de réseau
À : <tech1@example.com>

Bonjour, plus rien ne répond au magasin."""


def to(sent: list[Sent], who: str, template: str) -> Sent:
    """The one mail of a template to somebody."""
    (found,) = [one for one in sent if (one.to, one.template) == (who, template)]
    return found


def wrote(text: str, subject: str = "Panne du serveur", to: str = DESK) -> Letter:
    return Letter(text, TECH, to, subject)


def test_an_unproven_mail_waits_for_a_signed_word(desk: LiveDesk) -> None:
    """Nothing of it happens before; then the contact is told, and the call counts."""
    (asked,) = desk.write(wrote(CALLED))
    assert (asked.to, asked.template) == (TECH, "transcript")
    assert "rien ne prouve" in asked.text
    sent = desk.write(answer(asked, "oui"))
    assert "#1001" in to(sent, CHEF, "notification").subject
    assert "Demande ouverte pour chef@acme.example" in to(sent, TECH, "transcript").text
    story = desk.ticket()
    assert (story.queue, story.assignee, story.status) == ("regulier", "tech1", Status.OPEN)
    assert story.callback is not None
    assert story.callback.kept_by == "tech1"
    assert [one.minutes for one in story.interventions] == [10]
    assert [(line.direction, line.from_) for line in story.messages][:1] == [(Direction.IN, CHEF)]
    assert "#appel" not in story.messages[0].text


def test_without_a_call_the_people_of_the_queue_are_called(desk: LiveDesk) -> None:
    """Who logs a request for somebody has not taken it."""
    (asked,) = desk.write(wrote("#contact chef@acme.example\n#file urgent\nPlus rien ne marche."))
    sent = desk.write(answer(asked, "oui"))
    assert to(sent, CHEF, "followed").subject.startswith("[#1001]")
    assert len([one for one in sent if one.template == "technician"]) == 3
    assert "Personnes appelées" in to(sent, TECH, "transcript").text
    assert desk.ticket().status is Status.NEW


def test_what_is_missing_is_asked_for_and_the_answer_completes_it(desk: LiveDesk) -> None:
    """Who asks was forgotten; nothing has to be written twice."""
    (asked,) = desk.write(wrote("#file urgent\n#priorité P3\n#appel 15\nUne question sur les rapports."))
    assert "il manque qui demande" in asked.text
    sent = desk.write(answer(asked, "#contact chef@acme.example\n#file regulier"))
    assert to(sent, CHEF, "notification")
    story = desk.ticket()
    assert (story.customer, story.queue, story.priority) == ("acme", "regulier", "P3")
    assert story.interventions[0].minutes == 15
    assert "Une question sur les rapports." in story.messages[0].text


def test_a_no_opens_nothing(desk: LiveDesk) -> None:
    """And a later yes finds nothing that waits."""
    (asked,) = desk.write(wrote(CALLED))
    desk.write(answer(asked, "non"))
    assert not [one for one in desk.write(answer(asked, "confirmer")) if one.to == CHEF]


@pytest.mark.parametrize("door", ["support-urgent@example.com", DESK])
def test_a_forwarded_mail_is_its_first_writers_request(desk: LiveDesk, door: str) -> None:
    """People are called at once; the contact gets the acknowledgement, and the answers."""
    sent = desk.write(wrote(FORWARD, "TR: Plus de réseau", door))
    assert to(sent, CHEF, "acknowledgement")
    story = desk.ticket()
    assert (story.requester, story.customer, story.subject) == (CHEF, "acme", "Plus de réseau")
    assert [one for one in sent if one.template == "technician"]


def test_the_files_of_a_forwarded_mail_come_along(desk: LiveDesk) -> None:
    """What the customer attached lies with the request."""
    body = (
        f"--b\n\nContent-Type: text/plain; charset=utf-8\n\n{FORWARD}\n--b\nContent-Type: image/png\n"
        'Content-Disposition: attachment; filename="écran.png"\n\nPNG\n--b--'
    ).replace("--b\n\nContent", "--b\nContent", 1)
    letter = replace(wrote(body, "TR: Plus de réseau"), headers={"Content-Type": 'multipart/mixed; boundary="b"'})
    desk.write(letter)
    assert [file.name for file in desk.ticket().messages[0].attachments] == ["écran.png"]


def test_a_forward_of_a_strangers_mail_at_a_door_holds_nobody_up(desk: LiveDesk) -> None:
    """Nobody can say on whose behalf, so it stays the technician's own, and people are called."""
    letter = wrote(
        FORWARD.replace("chef@acme.example", "qui@ailleurs.example"), "TR: Panne", "support-urgent@example.com"
    )
    assert [one for one in desk.write(letter) if one.template == "technician"]
    assert desk.ticket().requester == TECH


def test_an_unknown_customer_stops_all_of_it(desk: LiveDesk) -> None:
    """All or nothing, with what would be right."""
    (told,) = desk.write(wrote("#client acmee\n#contact chef@acme.example\nPanne."))
    assert "#client acme" in told.text
    assert "oui" not in told.text.split("Commandes")[0]


def test_a_yes_opens_what_was_asked_about(desk: LiveDesk) -> None:
    """Somebody else's mail in the technician's name, which came in between, is not what they say yes to."""
    (asked,) = desk.write(wrote(CALLED))
    desk.advance(minutes=1)
    desk.write(wrote("#contact mallory@evil.example\n#appel 600\nPayez.", "Facture"))
    desk.write(answer(asked, "oui"))
    assert desk.ticket().requester == CHEF
    assert [one.minutes for one in desk.ticket().interventions] == [10]


@pytest.mark.parametrize("word", ["Attends", "merci", "", "#aide"])
def test_an_unclear_answer_opens_nothing(desk: LiveDesk, word: str) -> None:
    """And the request goes on waiting for a yes."""
    (asked,) = desk.write(wrote(CALLED))
    assert [one.to for one in desk.write(answer(asked, word))] == [TECH]
    assert to(desk.write(answer(asked, "oui")), CHEF, "notification")


def test_a_flood_of_unproven_mails_is_told_a_few_times(desk: LiveDesk) -> None:
    """Whoever writes in a technician's name does not fill their mailbox."""
    told = [one for number in range(60) for one in desk.write(wrote(f"#contact chef@acme.example\nPanne {number}."))]
    assert len([one for one in told if one.to == TECH]) == desk.desk.policy.automatic.refusals.day


def test_an_address_that_no_rule_knows_is_asked_about(desk: LiveDesk) -> None:
    """A typing error would open a request for nobody, and write to a stranger."""
    (asked,) = desk.write(wrote("#contact it@acme.exmple\nPanne."))
    assert "it@acme.exmple n’est dans aucune règle" in asked.text


def test_who_wrote_nothing_is_not_thanked_for_a_message(desk: LiveDesk) -> None:
    """They hear under which number their request is followed."""
    (asked,) = desk.write(wrote("#contact chef@acme.example\nPanne."))
    assert "Votre message" not in to(desk.write(answer(asked, "oui")), CHEF, "followed").text
