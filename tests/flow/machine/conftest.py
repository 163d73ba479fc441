"""One stage for all examples."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flow.machine.world import Stage, a_stage


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The starter site with an empty database."""
    with a_stage(tmp_path_factory.mktemp("machine") / "site") as built:
        yield built
