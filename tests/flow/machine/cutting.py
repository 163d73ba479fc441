"""The power goes, in the middle of whatever the program does: an exception that nobody catches, and nothing after it.

What a transaction wrote so far is rolled back, as SQLite does when it is opened again. Once the power is gone every
further step of the same program fails as well, until somebody starts it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto

from sqlalchemy import event

from mailgate.store.database import Database, Tx


class Cut(BaseException):
    """The power is gone."""


class Moment(Enum):
    """Where the power may go: before a transaction, a statement or a commit, behind a commit, or while a relay is
    spoken to."""

    BEGIN = auto()
    STATEMENT = auto()
    COMMIT = auto()
    COMMITTED = auto()
    WORD = auto()


@dataclass(slots=True)
class Cuts:
    """The power goes at the moment `at` when `left` more of them have passed; None: it stays. `writing`: somebody
    writes. Whoever only reads is not counted, for on PostgreSQL readers and writers share an engine."""

    at: Moment | None = None
    left: int = 0
    gone: bool = False
    writing: bool = False

    def arm(self, at: Moment, left: int) -> None:
        """Let it go."""
        self.at, self.left = at, left

    def moment(self, which: Moment) -> None:
        """Something is about to be done, or was. Raises Cut."""
        if which is self.at:
            self.left -= 1
            self.gone = self.gone or self.left < 0
        if self.gone:
            raise Cut

    def of_a_writer(self, which: Moment) -> None:
        """The same, of what everybody does."""
        if self.writing:
            self.moment(which)

    def mend(self) -> None:
        """The power is back, and stays."""
        self.gone, self.at = False, None


@dataclass(frozen=True, slots=True)
class CutDatabase(Database):
    """A database in which the power may go before a transaction, at each statement, before a commit and behind it."""

    cuts: Cuts

    @classmethod
    def around(cls, database: Database) -> CutDatabase:
        """The same database, with cuts."""
        cuts, engine = Cuts(), database._writer
        event.listen(engine, "begin", lambda *_: cuts.of_a_writer(Moment.BEGIN))
        event.listen(engine, "before_cursor_execute", lambda *_: cuts.of_a_writer(Moment.STATEMENT))
        return cls(engine, database._reader, database._seeker, cuts)

    @contextmanager
    def write(self) -> Iterator[Tx]:
        self.cuts.writing = True
        try:
            with Database.write(self) as tx:
                yield tx
                self.cuts.moment(Moment.COMMIT)
        finally:
            self.cuts.writing = False
        self.cuts.moment(Moment.COMMITTED)
