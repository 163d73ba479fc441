"""Pages over nights, weekends and holidays: advance to a minute before, expect nothing; a minute later, one step.

The first page leaves at any hour, what follows counts the promise's working minutes (domain.md §1): a mail ten minutes
before closing climbs its first step five minutes after the next opening, whatever the clocks were set to meanwhile.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_conversation import CHEF, to

TECH = [f"tech{number}@example.com" for number in range(1, 5)]
PAGERS = [f"514555010{number}@pager.example.net" for number in range(1, 5)]
MINUTE = timedelta(minutes=1)

CLOSED_TIMES = {
    "a weekend in Toronto, clocks back": ("America/Toronto", "CA-QC", "2026-10-30", "2026-11-02"),
    "a weekend in Zurich, clocks forward": ("Europe/Zurich", "CH-ZH", "2026-03-27", "2026-03-30"),
    "a weekend in Paris, clocks back": ("Europe/Paris", "FR", "2026-10-23", "2026-10-26"),
    "Saint-Jean in Toronto": ("America/Toronto", "CA-QC", "2026-06-23", "2026-06-25"),
    "Ascension in Zurich": ("Europe/Zurich", "CH-ZH", "2026-05-13", "2026-05-15"),
    "the 14th of July in Paris": ("Europe/Paris", "FR", "2026-07-13", "2026-07-15"),
}
"""Time zone, holidays, the last working day before and the first one after."""


def settled_in(desk: LiveDesk, zone: str, holidays: str) -> None:
    """The desk moves to another place; the customer's own zone stays out of it."""
    desk.configure("America/Toronto", zone)
    desk.change_rules('"CA-QC"', f'"{holidays}"')


def at(zone: str, day: str, clock: str) -> datetime:
    """A moment on the wall of that place."""
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def moved_to(desk: LiveDesk, moment: datetime) -> list[Sent]:
    """Time passes hour by hour, as it does; what leaves."""
    left = []
    while desk.now < moment:
        left += desk.advance(seconds=min(timedelta(hours=1), moment - desk.now).total_seconds())
    return left


def people(mails: list[Sent]) -> set[str]:
    """Who of the desk got something."""
    return {mail.to for mail in mails} - {CHEF}


@pytest.mark.parametrize(("zone", "holidays", "before", "after"), CLOSED_TIMES.values(), ids=CLOSED_TIMES)
def test_silence_waits_for_the_hours_and_then_climbs_on_schedule(
    desk: LiveDesk, zone: str, holidays: str, before: str, after: str
) -> None:
    """19:50 on the last day: three people at once, nothing while it is closed, then a step each quarter of an hour."""
    settled_in(desk, zone, holidays)
    desk.at(at(zone, before, "19:50"))
    assert people(desk.write(Letter("Panne"))) == {*TECH[:3], *PAGERS[:3]}
    assert moved_to(desk, at(zone, after, "07:05") - MINUTE) == []
    assert people(desk.advance(minutes=1)) == {*PAGERS[:3], TECH[3], PAGERS[3]}
    assert moved_to(desk, at(zone, after, "07:20") - MINUTE) == []
    assert set(PAGERS) <= people(desk.advance(minutes=1))
    assert moved_to(desk, at(zone, after, "07:35") - MINUTE) == []
    assert {mail.template for mail in desk.advance(minutes=1)} == {"notice"}
    assert {page.state.value for page in desk.ticket().pages} == {"exhausted"}


def test_one_word_on_saturday_ends_it(desk: LiveDesk) -> None:
    """Who answers while it is closed has it; on Monday nobody is paged."""
    desk.at(at("America/Toronto", "2026-11-20", "19:50"))
    page = to(desk.write(Letter("Panne")), TECH[0])
    desk.advance(hours=12)
    desk.write(answer(page, "ok"))
    later = moved_to(desk, at("America/Toronto", "2026-11-23", "12:00"))
    assert [mail for mail in later if mail.template == "page"] == []


def test_a_quiet_queue_pages_at_the_opening_and_mails_at_once(desk: LiveDesk) -> None:
    """`quiet_hours`: the mails leave in the night, the pagers at 07:00, and the steps count from there."""
    desk.change_rules("notify    = 3\n", "notify    = 3\nquiet_hours = true\n")
    desk.at(at("America/Toronto", "2026-11-20", "22:00"))
    assert people(desk.write(Letter("Panne"))) == set(TECH[:3])
    assert moved_to(desk, at("America/Toronto", "2026-11-23", "07:00") - MINUTE) == []
    assert people(desk.advance(minutes=1)) == set(PAGERS[:3])
    assert moved_to(desk, at("America/Toronto", "2026-11-23", "07:15") - MINUTE) == []
    assert TECH[3] in people(desk.advance(minutes=1))
