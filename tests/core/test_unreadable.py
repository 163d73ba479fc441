"""Mail that nobody can read, and very much of it: kept, told to the administrators, and one page for many."""

from __future__ import annotations

from datetime import timedelta

from mailgate.core.effects import Quarantine, SetTimer
from mailgate.core.events import TimerFired
from mailgate.core.page_effects import Page
from mailgate.core.seen import Seen
from mailgate.core.unreadable import AGAIN
from tests.builders import NOW
from tests.core.asking import ask, of, only
from tests.core.test_failures import unreadable


def test_a_flood_of_unreadable_mail_pages_once_in_a_window() -> None:
    """A39: the second one is kept and told to the administrators; its page comes with the others'."""
    first = ask(unreadable("support-urgent@example.com"))
    assert SetTimer(None, f"{AGAIN}5", NOW + timedelta(minutes=15)) in of(first, SetTimer)
    second = ask(unreadable("support-urgent@example.com"), Seen(1001, alarmed=True))
    assert of(second, Page) == []
    assert of(second, Quarantine)
    assert "hear of it in their next page" in second.because


def test_what_was_unreadable_since_is_told_in_one_page() -> None:
    """Only of the urgent door; nothing since, and it is over."""
    fired = TimerFired(3, f"{AGAIN}5", None, NOW)
    unread = tuple((row, ("support-urgent@example.com",)) for row in range(6, 13))
    decision = ask(fired, Seen(1001, unread=(*unread, (13, ("support-regulier@example.com",)))))
    notices = {page.letter.facts.notice.detail for page in of(decision, Page) if page.letter.facts.notice}
    assert notices == {"inbox 6, 7, 8, 9, 10 (+2)"}
    assert only(decision, SetTimer).kind == f"{AGAIN}12"
    assert ask(fired, Seen(1001)).effects == ()
