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
