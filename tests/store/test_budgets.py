"""What budgets count, and what they held back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from mailgate.core.budgets import REPORT
from mailgate.core.decision import Decision
from mailgate.core.effects import ForgetHeldBack, HoldBack, SendMail, SetTimer
from mailgate.core.events import Event, MailReceived, TimerFired
from mailgate.core.model import Outcome
from mailgate.core.seen import LATELY_MOST, Answered, Seen, Tally
from mailgate.store import budgets, journal, snapshot
from mailgate.store.budgets import COUNTS_FOR, LARGEST
from mailgate.store.database import Database
from mailgate.store.tables import AnswerRow
from tests.builders import NOW, a_mail, contact_token, received
from tests.store.desk import MINUTE, a_letter, apply, open_ticket

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REPORTED = TimerFired(1, REPORT, None, NOW)


def _seen(database: Database, event: Event) -> Seen:
    with database.read() as tx:
        return snapshot.load(tx, event)


def _answer(database: Database, address: str, at: datetime, times: int = 1) -> None:
    to = replace(a_letter().to, address=address)
    apply(database, *[SendMail(a_letter(to=to, ticket=None), counted=True)] * times, now=at)


def _from(address: str, **changes: Any) -> MailReceived:
    return received(a_mail(address), **changes)


def _hold(database: Database, budget: str, address: str, times: int, at: datetime = NOW) -> None:
    apply(database, *[HoldBack(budget, address, at)] * times)


def test_only_mail_that_counts_is_counted(database: Database) -> None:
    """A technician's words and pages use nothing up."""
    open_ticket(database, SendMail(a_letter()), SendMail(a_letter(), counted=True), SendMail(a_letter(), record=True))
    assert _seen(database, received()).answered.total == 1
    with database.read() as tx:
        row = tx.exec(select(AnswerRow)).one()
    assert (row.address, row.domain) == ("chef@acme.example", "acme.example")


def test_answers_are_told_by_address_domain_and_in_total(database: Database) -> None:
    """A forged sender may sit anywhere: in one mailbox, in one firm, or in a different one for every mail."""
    _answer(database, "A@Stranger.example", NOW - MINUTE, 2)
    _answer(database, "a@stranger.example", NOW - 2 * HOUR, 3)
    _answer(database, "b@stranger.example", NOW - MINUTE, 4)
    _answer(database, "c@elsewhere.example", NOW - MINUTE, 5)
    assert _seen(database, _from("a@stranger.example")).answered == Answered(
        {"a@stranger.example": Tally(2, 5)}, {"stranger.example": 6}, 11
    )


def test_the_author_and_the_envelope_are_both_counted(database: Database) -> None:
    """Which of them is answered is the core's to say; case is nobody's disguise."""
    _answer(database, "a@one.example", NOW)
    _answer(database, "b@two.example", NOW, 2)
    found = _seen(database, _from("A@one.example", envelope_from="B@two.example")).answered
    assert found.addresses == {"a@one.example": Tally(1, 1), "b@two.example": Tally(2, 2)}
    assert found.domains == {"one.example": 1, "two.example": 2}


@pytest.mark.parametrize(
    ("ago", "tally"), [(HOUR - MINUTE, Tally(1, 1)), (HOUR, Tally(0, 1)), (DAY - MINUTE, Tally(0, 1)), (DAY, None)]
)
def test_an_hour_and_a_day_end_when_they_end(database: Database, ago: timedelta, tally: Tally | None) -> None:
    """Counted back from our own clock at the door, so that a backlog decides as it would have then."""
    _answer(database, "a@stranger.example", NOW - ago)
    assert _seen(database, _from("a@stranger.example")).answered.addresses.get("a@stranger.example") == tally


