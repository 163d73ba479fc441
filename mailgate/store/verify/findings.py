"""What `verify` asks of a database, and what it answers.

A question is one invariant: a name, the number it has in the list of hazards, the invariant in words, and the look that
yields the rows which break it. Looks are lazy, and an answer keeps only so many rows: a database of any size is
examined in bounded memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, StrEnum
from itertools import islice

from sqlalchemy import Select, func
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from mailgate.store.database import Database, Tx
from mailgate.store.health import is_damage
from mailgate.store.tables import Row

KEPT_ROWS = 100
"""Rows of one finding that are named; the others are counted."""

FETCHED = 500
"""Rows that a look holds at a time."""

UNREADABLE = (LookupError, ValueError, TypeError)
"""What a value that this program never wrote raises when it is read."""


class State(StrEnum):
    """How an invariant stands. A NOTE breaks nothing: it ended badly, was told, and should be seen."""

    HOLDS = "holds"
    BROKEN = "broken"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that breaks an invariant: its key, and what it holds."""

    row: str
    detail: str


Look = Callable[[Tx, datetime], Iterable[Broken]]
"""Yields the rows that break an invariant at a moment."""


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must be true, in words; `hazard` is its number in the list of hazards, `table` what it speaks of."""

    name: str
    hazard: str
    says: str
    table: str


@dataclass(frozen=True, slots=True)
class Question:
    """An invariant and the look at the rows of `over` that break it; `found` is what such rows mean."""

    name: str
    hazard: str
    says: str
    over: type[Row]
    breaks: Look
    found: State = State.BROKEN

    @property
    def invariant(self) -> Invariant:
        """The invariant without the look."""
        return Invariant(self.name, self.hazard, self.says, str(self.over.__tablename__))


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one question: `checked` rows were looked at, `count` break it, the first of them are `rows`."""

    invariant: str
    hazard: str
    says: str
    table: str
    state: State
    checked: int
    count: int
    rows: tuple[Broken, ...]


def those(query: Select[*tuple[object, ...]]) -> Look:
    """The rows of a query: its first column is the key, the others are told by their names."""
    few = query.execution_options(yield_per=FETCHED)

    def look(tx: Tx, _now: datetime) -> Iterator[Broken]:
        with tx.connection().execute(few) as answer:
            _, *names = answer.keys()
            for key, *values in answer:
                told = (f"{name} {_shown(value)}" for name, value in zip(names, values, strict=True))
                yield Broken(str(key), ", ".join(told))

    return look


def answered(database: Database, question: Question, now: datetime) -> Finding:
    """Ask one question, in a transaction of its own: a daemon that writes meanwhile is not held up."""
    with database.read() as tx:
        checked = tx.exec(select(func.count()).select_from(question.over)).one()
        return gathered(question.invariant, checked, question.breaks(tx, now), question.found)


def gathered(invariant: Invariant, checked: int, broken: Iterable[Broken], found: State = State.BROKEN) -> Finding:
    """The finding of an invariant. What cannot even be read breaks it."""
    kept, count = [], 0
    try:
        rows = iter(broken)
        kept = list(islice(rows, KEPT_ROWS))
        count = len(kept) + sum(1 for _ in rows)
    except UNREADABLE as fault:
        kept, count, found = [Broken("", f"cannot be read: {fault}")], 1, State.BROKEN
    except DatabaseError as fault:
        if not is_damage(fault):
            raise
        kept, count, found = [Broken("", f"cannot be read: {fault.orig}")], 1, State.BROKEN
    state = found if count else State.HOLDS
    return Finding(
        invariant.name, invariant.hazard, invariant.says, invariant.table, state, checked, count, tuple(kept)
    )


def _shown(value: object) -> str:
    match value:
        case None:
            return "none"
        case Enum():
            return str(value.value)
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return str(value)
