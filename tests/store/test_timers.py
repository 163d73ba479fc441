"""Deadlines as rows."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.exc import IntegrityError

from mailgate.core.effects import CancelTimer, SetTimer
from mailgate.core.events import TimerFired
from mailgate.store import timers
from mailgate.store.database import Database
from mailgate.store.tables import TimerRow
from tests.builders import NOW
from tests.store.desk import MINUTE, apply, open_ticket


def _due(database: Database, now: datetime = NOW) -> TimerFired | None:
    with database.seek() as tx:
        return timers.next_due(tx, now)


def test_the_longest_overdue_comes_first_and_only_when_due(database: Database) -> None:
    """After an outage the oldest promise is looked at first."""
    open_ticket(database, SetTimer(1001, "update", NOW), SetTimer(1001, "callback", NOW - MINUTE))
    apply(database, SetTimer(1001, "later", NOW + MINUTE))
    first = _due(database)
    assert first is not None
    assert (first.kind, first.ticket, first.due_at) == ("callback", 1001, NOW - MINUTE)
    with database.write() as tx:
        timers.finish(tx, first.timer_id)
    second = _due(database)
    assert second is not None
    assert second.kind == "update"


def test_setting_a_timer_again_replaces_it(database: Database) -> None:
    """One deadline per ticket and kind: the last word counts."""
    open_ticket(database, SetTimer(1001, "callback", NOW), SetTimer(1001, "callback", NOW + MINUTE))
    assert _due(database) is None
    assert _due(database, NOW + MINUTE) is not None


def test_a_timer_set_while_it_fires_survives_its_finish(database: Database) -> None:
    """An escalation sets its own next step; finishing the step that fired must not take that away."""
    open_ticket(database, SetTimer(1001, "escalate", NOW))
    fired = _due(database)
    assert fired is not None
    apply(database, SetTimer(1001, "escalate", NOW))
    with database.write() as tx:
        timers.finish(tx, fired.timer_id)
    again = _due(database)
    assert again is not None
    assert again.timer_id != fired.timer_id


def test_a_cancelled_timer_is_gone_and_cancelling_nothing_is_harmless(database: Database) -> None:
    """The core cancels what may or may not be set."""
    open_ticket(database, SetTimer(1001, "callback", NOW), CancelTimer(1001, "callback"), CancelTimer(1001, "update"))
    assert _due(database, NOW + MINUTE) is None


def test_the_desk_has_timers_of_its_own(database: Database) -> None:
    """One of each kind, beside those of the tickets: replaced by the next, cancelled alone."""
    open_ticket(database, SetTimer(1001, "report", NOW + MINUTE), SetTimer(None, "report", NOW + MINUTE))
    apply(database, SetTimer(None, "report", NOW), SetTimer(None, "other", NOW + MINUTE))
    fired = _due(database)
    assert fired is not None
    assert (fired.kind, fired.ticket) == ("report", None)
    with database.write() as tx:
        timers.cancel(tx, None, "report")
        set_now = {
            (ticket, kind): timers.is_set(tx, ticket, kind) for ticket in (None, 1001) for kind in ("report", "other")
        }
    assert set_now == {(None, "report"): False, (None, "other"): True, (1001, "report"): True, (1001, "other"): False}


def test_the_database_itself_refuses_a_second_timer_of_the_desk(database: Database) -> None:
    """A null is unlike every other null, so an ordinary unique key would let it pass."""
    with pytest.raises(IntegrityError), database.write() as tx:
        tx.add_all(TimerRow(kind="report", due_at=NOW) for _ in range(2))


def test_a_timer_that_is_put_off_lets_the_others_pass(database: Database) -> None:
    """One that cannot be decided must not stand before every deadline of the desk."""
    open_ticket(database, SetTimer(1001, "callback", NOW - MINUTE), SetTimer(1001, "update", NOW))
    first = _due(database)
    assert first is not None
    with database.write() as tx:
        timers.put_off(tx, first.timer_id, NOW + MINUTE)
    second = _due(database)
    assert second is not None
    assert second.kind == "update"
