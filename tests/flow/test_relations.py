"""Whole conversations in which a ticket changes hands at the customer's side."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailgate.core.model import Direction
from mailgate.store.query import TicketStory
from mailgate.store.verify import State, verify
from tests.builders import NOW, local
from tests.flow.desk import Letter, LiveDesk, Sent, answer

CHEF, IT = "chef@acme.example", "it@acme.example"


def to(mails: list[Sent], recipient: str) -> Sent:
    """The one mail to somebody."""
    (found,) = [mail for mail in mails if mail.to == recipient]
    return found


def to_desk(mails: list[Sent]) -> Sent:
    """What a technician got of a request, whoever's turn it was."""
    return next(mail for mail in mails if mail.template == "technician")


def came_in(story: TicketStory) -> list[str]:
    """What customers wrote in a ticket."""
    return [one.text for one in story.messages if one.direction is Direction.IN]


def test_a_new_contact_goes_on_with_the_ticket(desk: LiveDesk) -> None:
    """They answer the mail that told them, and the technician reads it under the new subject."""
    first = desk.write(Letter("Bonjour,\n\nplus rien ne marche.", subject="Au secours"))
    told = desk.write(answer(to(first, "tech2@example.com"), f"#contact {IT}\n#sujet Panne de l'onduleur"))
    followed = to(told, IT)
    assert followed.template == "followed"
    assert followed.subject == "[#1001] Panne de l'onduleur"
    assert "1001" in followed.text
    assert "plus rien" not in followed.text + followed.html
    more = desk.write(answer(followed, "L'onduleur siffle."))
    assert "L'onduleur siffle." in to(more, "tech2@example.com").text
    story = desk.ticket()
    assert (story.requester, story.subject) == (IT, "Panne de l'onduleur")
    former = desk.write(answer(to(first, CHEF), "Encore moi."))
    assert "Encore moi." in to(former, "tech2@example.com").text
    assert desk.ticket().number == 1001


def test_who_watches_hears_and_may_go_on_with_the_ticket(desk: LiveDesk) -> None:
    """A copy of their own, an answer that lands in the ticket, and silence once they are taken back."""
    first = desk.write(Letter("Bonjour,\n\nplus rien ne marche."))
    told = desk.write(answer(to(first, "tech2@example.com"), f"#copie {IT}\nNous cherchons."))
    copy = to(told, IT)
    assert "Nous cherchons." in copy.text
    assert copy.reply_to != to(told, CHEF).reply_to
    more = desk.write(answer(copy, "Regardez l'onduleur."))
    assert "Regardez l'onduleur." in to(more, "tech2@example.com").text
    last = desk.write(answer(more[0], f"#copie non {IT}\nC'était lui."))
    assert {mail.to for mail in last if mail.template == "notification"} == {CHEF}


def test_nobody_watches_because_a_mail_names_them(desk: LiveDesk) -> None:
    """To and Cc are the sender's words; only a technician adds an address (hazards A30)."""
    first = desk.write(Letter("Bonjour.", headers={"Cc": "evil@elsewhere.example"}))
    asked = answer(to(first, "tech2@example.com"), "Voici.")
    asked.headers["Cc"] = "evil@elsewhere.example"
    held = desk.write(asked)
    told = desk.write(answer(held[0], "oui"))
    assert {mail.to for mail in told if mail.template == "notification"} == {CHEF}


def test_an_outsider_watches_after_one_word(desk: LiveDesk) -> None:
    """« oui » to the question, and the words that waited leave, once to each."""
    first = desk.write(Letter("Bonjour."))
    asked = desk.write(answer(to(first, "tech2@example.com"), "#copie x@elsewhere.example\nVoici le plan."))
    assert "x@elsewhere.example" in question(asked).text
    told = desk.write(answer(question(asked), "oui"))
    assert {mail.to for mail in told if mail.template == "notification"} == {CHEF, "x@elsewhere.example"}


def test_linked_tickets_show_each_other(desk: LiveDesk) -> None:
    """In the technician's next mail about either, and in the story."""
    first = desk.write(Letter("Bonjour.\nPlus rien.", subject="Panne"))
    second = desk.write(Letter("Bonjour.\nPlus de courriel.", subject="Courriel"))
    desk.write(answer(to_desk(second), "#lier 1001"))
    more = desk.write(answer(to(first, CHEF), "Encore."))
    assert any("1002" in mail.text for mail in more)
    assert (desk.ticket(1001).links, desk.ticket(1002).links) == ((1002,), (1001,))


