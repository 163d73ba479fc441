"""`mailgate doctor`: whether somebody would notice that the desk is dead, and whether its clock can be right."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mailgate.cli.doctor import watch
from mailgate.cli.doctor.findings import State
from mailgate.core.audit import Part, Trouble, Verdict
from mailgate.daemon import standing
from tests.builders import NOW, a_policy
from tests.cli.patients import a_config, of, worst
from tests.once import open_new
from tests.store.desk import a_delivery, keep

MINUTE = timedelta(minutes=1)
WELL = Verdict(NOW, (), NOW)
HUNG = Verdict(NOW, (Trouble(Part.ENGINE, "the engine has not come to an end for 90 s"),), NOW - 2 * MINUTE)


def keep_standing(site: Path, verdict: Verdict) -> None:
    """As the auditor of a running desk does."""
    place = standing.place(a_config(site).secret_path)
    place.parent.mkdir(parents=True, exist_ok=True)
    standing.keep(place, verdict)


def test_a_desk_that_never_ran_has_no_auditor(config: Path) -> None:
    """Nothing is wrong with that."""
    assert worst(watch.auditor(a_config(config), NOW)) is State.OK


def test_a_desk_that_runs_says_that_all_is_well(config: Path) -> None:
    """And when it was looked at."""
    keep_standing(config, WELL)
    assert of(watch.auditor(a_config(config), NOW + MINUTE), State.OK) == [
        "the desk runs, and all was well at 2026-11-16 10:00"
    ]


def test_trouble_is_bad_and_says_when_all_was_well(config: Path) -> None:
    """The last time that a heartbeat may have left."""
    keep_standing(config, HUNG)
    assert of(watch.auditor(a_config(config), NOW), State.BAD) == [
        "the engine has not come to an end for 90 s (all was well last at 2026-11-16 09:58)"
    ]


def test_an_old_word_means_that_nobody_looks_any_more(config: Path) -> None:
    """The desk was stopped, or hangs altogether; doctor cannot know which."""
    keep_standing(config, WELL)
    (says,) = of(watch.auditor(a_config(config), NOW + 3 * MINUTE), State.WARNING)
    assert says == (
        "`mailgate serve` does not run here, or hangs: its auditor looked last at 2026-11-16 10:00, all was well last "
        "at 2026-11-16 10:00"
    )


@pytest.mark.parametrize(("by", "way"), [(60 * MINUTE, "1:00:00 ahead of"), (-60 * MINUTE, "1:00:00 behind")])
def test_a_clock_that_was_set_is_a_warning(config: Path, by: timedelta, way: str) -> None:
    """The desk goes by its own time until it is put right."""
    keep_standing(config, Verdict(NOW, (), NOW, by))
    (says,) = of(watch.auditor(a_config(config), NOW + by), State.WARNING)
    assert f"and is {way} the desk's: put it right" in says


@pytest.mark.parametrize("by", [60 * MINUTE, -60 * MINUTE, 5_000_000 * MINUTE])
def test_a_wish_is_dated_by_the_desk_that_will_hear_it(config: Path, by: timedelta) -> None:
    """`mailgate open` on a machine whose clock was set: its call-back is not promised for another year."""
    place = standing.place(a_config(config).secret_path)
    assert standing.by_the_desk(NOW + by, place) == NOW + by
    keep_standing(config, Verdict(NOW, (), NOW, by))
    assert standing.by_the_desk(NOW + by + MINUTE, place) == NOW + MINUTE
    assert standing.by_the_desk(NOW + by + 3 * MINUTE, place) == NOW + by + 3 * MINUTE


@pytest.mark.parametrize("written", ["", "{", "[]", '{"at": 1}', '{"at": "x", "well_at": 0}'])
def test_a_file_that_nobody_can_read_is_no_word(config: Path, written: str) -> None:
    """A disk that was full leaves such a thing."""
    keep_standing(config, WELL)
    standing.place(a_config(config).secret_path).write_text(written, "utf-8")
    assert worst(watch.auditor(a_config(config), NOW)) is State.OK


def test_a_desk_that_nobody_listens_to_is_a_warning(config: Path) -> None:
    """Dead machines tell nobody."""
    assert worst(watch.heartbeat(a_config(config))) is State.WARNING


def test_who_listens_is_named_without_the_secret(config: Path) -> None:
    """A URL is a secret, an address is not."""
    ways = 'url = "https://hc.example.net/canary"\nmail = "watch@example.net"\n'
    beat = f'[heartbeat]\n{ways}every = "5m"\nround_trip = true\n[log]'
    found = a_config(config, "[log]", beat)
    assert of(watch.heartbeat(found), State.OK) == [
        "while all is well a URL is called and a mail goes to watch@example.net every 5 min"
    ]


def test_a_clock_before_the_journal_is_a_warning(tmp_path: Path) -> None:
    """It stands before something that happened."""
    database = open_new(f"sqlite:///{tmp_path}/var/mailgate.db")
    keep(database, a_delivery())
    with database.read() as tx:
        assert worst(watch.clock(tx, a_policy(), NOW)) is State.OK
        assert of(watch.clock(tx, a_policy(), NOW - 60 * MINUTE), State.WARNING) == [
            "this machine's clock is 1:00:00 behind the newest entry of the journal: is it right?"
        ]
    database.close()
