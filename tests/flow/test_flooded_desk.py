"""A flood seen from the desk: which page leaves, who takes what, and what people hear of it afterwards."""

from __future__ import annotations

from mailgate.core.delivery import Refused
from mailgate.core.targets import is_mail
from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_conversation import CHEF, to

TECH = [f"tech{number}@example.com" for number in range(1, 5)]


def ask(desk: LiveDesk, times: int, *, sender: str = CHEF, door: str = "urgent") -> list[list[Sent]]:
    """So many requests, one after the other; what the desk's people got for each."""
    asked = (desk.write(Letter("Panne", sender, f"support-{door}@example.com")) for _ in range(times))
    return [[mail for mail in sent if mail.template in ("technician", "page", "notice")] for sent in asked]


def _while(desk: LiveDesk, minutes: int) -> list[Sent]:
    """What leaves in this time."""
    return [mail for _ in range(minutes // 5) for mail in desk.advance(minutes=5)]


def told(sent: list[Sent], number: str) -> list[Sent]:
    """The pages about a ticket."""
    return [mail for mail in sent if mail.template == "page" and mail.subject.startswith(f"[#{number}]")]


def test_the_fourth_request_is_told_with_the_others_and_the_fifth_waits(desk: LiveDesk) -> None:
    """Three ordinary summonses, one that counts, silence; then one page for all that came since."""
    *alone, fourth, fifth, sixth = ask(desk, 6)
    assert [len(sent) for sent in alone] == [6, 6, 6]
    pages = [mail.text for mail in fourth if mail.template == "page"]
    assert len(pages) == 3
    assert "4 demandes (Acme) #1004" in pages[0]
    assert "aussi #1001, #1002, #1003" in pages[0]
    assert fifth == sixth == []
    assert [mail.template for mail in desk.sent[-2:]] == ["acknowledgement"] * 2
    assert desk.advance(minutes=14) == []
    later = [mail.text for mail in desk.advance(minutes=1) if "#1005" in mail.text and mail.template == "page"]
    assert len(later) == 3
    assert "2 demandes (Acme) #1005" in later[0]


def test_the_same_people_hear_of_a_flood(desk: LiveDesk) -> None:
    """Those who know of the matter, not the next ones of the rotation."""
    *_, third, fourth = ask(desk, 4)
    assert {mail.to for mail in fourth} == {mail.to for mail in third}


def test_who_takes_the_page_takes_all_that_it_tells_of(desk: LiveDesk) -> None:
    """Nobody's ticket stays without a person, and nobody is taken one that is somebody else's."""
    first, *_ = ask(desk, 1)
    desk.write(answer(to(first, TECH[0]), "pris"))
    *_, fourth, _fifth = ask(desk, 4)
    desk.write(answer(to(fourth, TECH[3]), "pris"))
    assert [desk.ticket(number).assignee for number in range(1001, 1006)] == ["tech1", *["tech4"] * 3, None]
    assert "tech4 has #1004, whose page told of it" in desk.ticket(1002).journal[-1].because
    (digest,) = [mail for mail in desk.advance(minutes=15) if mail.to == TECH[3] and "#1005" in mail.subject]
    desk.write(answer(digest, "pris"))
    assert desk.ticket(1005).assignee == "tech4"


def test_a_ticket_shows_the_page_that_told_of_it(desk: LiveDesk) -> None:
    """In its story, with what became of that page; until then the journal says what it waits for."""
    ask(desk, 6)
    assert desk.ticket(1006).pages == ()
    assert "hear of it in their next page, within 15 min" in desk.ticket(1006).journal[0].because
    desk.advance(minutes=15)
    shown = {(page.technician, page.ticket, page.state.value) for page in desk.ticket(1006).pages if page.ticket}
    assert shown == {(f"tech{number}", 1005, "sent") for number in (1, 3, 4)}


def test_those_behind_a_front_never_page_by_themselves(desk: LiveDesk) -> None:
    """Three hours of silence: the front climbs and is exhausted, for all of them; its letters say how many."""
    ask(desk, 9)
    later = [mail for _ in range(12) for mail in desk.advance(minutes=15)]
    paged = {mail.subject.partition("]")[0] for mail in later if mail.template == "page"}
    assert paged == {"[#1004", "[#1005"}
    alarms = [" ".join(mail.text.split()) for mail in later if "Personne ne répond" in mail.subject]
    assert any("5 demandes (Acme), aussi nº 1006, nº 1007" in text for text in alarms)


def test_reminders_of_a_flood_come_together(desk: LiveDesk) -> None:
    """Whoever has ten tickets of one flood reads three reminders in a quarter of an hour, not ten."""
    ask(desk, 16)
    (digest,) = [mail for mail in desk.advance(minutes=15) if mail.to == TECH[0] and "#1005" in mail.subject]
    desk.write(answer(digest, "pris"))
    assert desk.ticket(1016).assignee == "tech1"
    reminders = [mail for _ in range(3) for mail in _while(desk, 15) if mail.to == TECH[0]]
    behind = [mail for mail in reminders if mail.template == "technician" and int(mail.subject[2:6]) > 1005]
    assert 3 <= len(behind) <= 9
    grouped = [" ".join(mail.text.split()) for mail in behind if "leurs prochains rappels sont regroupés" in mail.text]
    assert grouped
    assert all("12 demandes (Acme) ont été prises ensemble." in text for text in grouped)


def test_of_four_requests_that_somebody_has_none_is_late_in_silence(desk: LiveDesk) -> None:
    """Taken with the front, and the front's call is kept: the others are owed one each."""
    *_, fourth = ask(desk, 4)
    desk.write(answer(to(fourth, TECH[3]), "#prendre\n\nJe vous appelle dans un instant."))
    late = [mail for mail in _while(desk, 60) if mail.to == TECH[3] and "En retard (rappel)" in mail.subject]
    assert sorted(mail.subject[2:6] for mail in late) == ["1001", "1002", "1003"]
    assert ["1001" in mail.text and "1002" in mail.text for mail in late] == [False, False, True]


def test_an_urgent_request_is_not_lost_in_a_flood_of_regular_ones(desk: LiveDesk) -> None:
    """It may be the fifth of its customer: its queue promises sooner, and its page leaves at once."""
    ask(desk, 6, door="regulier")
    ((*sent,),) = ask(desk, 1)
    assert len([mail for mail in sent if mail.template == "page"]) == 3


def test_a_flood_ends(desk: LiveDesk) -> None:
    """A window in which nothing came, and the next request is one like any other."""
    ask(desk, 4)
    desk.advance(minutes=16)
    ((*sent,),) = ask(desk, 1)
    assert len([mail for mail in sent if mail.template == "page" and "demandes" not in mail.text]) == 3


def test_a_front_that_becomes_part_of_another_ticket_leaves_nobody_waiting(desk: LiveDesk) -> None:
    """The page at the end of its window leaves all the same; those behind whose people have it are theirs."""
    *_, fourth, _fifth = ask(desk, 5)
    desk.insist(desk.write(answer(to(fourth, TECH[3]), "#fusionner 1003\n\nMême cause.")))
    assert desk.ticket(1004).status == "merged"
    assert [desk.ticket(number).assignee for number in (1001, 1002)] == [TECH[3].partition("@")[0]] * 2
    assert len(told(desk.advance(minutes=15), "1005")) == 3
    desk.advance(hours=2)


def test_a_ticket_that_is_given_back_is_called_for_until_somebody_has_it(desk: LiveDesk) -> None:
    """No front speaks for it any more: not the next page, whose window is over, nor the one that somebody has."""
    first, *_ = ask(desk, 1)
    *_, fourth, _fifth = ask(desk, 4)
    acknowledged = desk.sent[-1]
    (reply, *_) = [mail for mail in desk.write(answer(acknowledged, "Encore ceci")) if mail.template == "technician"]
    desk.advance(minutes=12)
    for mail in (to(first, TECH[0]), reply, to(fourth, TECH[3])):
        desk.write(answer(mail, "#prendre"))
    desk.advance(minutes=4)
    for mail in (to(first, TECH[0]), reply):
        desk.write(answer(mail, "#annuler"))
    assert [desk.ticket(number).assignee for number in (1001, 1004, 1005)] == [None, "tech4", None]
    later = [mail for _ in range(3) for mail in desk.advance(minutes=15)]
    assert told(later, "1001")
    assert told(later, "1005")


def test_who_gives_back_the_front_hears_what_stays_taken(desk: LiveDesk) -> None:
    """Their page said that whoever takes it takes the others; nobody is called for those again."""
    *_, fourth = ask(desk, 4)
    desk.write(answer(to(fourth, TECH[3]), "#prendre"))
    sent = desk.write(answer(to(fourth, TECH[3]), "#annuler"))
    assert [desk.ticket(number).assignee for number in range(1001, 1005)] == [*["tech4"] * 3, None]
    (told_them,) = [mail.text for mail in sent if mail.template == "transcript"]
    assert "restent à Sam Keller (#1001, #1002, #1003)" in " ".join(told_them.split())


def test_whoever_takes_the_front_of_a_second_flood_takes_what_stood_behind_the_first(desk: LiveDesk) -> None:
    """The front of the first is one of those that its page tells of, and brings the others along."""
    for number in range(9):
        ask(desk, 1, sender=f"v{number}@victim{number}.example")
    desk.advance(minutes=15)
    desk.advance(minutes=16)
    (tenth,) = ask(desk, 1, sender="v10@victim10.example")
    desk.write(answer(to(tenth, TECH[3]), "pris"))
    assert {desk.ticket(number).assignee for number in range(1001, 1011)} == {"tech4"}


def test_strangers_are_one_flood(desk: LiveDesk) -> None:
    """Six an hour are heard one by one, whoever they are; the seventh's page tells of all of them."""
    sent = [ask(desk, 1, sender=f"v{number}@victim{number}.example")[0] for number in range(8)]
    assert [len(one) for one in sent] == [6] * 7 + [0]
    (page, *_) = [mail.text for mail in sent[6] if mail.template == "page"]
    assert "7 demandes d'expediteurs inconnus #1007" in page


def test_a_front_that_reaches_nobody_calls_the_next_person(desk: LiveDesk) -> None:
    """A page that tells of many counts no less than one that tells of one."""
    ask(desk, 3)
    desk.answers |= {TECH[0]: Refused("550"), "5145550101@pager.example.net": Refused("550")}
    ((*sent,),) = ask(desk, 1)
    assert TECH[1] in {mail.to for mail in sent if is_mail(mail.to)}


def test_a_rule_that_names_the_customer_does_not_hide_their_flood(desk: LiveDesk) -> None:
    """A stranger's mails that a rule gives to Acme are Acme's: the fourth is told with the others, whoever wrote it."""
    rule = '[[rule]]\nwhen = { from = "machine@stranger.example" }\nthen = { customer = "acme" }\n'
    rules = desk.root / "rules/60-rules.toml"
    rules.write_text(rule + rules.read_text("utf-8"), "utf-8")
    desk.reload()
    ask(desk, 3)
    (fourth,) = ask(desk, 1, sender="machine@stranger.example")
    assert any("4 demandes (Acme) #1004" in mail.text for mail in fourth)


def test_a_window_of_an_hour_gathers_for_an_hour(desk: LiveDesk) -> None:
    """Each of them, and the page at its end says how many came, however early the first of them did."""
    rules = desk.root / "rules/00-desk.toml"
    rules.write_text(rules.read_text("utf-8").replace('within  = "15m"', 'within  = "1h"'), "utf-8")
    desk.reload()
    ask(desk, 5)
    assert len(told(desk.advance(minutes=60), "1005")) == 3
    for _ in range(3):
        assert ask(desk, 1) == [[]]
        desk.advance(minutes=19)
    (page, *_) = told(desk.advance(minutes=3), "1006")
    assert "3 demandes (Acme)" in page.text
