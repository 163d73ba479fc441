"""The benchmarks run when somebody asks; what they are made of is tried here, without a clock."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mailgate import site
from mailgate.core.seen import FIRST_TICKET
from tests.bench import endtoend, seeding
from tests.bench.endtoend import CUSTOMERS, Run, Sink

TICKETS = seeding.OPEN + 50


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    """A database with a few closed tickets before the open ones."""
    path = tmp_path_factory.mktemp("seeded") / "var/mailgate.db"
    seeding.seed(path, TICKETS, CUSTOMERS)
    return sqlite3.connect(path)


def test_a_seeded_database_is_whole(seeded: sqlite3.Connection) -> None:
    """Every row points to one that is there, and the next ticket has the next number."""
    assert seeded.execute("PRAGMA foreign_key_check").fetchall() == []
    assert seeded.execute("SELECT next FROM counter").fetchall() == [(FIRST_TICKET + TICKETS,)]
    assert seeded.execute("SELECT count(*) FROM ticket WHERE status = 'new'").fetchone() == (seeding.OPEN,)


@pytest.mark.parametrize("table", seeding.TABLES)
def test_every_table_grows_with_the_tickets(seeded: sqlite3.Connection, table: str) -> None:
    """A table that stays empty proves nothing of the queries that read it."""
    (rows,) = seeded.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert rows >= TICKETS - seeding.OPEN


def test_the_site_of_the_bench_is_one_that_the_desk_takes(tmp_path: Path) -> None:
    """Its rules pass, its customers may write, and their mails are not alike."""
    loaded = site.load(endtoend.site(tmp_path / "site", 2525) / "config.toml")
    assert f"c{CUSTOMERS - 1}" in loaded.policy.customers
    assert endtoend.mail(1) != endtoend.mail(1 + CUSTOMERS)


def test_the_sink_counts_what_it_hears_in_pieces() -> None:
    """A number that is cut in two is not taken for a smaller or a larger one."""
    sink = Sink(0)
    sink.count(iter([b"sess=1 quit=0 mesg=9\rsess=1 quit=0 mesg=1", b"0\rsess=1 quit=0 mesg=11\r", b"nothing"]))
    assert sink.taken == 11


def test_a_run_is_told_in_proportion_to_the_first() -> None:
    """Cost per mail at a million tickets, as a multiple of that at none."""
    first, later = Run(0, 100, 2.0, 1.0, 90.0, 120.0), Run(1_000_000, 100, 2.5, 1.15, 90.0, 130.0)
    assert "1,000,000 tickets:   40.0 tickets/s,  11.50 CPU ms each (1.15)" in later.line(first)
