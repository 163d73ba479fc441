"""Deadlines in words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from mailgate.cli.deadlines import delay, explained, late_by, length, origin, paragraphs, shown
from mailgate.cli.main import run
from mailgate.core.clocks import dropped, kept, started
from mailgate.core.hours import parse_duration
from mailgate.core.model import Activity, Status
from mailgate.core.reckoning import Reckoning, reckon
from mailgate.core.ticket import Clock, Promise, Wait
from mailgate.daemon import clock as the_clock
from tests.builders import TORONTO, a_calendar, local
from tests.cli.sites import FIRST, MONDAY, REGULAR, a_database, raw_mail, receive

Captured = pytest.CaptureFixture[str]


def a_clock(asked: str = "2026-11-16 10:00", promised: str = "4h") -> Clock:
    return started(Promise.CALLBACK, a_calendar(), parse_duration(promised), local(asked))


def reckoned(clock: Clock, *waits: Wait, now: str = "2026-11-16 10:00") -> Reckoning:
    return reckon(clock, a_calendar(), waits, local(now))


def test_a_deadline_is_told_from_its_beginning_to_its_end() -> None:
    """The whole of it, so that nobody has to ask how Monday noon came about."""
    clock = kept(a_clock("2026-11-20 16:30"), local("2026-11-23 11:20"), "tech1", Activity.CALL)
    assert explained(reckoned(clock), TORONTO) == (
        "4 h on calendar 'regular' (America/Toronto), asked for Fri 2026-11-20 16:30. "
        "Counted: Fri 2026-11-20 16:30–17:00 (30 min), Mon 2026-11-23 08:30–12:00 (3 h 30 min), together 4 h. "
        "Kept Mon 2026-11-23 11:20 by tech1 (call), with 40 min to spare."
    )


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("2026-11-16 07:00", "The clock starts Mon 2026-11-16 08:30: that is outside the hours."),
        ("2026-11-21 11:00", "The clock starts Mon 2026-11-23 08:30: that day has no hours."),
        ("2026-12-25 11:00", "The clock starts Mon 2026-12-28 08:30: that day is a holiday (Noël)."),
    ],
)
def test_a_late_start_has_its_reason(asked: str, sentence: str) -> None:
    """Three different ones."""
    assert sentence in origin(reckoned(a_clock(asked)), TORONTO)


@pytest.mark.parametrize(
    ("clock", "now", "sentence"),
    [
        (a_clock(), "2026-11-16 12:55", "Still running, 1 h 5 min of working time left."),
        (a_clock(), "2026-11-16 15:00", "Not kept yet: late by 1 h."),
        (dropped(a_clock(), local("2026-11-16 11:00")), "2026-11-16 15:00", "No longer applies since Mon 2026-11-16"),
        (
            kept(a_clock(), local("2026-11-16 14:05"), "tech2"),
            "2026-11-16 15:00",
            "Kept too late, Mon 2026-11-16 14:05 by tech2: late by 5 min.",
        ),
    ],
)
def test_every_ending_has_its_sentence(clock: Clock, now: str, sentence: str) -> None:
    """The last sentence is what most readers look for."""
    assert sentence in explained(reckoned(clock, now=now), TORONTO)


def test_a_clock_that_stands_still_says_what_for() -> None:
    """Nobody must run after a customer whose turn it is."""
    wait = Wait(Status.WAITING_CUSTOMER, local("2026-11-16 11:00"))
    told = explained(reckoned(a_clock(), wait, now="2026-11-16 15:00"), TORONTO)
    assert "Paused since Mon 2026-11-16 11:00, waiting for the customer: 4 h so far." in told
    assert told.endswith("Stands still since Mon 2026-11-16 11:00 (waiting for the customer), 3 h left.")


def test_a_wait_that_began_after_the_deadline_does_not_hide_that_it_is_late() -> None:
    """It was late before it was the customer's turn."""
    wait = Wait(Status.WAITING_CUSTOMER, local("2026-11-16 15:00"))
    assert explained(reckoned(a_clock(), wait), TORONTO).endswith("(waiting for the customer), late by 1 h then.")


def test_pauses_and_holidays_are_told() -> None:
    """What moved the deadline: a pause of an hour, and Christmas."""
    clock = replace(a_clock("2026-12-24 15:00"), due_at=local("2026-12-28 11:30"), paused_minutes=60)
    wait = Wait(Status.WAITING_CUSTOMER, local("2026-12-24 15:30"), local("2026-12-24 16:30"))
    told = explained(reckoned(clock, wait), TORONTO)
    assert "Closed on Fri 2026-12-25 (Noël)." in told
    assert "from Thu 2026-12-24 15:30 to Thu 2026-12-24 16:30, waiting for the customer: 1 h more." in told
    assert "together 5 h." in told


def test_times_are_those_of_the_desk() -> None:
    """A calendar of Toronto, read in Zurich."""
    assert "asked for Mon 2026-11-16 16:00" in explained(reckoned(a_clock()), ZoneInfo("Europe/Zurich"))


def test_a_long_time_is_told_in_few_words() -> None:
    """Eight days and what lies between."""
    told = explained(reckoned(a_clock("2026-11-02 08:30", "4w")), TORONTO)
    assert "12 working days from 2026-11-06 to 2026-11-23 (102 h)" in told


