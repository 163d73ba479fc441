"""Statements that are put together once, for the path that every mail takes.

SQLAlchemy finds what it compiled, puts the parameters together and describes the result anew each time a statement
runs, which takes ten times what SQLite needs. Here a statement is compiled once for each dialect, into its text, the
order of its parameters and the shape of its rows; SQLAlchemy then runs the text as it runs any other: in the session's
transaction, with its events and its errors.

What a statement holds besides its `bindparam`s never changes, so it stands in the text. A parameter would cost more
than its place: SQLite makes a new plan at each run of a statement that compares one with what a partial index is about.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Self, cast

from sqlalchemy import BindParameter, Connection, Dialect, Executable, PoolProxiedConnection
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.engine.interfaces import DBAPICursor, ExecuteStyle
from sqlalchemy.exc import NoResultFound
from sqlalchemy.sql.visitors import cloned_traverse, iterate
from sqlalchemy.types import TypeEngine
from sqlalchemy.util import immutabledict

Values = Mapping[str, object]
"""The values of a statement's parameters by their names; of a parameter for `IN`, a sequence."""

Process = Callable[[Any], Any] | None

_NO_OPTIONS: immutabledict[str, Any] = immutabledict()

KEPT = 512
"""How many are kept: several times what the program asks. Of one that is put together anew each time nothing is gained,
and it takes the place of others."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a statement found, all of it; `rowcount` says how many rows it changed."""

    rows: Sequence[Any]
    rowcount: int

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def all(self) -> Sequence[Any]:
        """Every row: a tuple whose values have the names of their columns."""
        return self.rows

    def first(self) -> Any:
        """The first row, None when there is none."""
        return self.rows[0] if self.rows else None

    def one(self) -> Any:
        """The first row. Raises NoResultFound."""
        if not self.rows:
            raise NoResultFound("No row was found when one was required")
        return self.rows[0]

    def scalar(self) -> Any:
        """The first value of the first row, None when there is none."""
        return self.rows[0][0] if self.rows else None

    def scalar_one(self) -> Any:
        """The first value of the first row. Raises NoResultFound."""
        return self.one()[0]

    def scalars(self) -> Sequence[Any]:
        """The first value of every row."""
        return [row[0] for row in self.rows]


@dataclass(slots=True)
class Prepared:
    """A statement of one dialect, whose parameters have names or places. `fixed` are the values that it brings, and
    `apart` says what the members of a sequence are called. The shape of its rows is known once it was run."""

    text: str
    named: bool
    binds: Sequence[tuple[str, Process]]
    fixed: Values
    apart: Mapping[str, Sequence[str]]
    types: Sequence[TypeEngine[Any]]
    shape: Callable[[Sequence[Any]], Any] | None = None
    processes: Sequence[tuple[int, Callable[[Any], Any]]] = ()

    def bound(self, values: Values) -> Any:
        """Values as the driver wants them."""
        if self.fixed or self.apart:
            values = {**self.fixed, **values, **self._members(values)}
        if self.named:
            return {name: to(values[name]) if to else values[name] for name, to in self.binds}
        return tuple([to(values[name]) if to else values[name] for name, to in self.binds])

    def found(self, cursor: DBAPICursor, dialect: Dialect) -> Found:
        """What the cursor holds after the statement was run."""
        if not cursor.description:
            return Found([], cursor.rowcount)
        if not self.shape:
            self._learn(cursor.description, dialect)
        return Found([self._row(row) for row in cursor.fetchall()], cursor.rowcount)

    def _members(self, values: Values) -> Values:
        members = [zip(names, cast(Any, values[one]), strict=True) for one, names in self.apart.items()]
        return dict(chain.from_iterable(members))

    def _learn(self, description: Sequence[Any], dialect: Dialect) -> None:
        """Some drivers say only here what they deliver."""
        kinds = zip(self.types, description, strict=False)
        each = [kind.dialect_impl(dialect).result_processor(dialect, column[1]) for kind, column in kinds]
        self.processes = [(place, process) for place, process in enumerate(each) if process is not None]
        names = [column[0] for column in description]
        row = cast(Any, namedtuple)("Row", names, rename=True)  # noqa: PYI024 - the names come from the database
        self.shape = row._make

    def _row(self, row: Sequence[Any]) -> Any:
        assert self.shape is not None
        changed = list(row)
        for place, process in self.processes:
            changed[place] = process(changed[place])
        return self.shape(changed)


