"""The tables on PostgreSQL. What the store does with them is tested in tests/store, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from mailgate.store.database import Database, SchemaTooNew
from mailgate.store.tables import Row
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
