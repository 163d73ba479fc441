"""The database itself: no page is damaged, no row points nowhere, no word is unknown (hazards I40).

PostgreSQL keeps its own pages and references whole; there only the words are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Column, Enum, String, func, select, type_coerce
from sqlmodel import col

from mailgate.store.database import Tx
from mailgate.store.tables import AbsenceRow, JournalRow, Row, TicketRow, TurnRow
from mailgate.store.verify.findings import KEPT_ROWS, Broken, Question, those

SOUND = "ok"


def _damaged(tx: Tx, _now: datetime) -> Iterator[Broken]:
    if not _is_sqlite(tx):
        return
    for (says,) in tx.connection().exec_driver_sql(f"PRAGMA integrity_check({KEPT_ROWS})"):
        if says != SOUND:
            yield Broken("", says)


def _dangling(tx: Tx, _now: datetime) -> Iterator[Broken]:
    if not _is_sqlite(tx):
        return
    for table, row, parent, _ in tx.connection().exec_driver_sql("PRAGMA foreign_key_check"):
        yield Broken(str(row), f"of {table}: there is no such {parent}")


def _unknown_words(tx: Tx, _now: datetime) -> Iterator[Broken]:
    """Each column of words, whatever table it is in."""
    for table in Row.metadata.sorted_tables:
        for one in table.columns:
            if isinstance(one.type, Enum):
                yield from _unknown(tx, one, one.type)


def _unknown(tx: Tx, column: Column[object], known: Enum) -> Iterator[Broken]:
    said = type_coerce(column, String)
    strange = select(said, func.count()).where(said.not_in(known.enums), column.is_not(None)).group_by(said)
    for word, rows in tx.connection().execute(strange).all():
        yield Broken("", f"{rows} of {column.table}: {column.name} is '{word}'")


def _is_sqlite(tx: Tx) -> bool:
    return tx.get_bind().dialect.name == "sqlite"


WHOLE = (
    Question("pages", "I40", "the database is not damaged", JournalRow, _damaged),
    Question("references", "I40", "what a row points to is there", JournalRow, _dangling),
    Question("words", "I40", "every state and outcome is one that this program knows", JournalRow, _unknown_words),
    Question(
        "turns", "I40", "whose turn it is has a name", TurnRow,
        those(select(col(TurnRow.team)).where(col(TurnRow.technician) == "")),
    ),
    Question(
        "absences", "I40", "an absence ends when it has begun", AbsenceRow,
        those(
            select(col(AbsenceRow.technician), col(AbsenceRow.first_day), col(AbsenceRow.last_day))
            .where(col(AbsenceRow.last_day) < col(AbsenceRow.first_day))
        ),
    ),
    Question(
        "named", "I40", "a ticket has a queue, and a level", TicketRow,
        those(
            select(col(TicketRow.number), col(TicketRow.queue), col(TicketRow.level))
            .where((col(TicketRow.queue) == "") | (col(TicketRow.level) < 1))
        ),
    ),
)  # fmt: skip
"""What must be true of the database as such."""