def run(
    connection: Connection, statement: Executable, several: Sequence[Values], columns: tuple[str, ...] = ()
) -> Found:
    """Run a statement for each of the values, of which there is at least one; an INSERT fills these columns."""
    dialect, lengths = connection.dialect, tuple([len(cast(Any, several[0][one])) for one in _sequences(statement)])
    prepared = _prepared(statement, dialect, columns, lengths)
    # Not public, but the one way to run a text in a connection's transaction, events and errors and leave out the rest.
    execute: Any = connection._execute_context
    found: Found = execute(dialect, _Run.of, prepared.text, None, _NO_OPTIONS, prepared, several)
    return found


class _Run(DefaultExecutionContext):
    """One run of a statement, as SQLAlchemy wants it: with parameters, and with a result behind it."""

    prepared: Prepared

    @classmethod
    def of(
        cls, dialect: Dialect, connection: Connection, driver: PoolProxiedConnection, options: Any, *asked: Any
    ) -> Self:
        """Whatever is wrong with a value is SQLAlchemy's StatementError."""
        self = cls()
        self.prepared, several = asked
        self.dialect, self.root_connection, self.execution_options = dialect, connection, options
        self.statement = self.prepared.text
        self.parameters = [self.prepared.bound(values) for values in several]
        if len(several) > 1:
            self.execute_style = ExecuteStyle.EXECUTEMANY
        self.cursor = driver.cursor()
        return self

    def _setup_result_proxy(self) -> Any:
        found = self.prepared.found(self.cursor, self.dialect)
        self.cursor.close()
        return found


@lru_cache(maxsize=KEPT)
def _sequences(statement: Executable) -> tuple[str, ...]:
    """The parameters for `IN`: each number of members makes another text."""
    binds = [one for one in iterate(cast(Any, statement)) if isinstance(one, BindParameter)]
    return tuple([bind.key for bind in binds if bind.expanding and bind.required])


@lru_cache(maxsize=KEPT)
def _prepared(statement: Executable, dialect: Dialect, columns: tuple[str, ...], lengths: tuple[int, ...]) -> Prepared:
    written = cloned_traverse(cast(Any, statement), {}, {"bindparam": _write_out})
    compiled = written.compile(dialect=dialect, column_keys=columns or None)
    asked = {bind.key: None for bind in compiled.binds.values() if bind.required}
    members = {one: [None] * length for one, length in zip(_sequences(statement), lengths, strict=True)}
    state = compiled.construct_expanded_state({**asked, **members})
    apart = state.parameter_expansion
    whole = {name: one for one, names in apart.items() for name in names}
    order = state.parameters if state.positiontup is None else state.positiontup
    fixed = {name: value for name, value in state.parameters.items() if name not in asked and name not in whole}
    fixed |= {column.key: column.default.arg for column in compiled.insert_prefetch}
    return Prepared(
        text=state.statement,
        named=state.positiontup is None,
        binds=[(name, _process(compiled.binds[whole.get(name, name)], dialect)) for name in order],
        fixed=fixed,
        apart=apart,
        types=[column.type for column in getattr(statement, "exported_columns", ())],
    )


def _write_out(bind: BindParameter[Any]) -> None:
    bind.literal_execute = not bind.required


def _process(bind: BindParameter[Any], dialect: Dialect) -> Process:
    return bind.type.dialect_impl(dialect).bind_processor(dialect)
