"""The tables on PostgreSQL. What the store does with them is tested in tests/store, on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from string import ascii_letters

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from mailgate import site, starter
from mailgate.mail import limits
from mailgate.store.database import Database, SchemaTooNew
from mailgate.store.tables import Row
from tests.flow.desk import LiveDesk
from tests.peers.postgres import Postgres

pytestmark = pytest.mark.peer("postgres")


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    """An empty database."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


def upgraded(url: str) -> Database:
    database = Database.open(url)
    database.upgrade()
    return database


def test_the_migrations_make_exactly_the_tables(url: str) -> None:
    """A column that only the code knows fails at the first mail."""
    database = upgraded(url)
    with database.read() as tx:
        context = MigrationContext.configure(tx.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []
    database.close()


def test_nodes_that_start_together_migrate_once(url: str) -> None:
    """Two nodes after one installation: one migrates, the others find it done (hazards F11)."""
    with ThreadPoolExecutor(4) as nodes:
        databases = list(nodes.map(upgraded, [url] * 4))
    with databases[0].read() as tx:
        assert tx.execute(text("SELECT next FROM counter")).scalars().all() == [1001]
    for database in databases:
        database.close()


def test_a_newer_schema_is_refused_in_words(url: str) -> None:
    """An older node would damage what it does not know."""
    database = upgraded(url)
    with database.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaTooNew, match=r"'9999'.*newer"):
        database.upgrade()
    database.close()
    with pytest.raises(SchemaTooNew, match="newer"):
        Database.peek(url)


def test_a_server_without_our_tables_is_no_desk_yet(url: str) -> None:
    """A command that only looks leaves them to `serve`."""
    assert Database.peek(url) is None


def test_the_longest_words_of_a_stranger_fit_every_index(desk_url: str, tmp_path: Path) -> None:
    """Of letters that do not compress: what an index cannot take would be refused for ever, with its neighbours."""
    starter.write(tmp_path)
    database = Database.open(desk_url)
    desk = LiveDesk(site.load(tmp_path / "config.toml"), database)
    letters = random.Random(1).choices("中文字漢語日本éèàùâêîôûçœ", k=limits.PATH_OCTETS)
    sender = "".join(letters).encode()[: limits.PATH_OCTETS].decode("utf-8", "ignore")
    long_id = "".join(random.Random(2).choices(ascii_letters, k=limits.MESSAGE_ID_CHARS - 12))
    head = f"From: chef@acme.example\nMessage-ID: <{long_id}@a.example>\nSubject: panne\n\n"
    desk.deliver(f"{head}Bonjour\n".replace("\n", "\r\n").encode(), sender, "support-urgent@example.com")
    assert desk.ticket(1001).messages[0].message_id == f"<{long_id}@a.example>"
    database.close()