def test_a_count_stops_where_nobody_asks_further(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The millionth mail of a flood costs what the first one did."""
    monkeypatch.setattr(budgets, "COUNTED_MOST", 3)
    _answer(database, "a@stranger.example", NOW, 5)
    found = _seen(database, _from("a@stranger.example")).answered
    assert found == Answered({"a@stranger.example": Tally(3, 3)}, {"stranger.example": 3}, 3)


def test_what_is_too_old_to_count_is_deleted(database: Database) -> None:
    """The table stays as small as a week of automatic mail."""
    _answer(database, "a@stranger.example", NOW - COUNTS_FOR - MINUTE)
    _answer(database, "b@stranger.example", NOW - COUNTS_FOR + MINUTE)
    _answer(database, "c@stranger.example", NOW)
    with database.read() as tx:
        kept = tx.exec(select(AnswerRow.address).order_by(AnswerRow.address)).all()
    assert kept == ["b@stranger.example", "c@stranger.example"]


def test_refusals_of_a_ticket_are_counted_for_a_day(database: Database) -> None:
    """Refusals of other tickets, other outcomes and older ones are not; nor is a ticket that nobody proved."""
    open_ticket(database)
    refusal, told = Decision(Outcome.REFUSED, "no", ticket=1001), Decision(Outcome.FOLLOW_UP, "yes", ticket=1001)
    with database.write() as tx:
        for decision, at in ((refusal, NOW), (refusal, NOW - DAY + MINUTE), (refusal, NOW - DAY), (told, NOW)):
            journal.record(tx, received(), decision, "", at)
        journal.record(tx, received(), Decision(Outcome.REFUSED, "no", ticket=1002), "", NOW)
    assert _seen(database, received(token=contact_token())).refused == 2
    assert _seen(database, received(threads=(1001,))).refused == 0


def test_refusals_are_counted_no_further_than_rules_can_ask(database: Database) -> None:
    """Whoever floods a ticket with refused mail makes no later mail slower."""
    open_ticket(database)
    with database.write() as tx:
        for _ in range(LATELY_MOST + 10):
            journal.record(tx, received(), Decision(Outcome.REFUSED, "no", ticket=1001), "", NOW)
    assert _seen(database, received(token=contact_token())).refused == LATELY_MOST


def test_a_report_that_is_coming_is_known(database: Database) -> None:
    """One report an hour, however much is held back meanwhile."""
    assert not _seen(database, received()).reporting
    open_ticket(database, SetTimer(1001, REPORT, NOW))
    assert not _seen(database, received()).reporting
    apply(database, SetTimer(None, REPORT, NOW + HOUR))
    assert _seen(database, received()).reporting


def test_what_was_held_back_is_gathered_for_its_report(database: Database) -> None:
    """By budget and address, the most first; nobody else needs it, nor does another timer of the desk."""
    _hold(database, "address", "a@stranger.example", 2, NOW - MINUTE)
    _hold(database, "domain", "b@stranger.example", 3)
    _hold(database, "address", "a@stranger.example", 2)
    found = _seen(database, REPORTED).held_back
    assert [(one.budget, one.address, one.times, one.since) for one in found] == [
        ("address", "a@stranger.example", 4, NOW - MINUTE),
        ("domain", "b@stranger.example", 3, NOW),
    ]
    assert {one.through for one in found} == {7}
    assert _seen(database, received()).held_back == _seen(database, TimerFired(1, "other", None, NOW)).held_back == ()


def test_the_newest_tickets_of_what_was_held_back_are_shown(database: Database) -> None:
    """Administrators look at some of the mails; a ticket with many of them is one to look at."""
    numbers = [1001, 1002, 1003, None, 1004, 1005, 1006, 1002, 1006]
    apply(database, *[HoldBack("address", "a@stranger.example", NOW, number) for number in numbers])
    apply(database, HoldBack("address", "b@stranger.example", NOW), HoldBack("total", "a@stranger.example", NOW, 1009))
    found = _seen(database, REPORTED).held_back
    assert [(one.budget, one.address, one.tickets) for one in found] == [
        ("address", "a@stranger.example", (1006, 1002, 1005, 1004, 1003)),
        ("address", "b@stranger.example", ()),
        ("total", "a@stranger.example", (1009,)),
    ]


def test_what_is_summed_up_shows_tickets_of_nobody_who_is_named(database: Database) -> None:
    """Otherwise the same mails would be looked at twice, and the others never."""
    for number in range(LARGEST):
        apply(database, *[HoldBack("address", f"a{number:02}@stranger.example", NOW, 2000 + number)] * 2)
    apply(database, HoldBack("address", "z@stranger.example", NOW, 1001))
    apply(database, HoldBack("address", "a00@stranger.example", NOW, 2000))
    summed = _seen(database, REPORTED).held_back[-1]
    assert (summed.address, summed.times, summed.tickets) == ("", 1, (1001,))


def test_a_flood_of_addresses_is_summed_up_by_budget(database: Database) -> None:
    """The report is one mail that somebody reads: twenty names, then how many more."""
    for number in range(LARGEST + 3):
        _hold(database, "address", f"a{number:02}@stranger.example", 2)
    _hold(database, "total", "z@stranger.example", 1)
    found = _seen(database, REPORTED).held_back
    assert [(one.budget, one.address, one.times) for one in found[LARGEST:]] == [("address", "", 6), ("total", "", 1)]
    assert sum(one.times for one in found) == 2 * (LARGEST + 3) + 1
    assert {one.through for one in found} == {sum(one.times for one in found)}


def test_only_what_was_reported_is_forgotten(database: Database) -> None:
    """What was held back while the report was written is in the next one."""
    _hold(database, "address", "a@stranger.example", 2)
    (reported,) = _seen(database, REPORTED).held_back
    _hold(database, "address", "b@stranger.example", 1)
    apply(database, ForgetHeldBack(reported.through))
    assert [one.address for one in _seen(database, REPORTED).held_back] == ["b@stranger.example"]
