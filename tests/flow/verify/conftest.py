"""A sound database with something in every table, made by conversations and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailgate.store.database import Database
from tests.flow.desk import live_desk
from tests.flow.verify.stories import tell_everything


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a database after conversations of every kind."""
    root = tmp_path_factory.mktemp("sound") / "site"
    with live_desk(root) as desk:
        tell_everything(desk)
    return root / "var/mailgate.db"


@pytest.fixture
def broken(sound: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copy(sound, tmp_path / "mailgate.db"))


@pytest.fixture
def copy(broken: Path) -> Iterator[Database]:
    """The copy, as `verify` opens it."""
    database = Database.peek(f"sqlite:///{broken}")
    assert database is not None
    yield database
    database.close()
