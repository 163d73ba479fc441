"""When technicians said by mail that they are away.

Every decision reads all of them, so the table stays small: what ended long ago goes when its technician writes again.
The journal keeps who said what.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import assert_never

from sqlalchemy import ColumnElement, delete
from sqlalchemy import select as select_columns
from sqlmodel import col

from mailgate.core.effects import RecordAbsence, WithdrawAbsences
from mailgate.core.presence import Absences, Days
from mailgate.store import rows
from mailgate.store.database import Tx
from mailgate.store.tables import AbsenceRow

AbsenceChange = RecordAbsence | WithdrawAbsences

_ABSENCES = rows.table(AbsenceRow)
_ALL = select_columns(_ABSENCES.c.technician, _ABSENCES.c.first_day, _ABSENCES.c.last_day).order_by(
    _ABSENCES.c.first_day
)

KEPT = timedelta(days=60)
"""How long an absence that is over stays."""


def change_absences(tx: Tx, effect: AbsenceChange) -> None:
    """Write down what a technician said of their absences."""
    match effect:
        case RecordAbsence(technician, first, last, at):
            long_over = col(AbsenceRow.last_day) < at.date() - KEPT
            tx.exec(delete(AbsenceRow).where(_of(technician), long_over))
            tx.merge(AbsenceRow(technician=technician, first_day=first, last_day=last, told_at=at))
        case WithdrawAbsences(technician, since):
            tx.exec(delete(AbsenceRow).where(_of(technician), col(AbsenceRow.last_day) >= since))
        case _:
            assert_never(effect)


def absences(tx: Tx) -> Absences:
    """Every absence that is known by mail, each technician's in order."""
    found: defaultdict[str, list[Days]] = defaultdict(list)
    for technician, first, last in rows.ask(tx, _ALL):
        found[technician].append((first, last))
    return {technician: tuple(days) for technician, days in found.items()}


def _of(technician: str) -> ColumnElement[bool]:
    return col(AbsenceRow.technician) == technician
