"""Whole conversations: what came in, what left, and that nothing else did."""

from __future__ import annotations

import pytest

from mailgate.core.delivery import Refused
from tests.builders import local
from tests.flow.desk import Letter, LiveDesk, Sent, answer

CHEF = "chef@acme.example"


def to(mails: list[Sent], recipient: str) -> Sent:
    """The one mail to somebody."""
    (found,) = [mail for mail in mails if mail.to == recipient]
    return found


def opened(desk: LiveDesk) -> list[Sent]:
    """The everyday beginning: an urgent mail of the contact."""
    return desk.write(Letter("Bonjour,\n\nplus rien ne marche.", subject="Panne du serveur à Québec"))


def test_the_main_job_from_the_first_mail_to_the_last(desk: LiveDesk) -> None:
    """The demo, step by step: ticket, acknowledgement, pages, a call, the customer's answer, the end."""
    first = opened(desk)
    assert sorted(mail.template for mail in first) == ["acknowledgement", *["page"] * 3, *["technician"] * 3]

    told = desk.write(answer(to(first, "tech2@example.com"), "#appel 15\nC'était l'onduleur, je l'ai remplacé."))
    notified = to(told, CHEF)
    assert "C'était l'onduleur, je l'ai remplacé." in notified.text
    assert "#appel" not in notified.text + notified.html
    assert {mail.to for mail in told} == {CHEF, "tech1@example.com", "tech2@example.com", "tech3@example.com"}
    assert "Demande prise en charge par" in to(told, "tech1@example.com").text

    more = desk.write(answer(notified, "Merci, mais l'imprimante clignote encore."))
    assert [mail.to for mail in more] == ["tech2@example.com"]
    assert "l'imprimante clignote" in more[0].text

    last = desk.write(answer(more[0], "#fermer"))
    assert {mail.template for mail in last} == {"closing", "transcript"}

    story = desk.ticket()
    assert (story.status.value, story.assignee, story.closed_at) == ("closed", "tech2", desk.now)
    assert story.callback is not None
    assert (story.callback.kept_by, story.callback.due_at) == ("tech2", local("2026-11-16 11:00"))
    assert [message.direction.value for message in story.messages] == ["in", "out", "out", "in", "internal", "out"]
    assert desk.advance(days=30) == []


def test_the_acknowledgement_says_everything_that_was_promised(desk: LiveDesk) -> None:
    """domain.md §1: received, which support, who was told, until when, automatic, thanks; and safe to answer."""
    mail = to(opened(desk), CHEF)
    text = mail.text.replace("\u00a0", " ").replace("\u202f", " ")
    for said in (
        "1001",
        "support urgent",
        "par courriel et par téléavertisseur",
        "1 h",
        "automatique",
        "Exemple Logiciels",
    ):
        assert said in text
    assert "au plus tard lundi 16 novembre à 11 h 00" in text
    assert "hors plage" not in text
    assert mail.subject.startswith("[#1001] ")
    assert mail.envelope_from == ""
    assert mail.header("Auto-Submitted") == "auto-replied"
    assert mail.header("X-Auto-Response-Suppress") == "All"
    assert mail.header("In-Reply-To") == "<1@acme.example>"


def test_outside_the_hours_the_acknowledgement_says_when_the_clock_starts(desk: LiveDesk) -> None:
    """ "reçu hors plage : le délai court à partir de lundi 7 h 00" """
    desk.at(local("2026-11-20 21:15"))
    text = to(opened(desk), CHEF).text.replace("\u00a0", " ").replace("\u202f", " ")
    assert "hors plage : le délai court à partir de lundi 7 h 00" in text
    assert "au plus tard lundi 23 novembre à 8 h 00" in text


def test_a_customer_in_zurich_reads_the_deadline_in_their_own_time(desk: LiveDesk) -> None:
    """11:00 in Toronto is 17:00 in Zurich."""
    letter = Letter("Bonjour", "informatique@helvetia-demo.example", "support-urgent@example.com", "Panne")
    text = to(desk.write(letter), "informatique@helvetia-demo.example").text
    assert "17 h 00" in text.replace("\u00a0", " ").replace("\u202f", " ")


