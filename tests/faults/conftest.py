"""A desk for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.desk import LiveDesk, live_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LiveDesk]:
    """The starter site, running on a clock that the test moves."""
    with live_desk(tmp_path / "site") as running:
        yield running
