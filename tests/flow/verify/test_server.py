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
from tests.peers.postgres import Postgres

pytestmark = pytest.mark.peer("postgres")


@pytest.fixture
def database(postgres: Postgres, tmp_path: Path) -> Iterator[Database]:
    """What is left on a server after every conversation, opened for looking."""
    starter.write(tmp_path / "site")
    name = postgres.create_desk()
    written = Database.open(postgres.url(name))
    tell_everything(LiveDesk(site.load(tmp_path / "site/config.toml"), written))
    looked_at = Database.peek(postgres.url(name))
    assert looked_at is not None
    yield looked_at
    looked_at.close()
    written.close()
    postgres.drop(name)


def test_a_server_is_asked_the_same(database: Database) -> None:
    """Every query is one that PostgreSQL understands, and nothing is broken there either."""
    found = tuple(verify(database, NOW))
    assert [one.invariant for one in found] == [one.name for one in INVARIANTS]
    assert [one for one in found if one.state is State.BROKEN] == []
    assert [row.row for one in found if one.invariant == "exhausted" for row in one.rows] == ["1004"]


def test_what_is_broken_on_a_server_is_found(database: Database) -> None:
    """In its rows, its times and its octets."""
    with database.write() as tx:
        tx.execute(text("UPDATE inbox SET outcome = NULL WHERE id = 1"))
        tx.execute(text("UPDATE page SET state = 'lost' WHERE id = 1"))
        tx.execute(text("UPDATE outbox_message SET message = 'nothing' WHERE outbox_id = 1"))
    broken = {one.invariant for one in verify(database, NOW) if one.state is State.BROKEN}
    assert {"decided", "words", "page-state", "one-author", "message-id"} <= broken
