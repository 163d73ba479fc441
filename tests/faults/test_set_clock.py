"""Somebody sets the machine's clock under a running desk (hazards F34): noticed, told, and not acted upon."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from mailgate.daemon import standing
from mailgate.store import query
from mailgate.store.database import Database
from tests.daemon.clocks import Machine
from tests.faults.watched import ADMINISTRATOR, Watched, told, watched
from tests.flow.process import eventually

SET, DOUBTFUL = "L’horloge de la machine a été changée", "L’horloge de la machine est douteuse"
JUMPS = [timedelta(hours=1), -timedelta(hours=1), timedelta(days=3653), -timedelta(days=3653)]


@pytest.mark.parametrize("by", JUMPS, ids=str)
def test_a_jump_is_told_once_and_wakes_nobody(tmp_path: Path, by: timedelta) -> None:
    """Ten years ahead every promise would be broken, and everybody paged."""
    machine = Machine()
    with watched(tmp_path / "site", machine=machine) as desk:
        desk.write()
        eventually(lambda: all_sent(desk.database))
        machine.wall += by
        eventually(lambda: SET in told(desk))
        assert desk.verdict.jump == by
        assert desk.is_heard()
        machine.live(120)
        time.sleep(0.5)
        assert all_sent(desk.database)
        assert len([one for one in desk.sink.taken if one.to != ADMINISTRATOR]) == 7
        assert told(desk).count(SET) == 1
        kept = standing.last(standing.place(desk.loaded.config.secret_path))
        assert kept is not None
        assert kept.jump == by
        machine.wall -= by
        eventually(lambda: said(desk) == ["clock.jumped", "clock.right_again"])


def test_a_clock_before_the_journal_is_told_at_the_start(tmp_path: Path) -> None:
    """A machine without a battery begins in 1970."""
    with watched(tmp_path / "site") as desk:
        desk.write()
        eventually(lambda: len(desk.sink.taken) == 7)
    machine = Machine(desk.verdict.at - timedelta(days=300))
    with watched(tmp_path / "again", machine=machine, database=tmp_path / "site/var/mailgate.db") as desk:
        eventually(lambda: DOUBTFUL in told(desk))
        assert desk.is_heard()


def said(desk: Watched) -> list[str]:
    """What the log says of the clock."""
    return [line["event"] for line in desk.log if line["event"].startswith("clock")]


def all_sent(database: Database) -> bool:
    """Whether each of the six pages of the ticket has left, and there is no other."""
    with database.read() as tx:
        story = query.ticket(tx, 1001)
    return story is not None and [page.state.value for page in story.pages] == ["sent"] * 6