def test_no_technicians_token_ever_reaches_a_customer(desk: LiveDesk) -> None:
    """Promise 6: also when the technician quotes their own mail below the answer."""
    first = opened(desk)
    page = to(first, "tech1@example.com")
    told = desk.write(answer(page, "C'est réparé."))
    tokens = {mail.reply_to for mail in first if mail.to != CHEF}
    wire = b"".join(mail.message.as_bytes() for mail in told if mail.to == CHEF).decode()
    assert len(tokens) == 3
    assert not any(token.split("+")[1].split("@")[0] in wire for token in tokens)


def test_a_plain_answer_is_a_persons_mail(desk: LiveDesk) -> None:
    """Neither Auto-Submitted nor suppression, signed by the technician, one mail and no transcript."""
    sent = desk.write(answer(to(opened(desk), "tech1@example.com"), "Je regarde et vous rappelle."))
    assert sorted(mail.to for mail in sent) == [CHEF, "tech2@example.com", "tech3@example.com"]
    mail = to(sent, CHEF)
    assert mail.header("Auto-Submitted") == mail.header("X-Auto-Response-Suppress") == ""
    assert "Camille Tremblay" in mail.header("From")
    assert mail.envelope_from.startswith("tickets+")
    assert "plus rien ne marche" not in mail.text


def test_a_note_reaches_nobody_outside_and_no_later_mail_to_the_customer(desk: LiveDesk) -> None:
    """What we say among ourselves stays there, also in the history of later mails."""
    first = opened(desk)
    desk.write(answer(to(first, "tech1@example.com"), "#note\nClient pénible, attention."))
    desk.write(answer(to(first, "tech1@example.com"), "Bonjour, nous regardons."))
    desk.write(answer(to(first, "tech2@example.com"), "#fermer"))
    assert not any("pénible" in mail.text for mail in desk.sent if mail.to == CHEF)
    follow = desk.write(answer(to(first, CHEF), "Encore une chose"))
    assert any("pénible" in mail.text for mail in follow if mail.to.startswith("tech"))


def test_a_command_that_is_not_understood_stops_the_mail(desk: LiveDesk) -> None:
    """Nothing reaches the customer; the transcript names the nearest valid command."""
    (transcript,) = desk.write(answer(to(opened(desk), "tech1@example.com"), "#fremer\nVoilà, c'est fini."))
    assert transcript.to == "tech1@example.com"
    assert "#fermer" in transcript.text
    assert desk.ticket().status.value == "new"


def test_commands_in_the_quote_are_only_words(desk: LiveDesk) -> None:
    """The mail of the desk lists commands; quoting it executes none (A27)."""
    page = to(opened(desk), "tech1@example.com")
    assert "#" in page.text
    desk.write(answer(page, "Je regarde."))
    assert desk.ticket().status.value == "open"


def test_a_customers_commands_are_only_words(desk: LiveDesk) -> None:
    """A customer mail that holds every command executes none."""
    first = opened(desk)
    told = desk.write(answer(to(first, CHEF), "#fermer\n#note\n#assigner tech4\n#appel 900"))
    assert desk.ticket().status.value == "new"
    assert desk.ticket().interventions == ()
    assert {mail.template for mail in told} == {"technician"}


def test_the_same_octets_twice_are_one_ticket(desk: LiveDesk) -> None:
    """Also when a relay added its trace headers on the second way (promise 3)."""
    raw = Letter("Bonjour").raw(1)
    desk.deliver(raw, CHEF, "support-urgent@example.com")
    again = (
        b"Received: from mx by mail; Mon, 16 Nov 2026 10:00:05 -0500\r\nDelivered-To: support-urgent@example.com\r\n"
        + raw
    )
    assert desk.deliver(again, CHEF, "support-urgent@example.com") == []
    assert desk.deliver(raw, CHEF, "support-urgent@example.com") == []


