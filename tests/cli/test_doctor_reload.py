"""`mailgate doctor` and `/metrics`: whether the desk that runs goes by the files that are on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from mailgate import site
from mailgate.cli.doctor import watch
from mailgate.cli.doctor.findings import State
from mailgate.daemon import reading, standing
from mailgate.daemon.lag import LoopLag
from mailgate.daemon.reading import Reading
from mailgate.daemon.signs import Pulse
from mailgate.daemon.vitals import Vitals
from tests.builders import NOW
from tests.cli.patients import a_config, edit, of, worst
from tests.cli.test_doctor_watch import WELL, keep_standing
from tests.once import open_new

MISTAKES = ("rules/20-queues.toml:14:1: unknown key 'calback'", "rules/30-people.toml:2:1: nobody")


def running(config: Path, waiting: tuple[str, ...] = (), refused: tuple[str, ...] = ()) -> None:
    """A desk runs on the files as they are, and has noted that."""
    keep_standing(config, WELL)
    place = reading.place(a_config(config).secret_path)
    reading.keep(place, Reading(NOW, site.digest(config), waiting, refused))


def test_a_desk_goes_by_what_is_on_the_disk(config: Path) -> None:
    """Since it was started, or was reloaded."""
    running(config)
    assert of(watch.reload(a_config(config), NOW), State.OK) == [
        "the desk goes by the files that are on the disk, that it read at 2026-11-16 10:00"
    ]


def test_an_edit_that_nobody_took_up_is_a_warning(config: Path) -> None:
    """Somebody forgot the reload."""
    running(config)
    edit(config.parent / "rules/20-queues.toml", 'callback  = "4h"', 'callback  = "3h"')
    (says,) = of(watch.reload(a_config(config), NOW), State.WARNING)
    assert says.startswith("the desk goes by the files that it read at 2026-11-16 10:00, and those on the disk are")
    assert "systemctl reload mailgate" in says


def test_a_refused_reload_is_bad_until_it_is_mended(config: Path) -> None:
    """With the first mistake, and how many there are; whoever took the edit back has nothing to do."""
    running(config, refused=MISTAKES)
    assert worst(watch.reload(a_config(config), NOW)) is State.OK
    edit(config.parent / "rules/20-queues.toml", 'callback  = "4h"', 'calback  = "3h"')
    (says,) = of(watch.reload(a_config(config), NOW), State.BAD)
    assert says.endswith(f"refused to reload because of {MISTAKES[0]} and 1 more")


def test_what_waits_for_a_restart_is_a_warning(config: Path) -> None:
    """One for each key."""
    running(config, waiting=("smtp.listen",))
    assert of(watch.reload(a_config(config), NOW), State.WARNING) == [
        "smtp.listen of config.toml was changed: it takes effect when `mailgate serve` is started again"
    ]


def test_a_desk_that_does_not_run_goes_by_nothing(config: Path) -> None:
    """That it does not is said elsewhere."""
    assert list(watch.reload(a_config(config), NOW)) == []
    running(config)
    assert list(watch.reload(a_config(config), NOW + timedelta(minutes=3))) == []


@pytest.mark.parametrize("written", ["", "{", "[]", '{"at": 1}', '{"at": "x", "digest": 0}'])
def test_a_note_that_nobody_can_read_is_none(config: Path, written: str) -> None:
    """As the auditor's."""
    running(config)
    reading.place(a_config(config).secret_path).write_text(written, "utf-8")
    assert list(watch.reload(a_config(config), NOW)) == []
    assert standing.last(standing.place(a_config(config).secret_path)) == WELL


@dataclass
class Reloads:
    """Has read something, and says whether the disk has something else."""

    reading: Reading
    other: bool = False

    def differs(self) -> bool:
        return self.other


@dataclass
class Auditor:
    """Finds nothing."""

    verdict = WELL


def numbers(tmp_path: Path, reloads: Reloads) -> dict[str, float]:
    """What `/metrics` says of the files."""
    database = open_new(f"sqlite:///{tmp_path}/var/mailgate.db")
    vitals = Vitals(database, lambda: NOW, LoopLag(), Pulse(), lambda: 0)
    vitals.heed(Auditor(), reloads)
    lines = [line.split() for line in vitals.metrics().decode().splitlines() if not line.startswith("#")]
    database.close()
    return {name: float(value) for name, value in lines if "files" in name or "reload" in name or "restart" in name}


def test_metrics_say_what_the_desk_goes_by(tmp_path: Path) -> None:
    """An alarm can be made of each."""
    assert numbers(tmp_path, Reloads(Reading(NOW, "x"))) == {
        "mailgate_files_read_timestamp_seconds": NOW.timestamp(),
        "mailgate_files_differ": 0,
        "mailgate_reload_refused": 0,
        "mailgate_restart_waiting": 0,
    }
    wrong = numbers(tmp_path, Reloads(Reading(NOW, "x", ("relay", "web.base_url"), MISTAKES), other=True))
    assert [wrong[f"mailgate_{name}"] for name in ("files_differ", "reload_refused", "restart_waiting")] == [1, 1, 2]
