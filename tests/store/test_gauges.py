"""What a monitor counts is right, and costs the same after ten years."""

from __future__ import annotations

from datetime import timedelta

from mailgate.core.delivery import Delivered, Lane
from mailgate.core.effects import ChangeStatus, SendMail, SetTimer
from mailgate.core.model import PageState, Status
from mailgate.core.page_effects import AcknowledgePages, ExhaustPages
from mailgate.store import inbox, outbox
from mailgate.store.database import Database
from mailgate.store.query.gauges import Gauges, Pile, gauges
from tests.builders import NOW
from tests.store.desk import MINUTE, RAW, a_delivery, a_letter, a_page, apply, keep, lease, open_ticket


def counted(database: Database, minutes: int = 0) -> Gauges:
    with database.read() as tx:
        return gauges(tx, NOW + minutes * MINUTE)


def rows(piles: tuple[Pile, ...]) -> dict[str, int]:
    return {" ".join(pile.labels): pile.rows for pile in piles if pile.rows}


def test_an_empty_desk_has_every_series(database: Database) -> None:
    """A series that is not there cannot be alarmed upon."""
    found = counted(database)
    assert [pile.labels for pile in found.inbox] == [("pending",), ("quarantined",)]
    assert len(found.outbox) == 8
    assert {pile.labels[0] for pile in found.pages} == {state.value for state in PageState}
    assert all(pile.rows == 0 and pile.since is None for pile in (*found.inbox, *found.outbox, *found.pages))


def test_mails_are_counted_by_state_with_their_age(database: Database) -> None:
    """Since the oldest came."""
    keep(database, a_delivery())
    keep(database, a_delivery(RAW + b"2"), now=NOW + MINUTE)
    with database.write() as tx:
        inbox.quarantine(tx, 1, "unreadable")
    found = counted(database, 2)
    assert found.inbox == (Pile(("pending",), 1, NOW + MINUTE), Pile(("quarantined",), 1, NOW))


def test_promises_are_counted_by_lane_and_state(database: Database) -> None:
    """One page is on its way, one mail waits, and one page waits for the morning: that one is not late."""
    open_ticket(database)
    apply(database, a_page())
    lease(database, Lane.PAGE)
    apply(database, SendMail(a_letter()))
    apply(database, a_page(not_before=NOW + timedelta(hours=8)))
    found = counted(database)
    assert rows(found.outbox) == {"page leased": 1, "page promised": 1, "bulk promised": 1}
    since = {pile.labels: pile.since for pile in found.outbox}
    assert since[("page", "leased")] == NOW
    assert since[("page", "promised")] is None


def test_pages_are_counted_while_the_ticket_is_somebodys_work(database: Database) -> None:
    """Exhausted ones are seen; when the ticket is closed they are history."""
    open_ticket(database)
    apply(database, a_page())
    apply(database, a_page(technician="tech2"))
    with database.write() as tx:
        for leased in outbox.lease(tx, outbox.Lease(Lane.PAGE, 9, "worker", NOW + MINUTE), NOW):
            outbox.settle(tx, leased, Delivered(), None, NOW)
    apply(database, AcknowledgePages(1001, "tech1", NOW), ExhaustPages(1001))
    assert rows(counted(database).pages) == {"acknowledged": 1, "exhausted": 1}
    apply(database, ChangeStatus(1001, Status.OPEN, NOW))
    assert rows(counted(database).pages) == {"acknowledged": 1}  # somebody has it: the alarm is over
    apply(database, ChangeStatus(1001, Status.CLOSED, NOW))
    assert rows(counted(database).pages) == {}


def test_a_timer_that_should_have_fired_is_seen(database: Database) -> None:
    """The engine is late, or dead."""
    open_ticket(database)
    apply(database, SetTimer(1001, "x", NOW + MINUTE), SetTimer(1001, "y", NOW + 9 * MINUTE))
    assert counted(database).timers == Pile(())
    assert counted(database, 2).timers == Pile((), 1, NOW + MINUTE)


def test_promises_that_are_owed_are_counted_and_the_late_ones_again(database: Database) -> None:
    """Due at 11:00. What waits for the customer stands still, and is not late."""
    open_ticket(database)
    assert rows(counted(database).running) == {"callback": 1}
    assert rows(counted(database, 59).late) == {}
    (late,) = [pile for pile in counted(database, 61).late if pile.rows]
    assert late == Pile(("callback",), 1, NOW + 60 * MINUTE)
    apply(database, ChangeStatus(1001, Status.WAITING_CUSTOMER, NOW))
    assert rows(counted(database, 61).late) == {}
    assert rows(counted(database, 61).running) == {"callback": 1}
