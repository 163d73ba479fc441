"""Whole conversations in which a ticket changes hands at the customer's side."""

from __future__ import annotations

from tests.flow.desk import Letter, LiveDesk, Sent, answer

CHEF, IT = "chef@acme.example", "it@acme.example"


def to(mails: list[Sent], recipient: str) -> Sent:
    """The one mail to somebody."""
    (found,) = [mail for mail in mails if mail.to == recipient]
    return found


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
    told = desk.write(asked)
    assert {mail.to for mail in told if mail.template == "notification"} == {CHEF}


def test_an_outsider_watches_after_one_word(desk: LiveDesk) -> None:
    """« oui » to the question, and the words that waited leave, once to each."""
    first = desk.write(Letter("Bonjour."))
    asked = desk.write(answer(to(first, "tech2@example.com"), "#copie x@elsewhere.example\nVoici le plan."))
    assert {mail.template for mail in asked} == {"transcript"}
    assert "x@elsewhere.example" in asked[0].text
    told = desk.write(answer(asked[0], "oui"))
    assert {mail.to for mail in told if mail.template == "notification"} == {CHEF, "x@elsewhere.example"}


def test_linked_tickets_show_each_other(desk: LiveDesk) -> None:
    """In the technician's next mail about either, and in the story."""
    first = desk.write(Letter("Bonjour.\nPlus rien.", subject="Panne"))
    second = desk.write(Letter("Bonjour.\nPlus de courriel.", subject="Courriel"))
    desk.write(answer(next(mail for mail in second if mail.template == "technician"), "#lier 1001"))
    more = desk.write(answer(to(first, CHEF), "Encore."))
    assert any("1002" in mail.text for mail in more)
    assert (desk.ticket(1001).links, desk.ticket(1002).links) == ((1002,), (1001,))
