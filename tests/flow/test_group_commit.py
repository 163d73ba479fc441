"""Group commit: one transaction for all that waits, and no harm from who breaks it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy.exc import TimeoutError as QueueTimeout

from mailgate.group_commit import GroupCommit
from mailgate.store import sqlite
from mailgate.store.database import Database, Tx


class Poison(Exception):
    """What one thing brings upon its group."""


@dataclass
class Writer:
    """Remembers each group that it was given; chokes on "poison"."""

    groups: list[list[str]] = field(default_factory=list)

    def write(self, _tx: Tx, things: Sequence[str]) -> None:
        self.groups.append(list(things))
        if "poison" in things:
            raise Poison


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(f"sqlite:///{tmp_path / 'desk.db'}")
    yield opened
    opened.close()


async def written(database: Database, writer: Writer, *things: str, behind: bool = False) -> list[object]:
    """What came of writing some things; `behind` another one, while somebody else's transaction is open."""
    with ThreadPoolExecutor(1) as threads:
        commits = GroupCommit(database, threads, writer.write)
        with database.write() as tx:
            if behind:
                tx.connection()
            first = [asyncio.create_task(commits.write("first"))] if behind else []
            await asyncio.sleep(0.1 if behind else 0)
            others = [asyncio.create_task(commits.write(thing)) for thing in things]
            await asyncio.sleep(0.1 if behind else 0)
        return await asyncio.gather(*first, *others, return_exceptions=True)


def test_who_comes_before_its_turn_goes_along(database: Database) -> None:
    """The group is closed when the lock is had, and not when the first of it asked for it."""
    writer = Writer()
    asyncio.run(written(database, writer, "second", "third", behind=True))
    assert writer.groups == [["first", "second", "third"]]


def test_what_breaks_a_group_is_alone_with_it(database: Database) -> None:
    """Its neighbours are written, and hear nothing of it."""
    writer = Writer()
    outcomes = asyncio.run(written(database, writer, "a", "poison", "b"))
    assert [type(one) for one in outcomes] == [type(None), Poison, type(None)]
    assert writer.groups == [["a", "poison", "b"], ["a"], ["poison"], ["b"]]


def test_a_database_that_takes_nothing_is_heard_of_by_all(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nobody waits for ever, and the next one is tried."""
    monkeypatch.setattr(sqlite, "QUEUE_SECONDS", 0.01)
    impatient, writer = Database.open(f"sqlite:///{tmp_path / 'other.db'}"), Writer()
    outcomes = asyncio.run(written(impatient, writer, "second", behind=True))
    assert [type(one) for one in outcomes] == [QueueTimeout] * 2
    assert asyncio.run(written(impatient, writer, "third")) == [None]
    impatient.close()


async def unhurried(database: Database, writer: Writer, patience: float, then: str | None) -> None:
    """Writes something that is in no hurry, and `then` something that is."""
    with ThreadPoolExecutor(1) as threads:
        commits = GroupCommit(database, threads, writer.write, patience)
        async with asyncio.timeout(5), asyncio.TaskGroup() as writing:
            writing.create_task(commits.write("unhurried", in_hurry=False))
            await asyncio.sleep(0)
            if then is not None:
                writing.create_task(commits.write(then))


def test_who_is_in_no_hurry_goes_along_with_who_is(database: Database) -> None:
    """Neither waits for an hour."""
    writer = Writer()
    asyncio.run(unhurried(database, writer, 3600.0, "hurried"))
    assert writer.groups == [["unhurried", "hurried"]]


def test_who_is_in_no_hurry_has_an_end_of_patience(database: Database) -> None:
    """When nobody else comes."""
    writer = Writer()
    asyncio.run(unhurried(database, writer, 0.01, None))
    assert writer.groups == [["unhurried"]]
