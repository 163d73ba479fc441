"""The machine of tests/flow, on PostgreSQL: the same steps, the same model, the same questions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from mailgate import starter
from mailgate.store.database import Database
from tests.flow.machine.machine import Ending
from tests.flow.machine.playing import LONG, PLAYED, played_on
from tests.flow.machine.world import Stage

pytestmark = [pytest.mark.peer("postgres"), pytest.mark.timeout(0)]

FEW = PLAYED if LONG else settings(PLAYED, max_examples=2, stateful_step_count=12)


@pytest.fixture
def stage(desk_url: str, tmp_path: Path) -> Iterator[Stage]:
    """The starter site, and an empty database on the server."""
    starter.write(tmp_path / "site")
    database = Database.open(desk_url)
    yield Stage(tmp_path / "site", database)
    database.close()


def test_everybody_gets_what_they_were_promised_on_a_server(stage: Stage) -> None:
    """lost 0, duplicated 0, and no unexpected mail after a cycle."""
    played_on(stage, FEW, Ending(days=1))
