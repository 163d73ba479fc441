"""A real `mailgate serve` on a machine whose clock is set under it (libfaketime), by an hour and by ten years."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.flow.desk import Letter
from tests.flow.process import Process, Sink, a_site, ask, eventually, serving, sinking

LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/local/lib/faketime/libfaketimeMT.so.1")
HOUR, TEN_YEARS = 3600, 10 * 365 * 86400
LONG_ENOUGH = 3.0
"""Seconds in which the metronome ticks, and whatever was due by the wall clock would be done."""


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that says how far off the wall clock of every process started now is; the seconds that pass are true."""
    offset = tmp_path / "clock"
    offset.write_text("+0\n", "utf-8")
    for name, value in {
        "LD_PRELOAD": str(next(path for pattern in LIBRARIES for path in Path("/").glob(pattern[1:]))),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # or every wait for the interpreter's lock ends at once
    }.items():
        monkeypatch.setenv(name, value)
    return offset


@pytest.mark.timeout(300)
@pytest.mark.peer("faketime")
def test_a_clock_that_is_set_pages_nobody(tmp_path: Path, clock: Path) -> None:
    """By an hour and by ten years, forth and back: no page and no warning comes of it, mails are handled as before, and
    the administrators hear of it once."""
    with served(tmp_path / "site") as (process, sink):
        process.send(Letter("avant").raw(1))
        eventually(lambda: len(to_others(sink)) == 7)
        for times, by in enumerate((HOUR, -HOUR, TEN_YEARS, -TEN_YEARS), 1):
            set_clock(clock, by)
            heard(process, "clock.jumped", times)
            time.sleep(LONG_ENOUGH)
            assert abs(process.said("clock.jumped")[-1]["seconds"] - by) < 60
            assert len(to_others(sink)) == 7 * (1 + times // 3)
            if by in (-HOUR, -TEN_YEARS):  # three tickets in all: a fourth one would be a flood
                process.send(Letter("pendant").raw(1 + times))
                eventually(lambda: len(to_others(sink)) == 7 * (1 + times // 2))  # noqa: B023  # before the next round
            set_clock(clock, 0)
            heard(process, "clock.right_again", times)
        assert len(to_administrators(sink)) == 1
        assert seconds_between_tickets(process.root) < HOUR
        process.stop()


@pytest.mark.timeout(300)
@pytest.mark.peer("faketime")
@pytest.mark.parametrize("by", [TEN_YEARS, -TEN_YEARS])
def test_what_waits_for_the_relay_is_tried_again_in_true_seconds(tmp_path: Path, clock: Path, by: int) -> None:
    """By the wall clock its time would be over, or never come."""
    with served(tmp_path / "site") as (process, sink):
        sink.is_gone = True
        process.send(Letter("sans relais").raw(1))
        eventually(lambda: len(process.said("mail.deferred")) >= 7)
        set_clock(clock, by)
        eventually(lambda: process.said("clock.jumped"))
        sink.is_gone = False
        eventually(lambda: len(to_others(sink)) >= 6)
        assert not process.said("mail.refused")


@contextmanager
def served(root: Path) -> Iterator[tuple[Process, Sink]]:
    """The starter behind a sink."""
    with sinking() as sink:
        a_site(root, **{"maildir:var/outgoing": f"smtp://127.0.0.1:{sink.port}"})
        with serving(root) as process:
            yield process, sink


def heard(process: Process, event: str, times: int) -> None:
    """Wait until the log says it so often."""
    eventually(lambda: len(process.said(event)) == times)


def set_clock(clock: Path, by: int) -> None:
    """In one step, as a clock is set."""
    draft = clock.with_suffix(".draft")
    draft.write_text(f"{by:+d}\n", "utf-8")
    draft.replace(clock)


def to_others(sink: Sink) -> list[Any]:
    """What left, but for what the administrators were told."""
    return [one for one in sink.taken if one.to != "admin@example.com"]


def to_administrators(sink: Sink) -> list[Any]:
    """What they were told."""
    return [one for one in sink.taken if one.to == "admin@example.com"]


def seconds_between_tickets(root: Path) -> float:
    """How far apart the openings of the first and of the last ticket are, by the desk's own time."""
    first, *_, last = sorted(datetime.fromisoformat(one["opened_at"]) for one in ask(root, "tickets"))
    return (last - first).total_seconds()
