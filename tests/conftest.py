"""What every room's tests share: a real peer program that is missing fails under CI=true and is skipped elsewhere, and
nothing is measured by the wall clock of a machine that others use, too."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.once import compiled_once
from tests.peers import SYSTEM_PATH

if TYPE_CHECKING:
    from tests.peers.postgres import Postgres


structlog.configure(
    [
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)  # a traceback with every local variable of a desk takes seconds


settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("peer"):
        if shutil.which(marker.args[0], path=SYSTEM_PATH) is None:
            reason = f"{marker.args[0]} is not installed (.ci/peers installs it)"
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    with compiled_once():
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One cluster for the session; its tests are marked `peer("postgres")`."""
    from tests.peers.postgres import running_postgres

    with running_postgres() as running:
        yield running


@pytest.fixture
def desk_url(postgres: Postgres) -> Iterator[str]:
    """A database with our tables on it."""
    name = postgres.create_desk()
    yield postgres.url(name)
    postgres.drop(name)
