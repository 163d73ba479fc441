"""An alarm about a request is answered as any mail about it: whoever is woken by it may take it."""

from __future__ import annotations

from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_bounces import standard

CHEF, IT = "chef@acme.example", "it@acme.example"


def nobody_answers(desk: LiveDesk) -> list[Sent]:
    """Every step of the escalation passes; what is sent at the last of them."""
    desk.write(Letter("Plus rien ne va.", subject="Arrêt"))
    sent = [one for _ in range(10) for one in desk.advance(minutes=5)]
    return [one for one in sent if one.template == "notice" and "Personne ne répond" in one.subject]


def test_the_lead_takes_what_nobody_answered(desk: LiveDesk) -> None:
    """At night, on a phone: `#prendre` in answer to the alarm, and it is theirs."""
    desk.change_rules('members = ["tech1"]', 'members = ["tech4"]')
    alarm = next(one for one in nobody_answers(desk) if one.to == "tech4@example.com")
    for part in (alarm.text, alarm.html):
        assert "Votre réponse part au client" in part
    desk.write(answer(alarm, "#prendre"))
    assert desk.ticket().assignee == "tech4"


def test_an_administrator_who_is_no_technician_holds_no_signed_address(desk: LiveDesk) -> None:
    """They hear of it; what they could do by mail needs a person that the rules know."""
    alarm = next(one for one in nobody_answers(desk) if one.to == "admin@example.com")
    assert alarm.reply_to == ""
    assert "Votre réponse part au client" not in alarm.text


def test_the_notice_of_a_lost_answer_says_where_it_goes_instead(desk: LiveDesk) -> None:
    """The contact has left the firm: the same words go to another one."""
    sent = desk.write(Letter("Bonjour", subject="Export"))
    page = next(one for one in sent if one.to == "tech1@example.com")
    lost = next(one for one in desk.write(answer(page, "Quelle version ?")) if one.to == CHEF)
    told = desk.deliver(standard(lost, "failed", "5.1.1", "550 gone"), "", lost.envelope_from)
    notice = next(one for one in told if one.to == "tech1@example.com")
    more = desk.write(answer(notice, f"#contact {IT}\nQuelle version ?"))
    assert IT in {one.to for one in more}
