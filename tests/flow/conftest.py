"""A desk for each test, and behind each conversation every invariant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailgate.store.verify import State, verify
from tests.flow.desk import LiveDesk, live_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LiveDesk]:
    """The starter site, running on a clock that the test moves. Whatever was said, its database is sound at the end."""
    with live_desk(tmp_path / "site") as running:
        yield running
        assert [found for found in verify(running.database, running.now) if found.state is State.BROKEN] == []
