"""Hand-overs, overrides and hours of duty as they are written."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from mailgate.core.hours import MIDNIGHT, Span
from mailgate.core.people import Technician
from mailgate.core.roster import ANCHOR, Handover
from tests.builders import local
from tests.rules.sites import PEOPLE, loaded, mistakes


def on_duty(tmp_path: Path, duty: str) -> Technician:
    """tech1 with hours of duty."""
    people = PEOPLE.replace('mail = "tech1@example.com"', f'mail = "tech1@example.com"\nduty = {duty}')
    return loaded(tmp_path, people=people).policy.technicians["tech1"]


def said(tmp_path: Path, team: str) -> str:
    """What is wrong with such a team, without its place."""
    (one,) = mistakes(tmp_path, people=f"{PEOPLE}{team}\n")
    return one.partition(": ")[2]


def test_a_hand_over_is_read_with_its_anchor_and_zone(tmp_path: Path) -> None:
    """The team's zone, else the desk's; without `since`, a documented Monday."""
    here = PEOPLE + 'handover = "weekly mon 08:00"\n'
    there = PEOPLE + 'handover = "daily 07:30"\nsince = 2026-01-05\ntimezone = "Europe/Zurich"\n'
    assert loaded(tmp_path, people=here).policy.teams["support"].handover == Handover(
        time(8), "America/Toronto", 0, ANCHOR
    )
    assert loaded(tmp_path, people=there).policy.teams["support"].handover == Handover(
        time(7, 30), "Europe/Zurich", None, date(2026, 1, 5)
    )


def test_an_override_is_local_to_its_team(tmp_path: Path) -> None:
    """Eight in the morning of Toronto, where the desk is."""
    line = 'overrides = [{ from = "2026-12-24T08:00", until = 2026-12-26T08:00:00-05:00, technician = "tech1" }]\n'
    assert "'from' and 'until' must both have an offset" in said(tmp_path, line)
    line = 'overrides = [{ from = "2026-12-24T08:00", until = 2026-12-26T08:00:00, technician = "tech1" }]\n'
    (one,) = loaded(tmp_path, people=PEOPLE + line).policy.teams["support"].overrides
    assert (one.technician, one.start, one.end) == ("tech1", local("2026-12-24 08:00"), local("2026-12-26 08:00"))


@pytest.mark.parametrize(
    ("team", "words"),
    [
        ('handover = "weekly 08:00"', "'weekly 08:00' is not a hand-over: write weekly mon 08:00 or daily 08:00"),
        ('handover = "weekly mo 08:00"', "unknown day 'mo'"),
        ('handover = "daily 25:00"', "'25:00' is not a time of day: write 17:00"),
        ('handover = "daily 08:00+02:00"', "'08:00+02:00' has an offset"),
        ('order = "listed"\nhandover = "daily 08:00"', 'a hand-over needs order = "rotation", not "listed"'),
        ("since = 2026-01-05", "'since' says where hand-overs are counted from: it needs 'handover'"),
        (
            'overrides = [{ from = "2026-12-26T08:00", until = "2026-12-24T08:00", technician = "tech1" }]',
            "the override ends before it starts",
        ),
        (
            'overrides = [{ from = "2026-12-24T08:00", until = "2026-12-26T08:00", technician = "tech9" }]',
            "unknown technician 'tech9'",
        ),
    ],
)
def test_a_wrong_team_says_what_is_wrong(tmp_path: Path, team: str, words: str) -> None:
    """At `check`, not on the night of the hand-over."""
    assert words in said(tmp_path, team)


def test_a_night_of_duty_runs_over_midnight(tmp_path: Path) -> None:
    """It belongs to the day on which it begins: Friday's ends on Saturday."""
    duty = on_duty(tmp_path, '{ fri = ["08:00-12:00", "22:00-06:00"] }').duty
    assert duty is not None
    assert duty.week[4] == (Span(time(8), time(12)), Span(time(22), MIDNIGHT))
    assert duty.week[5] == (Span(MIDNIGHT, time(6)),)
    assert duty.is_open(local("2026-11-21 05:59"))
    assert not duty.is_open(local("2026-11-21 06:00"))


def test_duty_is_around_the_clock_unless_it_is_said(tmp_path: Path) -> None:
    """A desk that never heard of duty pages as it did; a whole day is a span too."""
    assert loaded(tmp_path).policy.technicians["tech1"].duty is None
    duty = on_duty(tmp_path, '{ sat-sun = "00:00-24:00" }').duty
    assert duty is not None
    assert duty.week[5:] == ((Span(MIDNIGHT, MIDNIGHT),),) * 2


@pytest.mark.parametrize(
    ("duty", "words"),
    [
        ('{ mon = ["22:00-06:00"], tue = "05:00-12:00" }', "two spans of tue overlap"),
        ('{ mon = "08:00-08:00" }', "'08:00-08:00' begins when it ends"),
        ('{ monday = "08:00-18:00" }', "unknown day 'monday'"),
        ("{}", "never opens"),
    ],
)
def test_wrong_hours_of_duty_say_what_is_wrong(tmp_path: Path, duty: str, words: str) -> None:
    """A night may not run into the next day's shift."""
    people = PEOPLE.replace('mail = "tech1@example.com"', f'mail = "tech1@example.com"\nduty = {duty}')
    assert any(words in one for one in mistakes(tmp_path, people=people))
