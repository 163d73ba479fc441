"""Floods and bad responders against the whole desk: bounded answers, no ticket lost, and administrators who know."""

from __future__ import annotations

from collections import Counter, deque

import pytest

from tests.flow.desk import Letter, LiveDesk, Sent
from tests.flow.test_loops import ROBOTS, Robot, acknowledgements

ADMIN = "admin@example.com"
MARK = "ACHETEZ-MAINTENANT"


def forged(desk: LiveDesk, victims: list[str], mails: int) -> list[Sent]:
    """So many requests in the names of people who wrote none; what leaves."""
    letters = (Letter(MARK, victims[number % len(victims)], subject=f"{MARK} {number}") for number in range(mails))
    return [sent for letter in letters for sent in desk.write(letter)]


def reports(mails: list[Sent]) -> list[Sent]:
    """What the administrators are told of held back mail."""
    return [mail for mail in mails if mail.to == ADMIN and "retenus" in mail.subject]


def test_forged_senders_do_not_make_the_desk_a_weapon(desk: LiveDesk) -> None:
    """A35: three an hour to each victim, and nothing of what the forger wrote; each mail is a ticket."""
    victims = [f"v{number}@victim{number}.example" for number in range(6)]
    sent = forged(desk, victims, 48)
    answered = Counter(mail.to for mail in sent if mail.to in victims)
    assert set(answered.values()) == {3}
    assert not any(MARK in mail.message.as_string() + mail.text + mail.subject for mail in sent if mail.to in victims)
    assert "not answered: 3 within an hour to this address" in desk.ticket(1048).journal[0].because


def test_one_unknown_domain_is_bounded_as_a_whole(desk: LiveDesk) -> None:
    """A forger who makes up local parts writes to one provider's catch-all."""
    desk.change_rules("domain   = { hour = 50 }", "domain   = { hour = 5 }")
    sent = forged(desk, [f"v{number}@victim.example" for number in range(9)], 9)
    assert len([mail for mail in sent if mail.to.endswith("@victim.example")]) == 5


def test_the_administrators_hear_within_the_hour_what_was_held_back(desk: LiveDesk) -> None:
    """One mail about a flood, one more when it goes on, and none when it is over."""
    forged(desk, ["v@victim.example"], 8)
    (told,) = reports(desk.advance(minutes=61))
    assert "5 × v@victim.example (address)" in told.text
    forged(desk, ["v@victim.example"], 4)
    (again,) = reports(desk.advance(minutes=61))
    assert "1 × v@victim.example (address)" in again.text
    assert reports(desk.advance(hours=30)) == []


def test_a_victim_who_writes_later_is_answered(desk: LiveDesk) -> None:
    """A budget is for an hour and a day, not for ever."""
    forged(desk, ["v@victim.example"], 4)
    desk.advance(minutes=61)
    assert any(mail.to == "v@victim.example" for mail in forged(desk, ["v@victim.example"], 1))


@pytest.mark.parametrize("robot", ROBOTS)
def test_a_bad_responder_settles_within_a_week(desk: LiveDesk, robot: Robot) -> None:
    """A36: no header gives it away, and its person writes every day: one acknowledgement per ticket, ten a day."""
    who = "vacances@ailleurs.example"
    for _day in range(7):
        before, waiting = len(desk.sent), deque([Letter("Panne", who)])
        for _ in range(60):
            answers = [robot(mail) for mail in desk.write(waiting.popleft()) if mail.to == who]
            waiting.extend(one for one in answers if one is not None)
            if not waiting:
                break
            desk.advance(minutes=15)
        assert not waiting
        assert len([mail for mail in desk.sent[before:] if mail.to == who]) <= 10
        desk.advance(days=1)
    assert set(acknowledgements(desk).values()) == {1}