def merged(desk: LiveDesk, words: str = "") -> tuple[list[Sent], list[Sent], list[Sent]]:
    """Two requests of one customer, the second merged into the first: the mails of each, and of the merge."""
    first = desk.write(Letter("Bonjour.\nPlus rien ne marche.", subject="Panne"))
    second = desk.write(Letter("Bonjour.\nPlus de courriel.", sender=IT, subject="Courriel"))
    asked = desk.write(answer(to_desk(second), f"#fusionner 1001{words}"))
    return first, second, desk.write(answer(question(asked), "oui"))


def question(asked: list[Sent]) -> Sent:
    """The one transcript, which asks first; no customer has heard anything."""
    assert {mail.template for mail in asked} <= {"transcript", "technician"}
    (found,) = [mail for mail in asked if mail.template == "transcript"]
    return found


def test_a_merge_is_told_to_both_and_later_mail_to_either_follows(desk: LiveDesk) -> None:
    """By signed address, by thread, and by the number in a subject."""
    first, second, told = merged(desk)
    mails = {mail.to: mail for mail in told if mail.template == "merged"}
    assert set(mails) == {CHEF, IT}
    assert mails[IT].subject == "[#1001] Courriel"
    assert "Plus rien ne marche" not in mails[IT].text + mails[IT].html
    assert "Plus de courriel" not in mails[CHEF].text + mails[CHEF].html
    story = desk.ticket(1002)
    assert (story.status.value, story.merged_into, desk.ticket(1001).merged) == ("merged", 1001, (1002,))
    before = len(desk.ticket(1001).messages)
    desk.write(answer(to(second, IT), "Encore une chose."))
    desk.write(Letter("Et encore.", sender=IT, subject="Re: [#1002] Courriel"))
    desk.write(Letter("Bis.", sender=IT, subject="Re: Courriel", headers={"References": "<2@acme.example>"}))
    desk.write(answer(to(first, CHEF), "Moi aussi."))
    assert len(desk.ticket(1001).messages) == before + 4
    assert len(desk.ticket(1002).messages) == len(story.messages)


def test_a_technician_goes_on_by_the_merged_tickets_mails(desk: LiveDesk) -> None:
    """Their answer to an older mail is work where the ticket went, and everybody who asked reads it."""
    _, second, _ = merged(desk)
    told = desk.write(answer(to_desk(second), "C'est réparé.\n#résolu"))
    assert {mail.to for mail in told if mail.template == "notification"} == {CHEF, IT}
    assert desk.ticket(1001).status.value == "resolved"


def test_nothing_of_a_merged_ticket_comes_due(desk: LiveDesk) -> None:
    """Its call-back is over; the other one's is owed at the earlier hour, and warned of once."""
    desk.at(NOW)
    first = desk.write(Letter("Bonjour.\nPlus rien.", subject="Panne"))
    desk.advance(minutes=20)
    desk.write(Letter("Bonjour.\nPlus de courriel.", sender=IT, subject="Courriel"))
    asked = desk.write(answer(to_desk(first), "#fusionner 1002\n#note"))
    desk.write(answer(question(asked), "oui"))
    due = desk.ticket(1002).callback
    assert due is not None
    assert due.due_at == local("2026-11-16 11:00")
    late = desk.advance(hours=3)
    assert {mail.subject.partition("]")[0] for mail in late} == {"[#1002"}
    gone = desk.ticket(1001).callback
    assert gone is not None
    assert gone.kept_at is None


def test_words_beside_a_merge_leave_once_to_each(desk: LiveDesk) -> None:
    """In the ticket that goes on."""
    _, _, told = merged(desk, "\nMême cause : l'onduleur.")
    heard = [mail for mail in told if "l'onduleur" in mail.text and mail.template == "notification"]
    assert sorted(mail.to for mail in heard) == [CHEF, IT]
    assert {mail.subject.partition("]")[0] for mail in heard} == {"[#1001"}


