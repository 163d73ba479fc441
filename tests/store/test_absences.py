"""Absences that were told by mail."""

from __future__ import annotations

from datetime import date, timedelta

from mailgate.core.effects import RecordAbsence, WithdrawAbsences
from mailgate.core.presence import Absences
from mailgate.store.absences import KEPT
from mailgate.store.database import Database
from mailgate.store.snapshot import staff
from tests.builders import NOW
from tests.store.desk import apply

TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)
CHRISTMAS = (date(2026, 12, 24), date(2027, 1, 3))


def told(database: Database) -> Absences:
    """What the next decision will know."""
    with database.read() as tx:
        return staff(tx).absences


def test_absences_are_known_in_order_and_once(database: Database) -> None:
    """The same mail twice is one absence; several of one person stay apart."""
    for first, last in (CHRISTMAS, (TODAY, TODAY), CHRISTMAS):
        apply(database, RecordAbsence("tech1", first, last, NOW))
    apply(database, RecordAbsence("tech2", *CHRISTMAS, NOW))
    assert told(database) == {"tech1": ((TODAY, TODAY), CHRISTMAS), "tech2": (CHRISTMAS,)}


def test_coming_back_takes_back_what_is_not_over(database: Database) -> None:
    """One's own, and from today on."""
    for days in ((YESTERDAY, YESTERDAY), (YESTERDAY, TODAY), CHRISTMAS):
        apply(database, RecordAbsence("tech1", *days, NOW))
    apply(database, RecordAbsence("tech2", *CHRISTMAS, NOW), WithdrawAbsences("tech1", TODAY))
    assert told(database) == {"tech1": ((YESTERDAY, YESTERDAY),), "tech2": (CHRISTMAS,)}


def test_what_ended_long_ago_makes_room(database: Database) -> None:
    """Every decision reads the table: it may not grow for years."""
    apply(database, RecordAbsence("tech1", YESTERDAY, TODAY, NOW))
    later = NOW + KEPT + timedelta(days=1)
    apply(database, RecordAbsence("tech1", later.date(), later.date(), later))
    assert told(database) == {"tech1": ((later.date(), later.date()),)}
