"""A fresh database in a file, as the daemon opens it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailgate.store.database import Database


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/var/mailgate.db"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database.open(url)
    database.upgrade()
    yield database
    database.close()