def test_a_midnight_is_the_end_of_its_day() -> None:
    """24:00, not 00:00 of the same date."""
    always = a_calendar(start="20:00", end="00:00")
    clock = started(Promise.CALLBACK, always, parse_duration("5h"), local("2026-11-16 21:00"))
    assert "Mon 2026-11-16 21:00–24:00 (3 h)" in explained(reckon(clock, always, (), clock.asked_at), TORONTO)


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (61, "1 h 1 min"), (600, "10 h")]
)
def test_a_length_is_told_in_hours_and_minutes(minutes: int, words: str) -> None:
    """Working days have different lengths on each calendar, so there are none."""
    assert length(minutes) == words


@pytest.mark.parametrize(
    ("promised", "words"),
    [("90m", "1 h 30 min"), ("4h", "4 h"), ("1d", "1 working day"), ("3d", "3 working days"), ("2w", "2 weeks")],
)
def test_a_delay_is_told_as_the_rules_mean_it(promised: str, words: str) -> None:
    """Days are working days."""
    assert delay(parse_duration(promised)) == words


def test_a_deadline_that_passed_at_closing_time_is_late_all_the_same() -> None:
    """By no working time yet."""
    assert late_by(0) == "late by less than a minute of working time"


def test_a_paragraph_begins_with_what_matters() -> None:
    """Deadline and standing first, how it came about under it."""
    first, *others = "\n".join(paragraphs((reckoned(a_clock()),), TORONTO)).splitlines()
    assert first == "call back by Mon 2026-11-16 14:00. Still running, 4 h of working time left."
    assert all(line.startswith("  ") for line in others)


def test_a_clock_for_programs_holds_its_pauses() -> None:
    """Those that are over and the one that is not."""
    clock = replace(a_clock(), due_at=local("2026-11-16 14:30"), paused_minutes=30)
    over = Wait(Status.WAITING_CUSTOMER, local("2026-11-16 10:30"), local("2026-11-16 11:00"))
    found = shown(reckoned(clock, over, Wait(Status.PARKED, local("2026-11-16 12:00"))), TORONTO)
    first, last = found.pauses
    assert (first.cause, first.until, first.minutes) == (over.cause, over.until, 30)
    assert (last.cause, last.until, found.late_minutes) == (Status.PARKED, None, None)


def answered(capsys: Captured, *arguments: str) -> Any:
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_ticket_explains_each_of_its_deadlines(config: Path, capsys: Captured) -> None:
    """The rule of the starter grades a breakdown: it gets four clocks."""
    receive(config, raw_mail("Panne"))
    assert run(["ticket", str(FIRST), "-c", str(config)]) == 0
    told = capsys.readouterr().out
    for title in ("call back", "engagement", "resolution", "update"):
        assert f"\n{title} by Mon 2026-11-23 " in told
    assert "  1 h on calendar 'urgent' (America/Toronto), asked for Mon 2026-11-23 10:00." in told


def test_a_ticket_has_the_clocks_that_programs_rely_on(config: Path, capsys: Captured) -> None:
    """interfaces.md §2, and what it leaves open."""
    receive(config, raw_mail("Panne"))
    found = answered(capsys, "ticket", str(FIRST), "-c", str(config))
    first = found["clocks"][0]
    assert set(first) == {
        *("promise", "calendar", "delay", "asked_at", "starts_at", "due_at", "paused_minutes", "pauses", "ended_at"),
        *("ending", "ended_by", "how", "late_minutes", "explained"),
    }
    assert {one["promise"] for one in found["clocks"]} == {"callback", "engagement", "resolution", "update"}
    assert found["waits"] == []


def test_a_calendar_that_nobody_noted_is_the_one_of_the_rules(config: Path, capsys: Captured) -> None:
    """A promise of an older version: it is explained as well as can be, and late by nobody knows how much."""
    receive(config, raw_mail("Question", to=REGULAR))
    database = a_database(config)
    with database.write() as tx:
        tx.execute(text("UPDATE clock SET edition = NULL, delay = NULL, paused_minutes = 25"))
    database.close()
    (found,) = answered(capsys, "ticket", str(FIRST), "-c", str(config))["clocks"]
    assert found["explained"].startswith("Calendar 'regular' (America/Toronto), asked for Mon 2026-11-23 10:00.")
    assert "Pauses that an older version did not note one by one: 25 min." in found["explained"]


def test_late_tickets_say_which_promise_and_by_how_much(
    config: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks at eight in the evening sees an hour that is not the office's."""
    receive(config, raw_mail("Question", to=REGULAR))
    monkeypatch.setattr(the_clock, "now", lambda: MONDAY + timedelta(hours=10))
    assert run(["tickets", "--late", "-c", str(config)]) == 0
    told = capsys.readouterr().out
    assert "call back 2026-11-23 14:00 LATE" in told
    assert "call back by 3 h" in told
    (row,) = answered(capsys, "tickets", "-c", str(config))
    assert row["deadline"] == {"promise": "callback", "due_at": "2026-11-23T19:00:00Z", "late_minutes": 180}
    assert row["late"] == [row["deadline"]]


def test_explain_shows_every_deadline_that_a_mail_starts(config: Path, tmp_path: Path, capsys: Captured) -> None:
    """A severity or a priority that a rule gives is a promise, too."""
    mail = tmp_path / "mail.eml"
    mail.write_bytes(raw_mail("Panne"))
    found = answered(capsys, "explain", str(mail), "-c", str(config))["deadlines"]
    assert list(found) == ["callback", "engagement", "resolution", "update"]
    assert found["resolution"]["due_at"] == "2026-11-23T23:00:00Z"
    assert found["resolution"]["explained"].startswith("8 h on calendar 'urgent'")
