"""The desk asks for validation, and nobody answers: reminded, warned, closed, reopened (domain.md §5)."""

from __future__ import annotations

import pytest

from tests.builders import local
from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_conversation import CHEF, to

TECH1 = "tech1@example.com"


@pytest.fixture
def asked(desk: LiveDesk) -> Sent:
    """Monday at ten: done, says tech1; the customer's mail of it."""
    page = to(desk.write(Letter("Comment faire ?", to="support-regulier@example.com", subject="Question")), TECH1)
    return to(desk.write(answer(page, "#valider\nVoici comment.")), CHEF)


def days(desk: LiveDesk, last: str) -> list[tuple[str, Sent]]:
    """What leaves until a date, and on which day; the desk is looked at in the afternoon, weekends included."""
    desk.at(desk.now.replace(hour=20))
    found = [(f"{desk.now:%m-%d}", mail) for mail in desk.work()]
    while desk.now < local(f"{last} 15:00"):
        found += [(f"{desk.now:%m-%d}", mail) for mail in desk.advance(days=1)]
    return found


def test_silence_closes_step_by_step_and_an_answer_reopens(desk: LiveDesk, asked: Sent) -> None:
    """Three, seven and ten working days: a reminder, the last one with the day, the end."""
    assert "nous attendons votre validation" in asked.text
    (on, reminder), (day, last), *end = days(desk, "2026-11-30")
    assert (on, reminder.to, reminder.template) == ("11-19", CHEF, "validation")
    assert (day, last.to, last.subject.startswith("[#1001] Dernier rappel")) == ("11-25", CHEF, True)
    assert "lundi 30 novembre" in last.text
    assert [(when, mail.to, mail.template) for when, mail in end] == [
        ("11-30", CHEF, "closing"),
        ("11-30", TECH1, "technician"),
    ]
    assert desk.ticket().status.value == "closed"
    (reopened,) = desk.write(answer(end[0][1], "Désolé pour le retard : il manque la troisième page."))
    assert "demande rouverte" in reopened.text
    assert desk.ticket().status.value == "open"
    assert days(desk, "2026-12-11") == []


def test_a_bare_yes_resolves_and_five_days_later_it_is_closed(desk: LiveDesk, asked: Sent) -> None:
    """Nobody is reminded of what they have answered."""
    (told,) = desk.write(answer(asked, "C'est bon, merci !"))
    assert "Le client valide" in told.text
    assert desk.ticket().status.value == "resolved"
    assert [(on, mail.template) for on, mail in days(desk, "2026-11-27")] == [("11-23", "closing")]


def test_what_is_missing_is_work_again(desk: LiveDesk, asked: Sent) -> None:
    """And nobody is reminded of a question that was answered."""
    (told,) = desk.write(answer(asked, "Presque : il manque la troisième page."))
    assert (told.to, desk.ticket().status.value) == (TECH1, "open")
    assert days(desk, "2026-12-04") == []


def test_two_weeks_of_downtime_are_one_mail_and_not_three(desk: LiveDesk, asked: Sent) -> None:
    """Back on the day of the warning: the warning alone; back after the last day: the end alone."""
    desk.at(local("2026-11-26 09:00"))
    assert [mail.subject.startswith("[#1001] Dernier rappel") for mail in desk.work()] == [True]
    desk.at(local("2026-12-14 09:00"))
    assert [mail.template for mail in desk.work()] == ["closing", "technician"]
    assert desk.work() == []


@pytest.mark.parametrize("wait", ["#valider", "#attente client"])
def test_a_second_question_gives_the_whole_time_again(desk: LiveDesk, wait: str) -> None:
    """Asked on Monday and on Friday of the next week: nobody closes on the Monday behind it, and who is asked is
    reminded as if it were the first time. A note asks nobody."""
    first = desk.write(Letter("Comment faire ?", to="support-regulier@example.com", subject="Question"))
    page = to(first, TECH1)
    desk.write(answer(page, f"{wait}\nQuelle version avez-vous ?"))
    desk.at(local("2026-11-27 10:00"))
    desk.work()
    desk.write(answer(page, "#note\nJ'écris encore une fois."))
    text = to(desk.write(answer(page, "Et quel est le numéro de série ?")), CHEF).text.replace("\u00a0", " ")
    assert "votre demande sera fermée vendredi 11 décembre" in text
    sent = [(on, mail.template) for on, mail in days(desk, "2026-12-11") if mail.to == CHEF]
    reminder = "validation" if wait == "#valider" else "reminder"
    assert sent == [("12-02", reminder), ("12-08", reminder), ("12-11", "closing")]


def test_a_wait_that_is_given_a_length_closes_nothing(desk: LiveDesk) -> None:
    """Asked, and then given twenty days: no date of closing is told any more, and nobody is reminded."""
    first = desk.write(Letter("Comment faire ?", to="support-regulier@example.com", subject="Question"))
    page = to(first, TECH1)
    desk.write(answer(page, "#attente client\nQuelle version avez-vous ?"))
    told = to(desk.write(answer(page, "#attente client 20d\nPrenez votre temps.")), CHEF)
    assert "fermée" not in told.text
    assert days(desk, "2026-12-10") == []
