"""The same mail again, and what only looks like it: after a quarantine, after a month, under another envelope."""

from __future__ import annotations

from mailgate.store import inbox
from tests.faults.test_engine_faults import break_decisions, mend, templates, waiting
from tests.flow.desk import Letter, LiveDesk

CHEF = "chef@acme.example"
URGENT = "support-urgent@example.com"
ALARM = b"From: chef@acme.example\r\nSubject: Batterie faible\r\n\r\nOnduleur 3\r\n"


def test_a_quarantined_mail_that_was_sent_again_meanwhile_is_one_ticket(desk: LiveDesk) -> None:
    """Its second copy was dealt with; the first, retried by the administrator, is then nothing new."""
    raw = Letter("Bonjour").raw(1)
    break_decisions(desk)
    desk.deliver(raw, CHEF, URGENT)
    mend(desk)
    assert "acknowledgement" in templates(desk.deliver(raw, CHEF, URGENT))
    with desk.database.write() as tx:
        inbox.retry(tx, 1)
    assert desk.work() == []
    assert waiting(desk) == ()


def test_a_device_that_says_the_same_next_month_is_heard(desk: LiveDesk) -> None:
    """Neither Message-ID nor Date: the same octets are another alarm, but not within the hours of a retry."""
    assert "page" in templates(desk.deliver(ALARM, CHEF, URGENT))
    desk.advance(hours=2)
    assert desk.deliver(ALARM, CHEF, URGENT) == []
    desk.advance(days=30)
    assert "page" in templates(desk.deliver(ALARM, CHEF, URGENT))


def test_a_dated_mail_that_comes_again_next_month_is_the_same(desk: LiveDesk) -> None:
    """A mailbox that is read a second time opens nothing."""
    desk.deliver(Letter("Bonjour").raw(1), CHEF, URGENT)
    desk.advance(days=300)
    assert desk.deliver(Letter("Bonjour").raw(1), CHEF, URGENT) == []
