"""A fresh database, as the daemon opens it: in a file, and for the modules named here on a server, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailgate.store.database import Database
from tests.once import open_new

ON_BOTH = {
    *(
        "test_absences",
        "test_any_bytes",
        "test_apply",
        "test_arrears",
        "test_backup",
        "test_bank",
        "test_budgets",
        "test_deeds",
        "test_fallen_due",
        "test_fates",
        "test_floods",
        "test_inbox",
    ),
    *("test_gauges", "test_outbox", "test_query", "test_snapshot", "test_relations"),
    *("test_prepared", "test_restored", "test_rows", "test_timers", "test_traces"),
}
"""The modules whose tests say nothing of SQLite alone."""

SERVERS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.peer("postgres")))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    module = metafunc.module.__name__.rpartition(".")[2]
    told = any("server" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize"))
    if module in ON_BOTH and "database" in metafunc.fixturenames and not told:
        metafunc.parametrize("server", SERVERS)


@pytest.fixture
def server() -> str:
    """Which kind of database a test wants."""
    return "sqlite"


@pytest.fixture
def url(server: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if server == "sqlite":
        return f"sqlite:///{tmp_path}/var/mailgate.db"
    return str(request.getfixturevalue("desk_url"))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = open_new(url)
    yield database
    database.close()