def test_a_message_that_is_split_off_is_a_request_of_its_own(desk: LiveDesk) -> None:
    """Acknowledged, paged, linked; its writer goes on there, by the acknowledgement and by their own message."""
    first = desk.write(Letter("Bonjour.\nPlus rien ne marche.", subject="Panne"))
    desk.write(answer(to_desk(first), "#prendre"))
    desk.advance(minutes=5)
    more = desk.write(
        Letter("L'imprimante aussi.", IT, subject="Re: Panne", headers={"References": "<1@acme.example>"})
    )
    told = desk.write(answer(to_desk(more), "#séparer Imprimante\nPour le serveur, je regarde."))
    acknowledged = next(mail for mail in told if mail.template == "acknowledgement")
    assert (acknowledged.to, acknowledged.subject) == (IT, "[#1002] Imprimante")
    assert {mail.subject.partition("]")[0] for mail in told if mail.template == "notification"} == {"[#1001"}
    assert any("L'imprimante aussi." in mail.text for mail in told if "#1002" in mail.subject)
    old, fresh = desk.ticket(1001), desk.ticket(1002)
    assert (old.links, fresh.links) == ((1002,), (1001,))
    assert came_in(fresh) == ["L'imprimante aussi."]
    assert fresh.opened_at == NOW + timedelta(minutes=5)
    desk.write(answer(acknowledged, "Elle clignote."))
    desk.write(Letter("Toujours.", sender=IT, subject="Re: Panne", headers={"References": "<3@acme.example>"}))
    assert came_in(desk.ticket(1002))[1:] == ["Elle clignote.", "Toujours."]


@pytest.mark.parametrize("way", ["split", "merge"])
def test_the_database_keeps_its_promises(desk: LiveDesk, way: str) -> None:
    """`verify` finds nothing after either."""
    first, second, _ = merged(desk)
    if way == "split":
        desk.write(answer(to(first, CHEF), "Autre chose."))
        desk.write(answer(to_desk(first), "#séparer"))
    broken = [one for one in verify(desk.database, desk.now) if one.state is State.BROKEN]
    assert broken == []
    assert second


def test_a_message_that_is_split_off_late_is_acknowledged_without_a_deadline_of_the_past(desk: LiveDesk) -> None:
    """Its promise counts from when it came and has run out; its people are paged once, and not at once again."""
    first = desk.write(Letter("Bonjour.\nPlus rien ne marche.", subject="Panne"))
    desk.write(answer(to_desk(first), "#prendre"))
    desk.advance(minutes=5)
    desk.write(answer(to(first, CHEF), "L'imprimante aussi."))
    desk.advance(hours=3)
    told = desk.write(answer(to_desk(first), "#séparer"))
    acknowledged = next(mail for mail in told if mail.template == "acknowledgement")
    for part in (acknowledged.text, acknowledged.html):
        assert "11\u00a0h\u00a005" not in part
        assert "le délai promis est passé" in part
    pages = [mail.to for mail in told if mail.template == "page"]
    assert len(pages) == len(set(pages)) == 3


def test_what_was_split_off_may_be_merged_again(desk: LiveDesk) -> None:
    """And `verify` still knows what opened which of the two."""
    first = desk.write(Letter("Bonjour.\nPlus rien ne marche.", subject="Panne"))
    desk.advance(minutes=5)
    more = desk.write(answer(to(first, CHEF), "L'imprimante aussi."))
    told = desk.write(answer(to_desk(more), "#séparer Imprimante"))
    desk.advance(minutes=5)
    fresh = next(mail for mail in told if mail.template == "technician" and "#1002" in mail.subject)
    asked = desk.write(answer(fresh, "#fusionner 1001\nMême cause."))
    desk.advance(minutes=1)
    desk.write(answer(question(asked), "oui"))
    assert desk.ticket(1002).merged_into == 1001
    assert [one for one in verify(desk.database, desk.now) if one.state is State.BROKEN] == []


@pytest.mark.parametrize("note", ["", "\n#note"])
@pytest.mark.parametrize("command", [f"#contact {IT}", "#fusionner 1001", "#séparer"])
def test_a_transcript_says_whether_somebody_was_written_to(desk: LiveDesk, command: str, note: str) -> None:
    """« Le client n'a rien reçu » beside a letter of the desk to them would be untrue."""
    desk.write(Letter("Une autre chose.", IT, subject="Autre"))
    desk.advance(minutes=1)
    first = desk.write(Letter("Bonjour,\n\nplus rien ne marche.", subject="Au secours"))
    asked = to_desk(first)
    desk.advance(minutes=1)
    asked = to_desk(desk.write(answer(to(first, CHEF), "Et l'imprimante fume.")))
    desk.advance(minutes=1)
    sent = desk.insist(desk.write(answer(asked, command + note)))
    done = next(one for one in sent if one.template == "transcript" and "C’est fait" in one.subject)
    written = [one for one in sent if one.to in (CHEF, IT)]
    assert bool(written) is not bool(note)
    assert ("a reçu un avis automatique" in done.text) is bool(written)
    assert ("n’a rien reçu" in done.text) is not bool(written)