def test_the_same_message_id_with_other_words_is_another_mail(desk: LiveDesk) -> None:
    """Somebody who guesses a Message-ID cannot swallow the victim's mail (A32)."""
    desk.deliver(Letter("a").raw(1), "x@nowhere.example", "support-urgent@example.com")
    desk.deliver(Letter("b").raw(1), CHEF, "support-urgent@example.com")
    assert desk.ticket(1002).number == 1002


@pytest.mark.parametrize("text", ["oui", "Oui, allez-y"])
def test_a_parked_request_is_released_by_one_word_of_a_contact(desk: LiveDesk, text: str) -> None:
    """Parked: two contacts and the colleague hear of it, nobody is paged; released: everything starts."""
    asked = desk.write(Letter("L'imprimante fume", "stagiaire@acme.example", subject="Feu"))
    assert {mail.to for mail in asked} == {"stagiaire@acme.example", CHEF, "it@acme.example"}
    desk.advance(hours=2)
    released = desk.write(answer(to(asked, "it@acme.example"), text))
    assert to(released, "stagiaire@acme.example").template == "released"
    assert len([mail for mail in released if mail.template == "page"]) == 3
    assert any("L'imprimante fume" in mail.text for mail in released if mail.template == "technician")
    callback = desk.ticket().callback
    assert callback is not None
    assert callback.due_at == local("2026-11-16 13:00")


def test_a_stranger_sees_nothing_of_their_own_words_again(desk: LiveDesk) -> None:
    """The desk must not carry anybody's text to anybody (A35)."""
    letter = Letter(
        "ACHETEZ",
        "Grosse Promo <victim@nowhere.example>",
        subject="PROMO http://spam.example",
        envelope_from="victim@nowhere.example",
    )
    mail = to(desk.write(letter), "victim@nowhere.example")
    for word in ("ACHETEZ", "PROMO", "Promo", "spam.example"):
        assert word not in mail.subject + mail.text + mail.html + mail.header("To")


def test_a_refused_notification_is_told_to_the_desk_and_kept_no_promise(desk: LiveDesk) -> None:
    """Permanent refusal: recorded on the ticket, told to the assignee, and the call-back is owed again."""
    first = opened(desk)
    desk.answers[CHEF] = Refused("550 5.1.1 unknown user")
    told = desk.write(answer(to(first, "tech3@example.com"), "Je vous rappelle."))
    assert "550 5.1.1" in [mail for mail in told if mail.to == "tech3@example.com"][-1].text
    callback = desk.ticket().callback
    assert callback is not None
    assert callback.kept_at is None
    assert any("550 5.1.1" in entry.because for entry in desk.ticket().journal)


def test_a_wait_comes_back_by_itself(desk: LiveDesk) -> None:
    """`#attente tiers 2d`: the assignee is reminded on the second working day, once."""
    first = desk.write(Letter("Bonjour, l'écran reste noir.", subject="Écran noir"))
    desk.write(answer(to(first, "tech1@example.com"), "#appel 5\n#attente tiers 2d"))
    assert desk.ticket().status.value == "waiting-third"
    assert desk.advance(days=1, hours=23) == []
    assert [mail.to for mail in desk.advance(hours=2)] == ["tech1@example.com"]
    assert desk.ticket().status.value == "open"
    assert desk.advance(days=60) == []


def test_a_technicians_mail_without_its_token_is_told_and_does_nothing(desk: LiveDesk) -> None:
    """By the subject alone nobody commands (A22)."""
    opened(desk)
    forged = Letter("#fermer", "tech1@example.com", "tickets@example.com", "Re: [#1001] Panne")
    (told,) = desk.write(forged)
    assert (told.to, told.template) == ("tech1@example.com", "transcript")
    assert desk.ticket().status.value == "new"


def test_a_stolen_token_does_nothing_and_its_owner_is_told(desk: LiveDesk) -> None:
    """Somebody else's address with tech1's signed address."""
    page = to(opened(desk), "tech1@example.com")
    (told,) = desk.write(Letter("#fermer", "mallory@nowhere.example", page.reply_to, "Re: [#1001] Panne"))
    assert told.to == "tech1@example.com"
    assert "mallory@nowhere.example" in told.text
    assert desk.ticket().status.value == "new"
