"""One stage for all forgeries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flow.forgeries.stage import Stage, a_stage


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The starter site with its first ticket."""
    with a_stage(tmp_path_factory.mktemp("stage") / "site") as found:
        yield found
