"""A desk that was off for a week, and comes back to what should have happened meanwhile: no burst, and the journal says
why (hazards F34)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from mailgate.daemon.clock import doubt
from mailgate.store.query import overdue
from tests.builders import local
from tests.flow.desk import Letter, LiveDesk, Sent

URGENT, REGULAR = "support-urgent@example.com", "support-regulier@example.com"
WEEK = timedelta(days=7)


def off_for_a_week(desk: LiveDesk, back: datetime, tickets: int = 1, queue: str = URGENT) -> list[Sent]:
    """Tickets that nobody answered, seven days off, and what leaves in the first minute of the return."""
    desk.at(back - WEEK)
    for number in range(tickets):
        desk.write(Letter(f"Bonjour {number}", to=queue))
    desk.at(back)
    return desk.work()


def journal(desk: LiveDesk, since: datetime) -> list[str]:
    """Why things happened since then."""
    return [line.because for line in desk.ticket().journal if line.at >= since]


BACK = local("2026-11-23 10:01")


def test_nobody_is_paged_twice_for_one_ticket(desk: LiveDesk) -> None:
    """Whatever number of steps fell due meanwhile, one call on each channel says it."""
    pages = Counter(mail.to for mail in off_for_a_week(desk, BACK) if mail.template == "page")
    assert pages
    assert set(pages.values()) == {1}


def test_one_warning_says_what_is_late(desk: LiveDesk) -> None:
    """Four promises may be late at once; each person hears of the ticket once by mail, and once more when called."""
    mails = Counter(mail.to for mail in off_for_a_week(desk, BACK) if mail.template in ("technician", "notice"))
    assert mails
    assert max(mails.values()) <= 2


def test_one_step_of_the_escalation_is_taken(desk: LiveDesk) -> None:
    """The ticket is where it would be, and did not go through every station on the way."""
    off_for_a_week(desk, BACK)
    assert len([why for why in journal(desk, BACK) if why.startswith("nobody answered")]) == 1


def test_after_the_return_only_the_alarm_follows(desk: LiveDesk) -> None:
    """Who was called has as long to answer as at any other time; what was said is not said again."""
    assert off_for_a_week(desk, BACK)
    assert desk.advance(minutes=14) == []
    alarm = desk.advance(minutes=1)
    assert {mail.template for mail in alarm} == {"notice"}
    assert all("Personne ne répond" in mail.text for mail in alarm)
    assert [desk.advance(minutes=10) for _ in range(12)] == [[]] * 12


def test_the_journal_says_why_everything_was_late(desk: LiveDesk) -> None:
    """Each promise by its name, and who was told."""
    off_for_a_week(desk, BACK)
    (late,) = [why for why in journal(desk, BACK) if " late: told " in why]
    assert all(promise in late for promise in ("callback", "engagement", "update", "resolution"))


def test_a_return_at_night_lets_the_regular_queue_sleep(desk: LiveDesk) -> None:
    """Nothing leaves before its opening hours, and then not more than at any other time."""
    assert off_for_a_week(desk, local("2026-11-23 03:00"), queue=REGULAR) == []
    at_opening = desk.advance(hours=7)
    assert Counter(mail.to for mail in at_opening).most_common(1)[0][1] <= 2


def test_a_busy_return_handles_new_mail_as_on_any_day(desk: LiveDesk) -> None:
    """Six old tickets, and the first new one has its acknowledgement and its three people."""
    off_for_a_week(desk, BACK, tickets=6)
    mails = desk.write(Letter("Urgent, encore", sender="it@acme.example"))
    assert Counter(mail.template for mail in mails)["acknowledgement"] == 1
    assert len({mail.to for mail in mails if mail.template == "technician"}) == 3


def test_a_week_off_is_no_doubt_about_the_clock(desk: LiveDesk) -> None:
    """A holiday is no broken battery."""
    off_for_a_week(desk, BACK)
    desk.advance(days=7)
    with desk.database.read() as tx:
        assert doubt(overdue.newest_entry(tx), desk.now + WEEK) is None
