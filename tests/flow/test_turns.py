"""A flood of mail: who is in a hurry has a turn all the same, and nobody waits for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from mailgate.core.custody import Delivery
from mailgate.core.model import Door
from mailgate.core.patience import patience
from mailgate.core.people import Order
from mailgate.store import inbox
from tests.flow.desk import Letter, LiveDesk, answer

URGENT, REGULAR = "support-urgent@example.com", "support-regulier@example.com"
FLOOD = 500


def come(desk: LiveDesk, *letters: Letter) -> None:
    """Into custody, as the acceptor takes them."""
    mails = [
        Delivery(Door.SMTP, letter.sender, (letter.to,), letter.raw(1000 + number))
        for number, letter in enumerate(letters)
    ]
    with desk.database.write() as tx:
        inbox.accept(tx, mails, desk.now, lambda mail: patience(mail, desk.desk.policy))


def flood(desk: LiveDesk, *behind: Letter) -> None:
    """Five hundred regular mails, and what comes after them."""
    come(desk, *(Letter("Bonjour", to=REGULAR, subject=f"n {number}") for number in range(FLOOD)), *behind)


def decide(desk: LiveDesk, events: int) -> list[str]:
    """Let the engine decide so many events; what they were, in order."""
    done: list[None] = []
    with desk.database.read() as tx:
        before = tx.execute(text("SELECT count(*) FROM journal")).scalar_one()
    desk.engine.run_pending(lambda: len(done) >= events, lambda: done.append(None))
    with desk.database.read() as tx:
        rows = tx.execute(text("SELECT coalesce(inbox_id, event) FROM journal ORDER BY id")).scalars().all()
    return [str(row) for row in rows[before:]]


def test_an_escalation_is_never_behind_more_than_a_few_mails(desk: LiveDesk) -> None:
    """Its minute has come: the people behind the first three are called now, not after the flood."""
    desk.write(Letter("Plus rien ne marche"))
    with desk.database.write() as tx:
        tx.execute(text("UPDATE timer SET due_at = :now"), {"now": desk.now.strftime("%Y-%m-%d %H:%M:%S.%f")})
        timers = tx.execute(text("SELECT count(*) FROM timer")).scalar_one()
    flood(desk)
    events = decide(desk, 4 * timers)
    fired = [index for index, event in enumerate(events) if event.startswith("timer-fired")]
    assert len(fired) == timers
    assert fired[0] == 3
    assert any("step" in event or "escalate" in event for event in events)


def test_an_urgent_mail_behind_a_flood_is_decided_among_the_first(desk: LiveDesk) -> None:
    """And so is an answer, which may say that somebody has it."""
    urgent = Letter("Plus rien ne marche", to=URGENT)
    first = desk.write(urgent)
    page = next(mail for mail in first if mail.to == "tech1@example.com")
    flood(desk, urgent, answer(page, "#pris"))
    assert decide(desk, 3)[:2] == [str(FLOOD + 2), str(FLOOD + 3)]


def test_nobody_waits_for_ever(desk: LiveDesk) -> None:
    """Urgent mail without end: every third mail that is decided is the one that has waited longest."""
    come(desk, *(Letter("Bonjour", to=REGULAR) for _ in range(3)))
    come(desk, *(Letter("Plus rien ne marche", to=URGENT, subject=f"n {number}") for number in range(20)))
    events = [event for event in decide(desk, 12) if event.isdigit()]
    assert [event for event in events if int(event) <= 3] == ["1", "2", "3"]
    assert events[2] == "1"


def test_what_waits_for_a_day_is_no_hurry(desk: LiveDesk) -> None:
    """Mails that failed are told of after those who wait for a person, and pages that failed before them."""
    come(desk, Letter("Bonjour", to=REGULAR))
    with desk.database.write() as tx:
        tx.execute(text("UPDATE inbox SET patience = :day"), {"day": inbox.A_DAY})
    come(desk, Letter("Bonjour", to=REGULAR, sender="it@acme.example"))
    desk.now += timedelta(minutes=1)
    assert decide(desk, 1) == ["2"]


def test_the_least_busy_come_first_where_their_team_says_so(desk: LiveDesk) -> None:
    """Open tickets are only counted for such a team: whoever has one is called last, so not at all."""
    teams = {key: replace(team, order=Order.LEAST_BUSY) for key, team in desk.desk.policy.teams.items()}
    desk.engine.use(replace(desk.desk, policy=replace(desk.desk.policy, teams=teams)))
    first = [mail for mail in desk.write(Letter("Plus rien ne marche")) if mail.template == "technician"]
    desk.write(answer(first[0], "#prendre"))
    called = [mail.to for mail in desk.write(Letter("L'imprimante fume")) if mail.template == "technician"]
    assert len(called) == 3
    assert first[0].to not in called
