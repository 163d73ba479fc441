"""The same questions to PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from mailgate import site, starter
from mailgate.store.database import Database
from mailgate.store.verify import INVARIANTS, State, verify
from tests.builders import NOW
from tests.flow.desk import LiveDesk
from tests.flow.verify.stories import tell_everything

pytestmark = pytest.mark.peer("postgres")


@pytest.fixture
def written(desk_url: str, tmp_path: Path) -> Iterator[Database]:
    """What is left on a server after every conversation."""
    starter.write(tmp_path / "site")
    database = Database.open(desk_url)
    tell_everything(LiveDesk(site.load(tmp_path / "site/config.toml"), database))
    yield database
    database.close()


@pytest.fixture
def looked_at(desk_url: str, written: Database) -> Iterator[Database]:
    """The same, opened for looking."""
    database = Database.peek(desk_url)
    assert database is not None
    yield database
    database.close()


def test_a_server_is_asked_the_same(looked_at: Database) -> None:
    """Every query is one that PostgreSQL understands, and nothing is broken there either."""
    found = tuple(verify(looked_at, NOW))
    assert [one.invariant for one in found] == [one.name for one in INVARIANTS]
    assert [one for one in found if one.state is State.BROKEN] == []
    assert [row.row for one in found if one.invariant == "exhausted" for row in one.rows] == ["1004"]


def test_what_is_broken_on_a_server_is_found(written: Database, looked_at: Database) -> None:
    """In its rows, its words and its octets."""
    with written.write() as tx:
        tx.execute(text("UPDATE inbox SET outcome = NULL WHERE id = 1"))
        tx.execute(text("UPDATE page SET state = 'lost' WHERE id = 1"))
        tx.execute(text("UPDATE outbox_message SET message = 'nothing' WHERE outbox_id = 1"))
    broken = {one.invariant for one in verify(looked_at, NOW) if one.state is State.BROKEN}
    assert {"decided", "words", "page-state", "one-author", "message-id"} <= broken
