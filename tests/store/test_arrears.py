"""What lies longer than it should is counted, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from mailgate.core.delivery import Deferred, Delivered, Lane, Refused
from mailgate.core.effects import ChangeStatus
from mailgate.core.model import Status
from mailgate.core.page_effects import AcknowledgePages
from mailgate.store import inbox, outbox
from mailgate.store.columns import InboxState
from mailgate.store.database import Database
from mailgate.store.query import arrears
from mailgate.store.query.arrears import Heap
from tests.builders import NOW, a_callback
from tests.store.desk import MINUTE, RAW, a_delivery, a_page, apply, keep, lease, open_ticket, promise

HOUR = timedelta(hours=1)
LATE = a_callback("urgent", NOW, NOW + HOUR)


def settle(database: Database, result: Delivered | Deferred | Refused, again: bool = False) -> None:
    """The page that is due is tried, and ends like this."""
    (leased,) = lease(database, Lane.PAGE)
    with database.write() as tx:
        outbox.settle(tx, leased, result, NOW + MINUTE if again else None, NOW)


def test_mails_are_counted_by_what_became_of_them(database: Database) -> None:
    """Since when the oldest lies there, and why."""
    keep(database, a_delivery())
    keep(database, a_delivery(RAW + b"2"), now=NOW + MINUTE)
    with database.write() as tx:
        inbox.quarantine(tx, 1, "unreadable")
    with database.read() as tx:
        assert arrears.undecided(tx, InboxState.PENDING) == Heap(1, NOW + MINUTE, None)
        assert arrears.undecided(tx, InboxState.QUARANTINED) == Heap(1, NOW, "unreadable")
        assert arrears.undecided(tx, InboxState.DONE) == Heap()


def test_a_promise_is_late_in_its_own_lane(database: Database) -> None:
    """Pages are late after minutes, bulk mail after an hour: each lane is asked for itself."""
    promise(database, a_page())
    with database.read() as tx:
        assert arrears.unsent(tx, Lane.PAGE, NOW + MINUTE) == Heap(1, NOW, None)
        assert arrears.unsent(tx, Lane.PAGE, NOW) == Heap()
        assert arrears.unsent(tx, Lane.BULK, NOW + MINUTE) == Heap()


def test_a_page_that_waits_for_the_morning_is_not_late(database: Database) -> None:
    """Its queue has quiet hours."""
    promise(database, a_page(not_before=NOW + 9 * HOUR))
    with database.read() as tx:
        assert arrears.unsent(tx, Lane.PAGE, NOW + HOUR) == Heap()


def test_what_a_relay_put_off_is_late_and_says_why(database: Database) -> None:
    """Although its next attempt is still to come."""
    promise(database, a_page())
    settle(database, Deferred("connection refused"), again=True)
    with database.read() as tx:
        assert arrears.unsent(tx, Lane.PAGE, NOW + timedelta(seconds=1)) == Heap(1, NOW, "connection refused")


def test_what_was_given_up_is_no_longer_late_but_failed(database: Database) -> None:
    """Somebody must look at it."""
    promise(database, a_page())
    settle(database, Refused("550 no such person"))
    with database.read() as tx:
        assert arrears.unsent(tx, Lane.PAGE, NOW + HOUR) == Heap()
        assert arrears.failed(tx) == Heap(1, NOW, "550 no such person")


def test_pages_that_nobody_answered_until_the_call_back_was_due(database: Database) -> None:
    """Before that time, everything may still go well."""
    open_ticket(database, a_page(), callback=LATE)
    settle(database, Delivered())
    with database.read() as tx:
        assert arrears.unanswered(tx, NOW + HOUR) == ()
        assert arrears.unanswered(tx, NOW + 2 * HOUR) == (1001,)


def test_one_answer_is_enough(database: Database) -> None:
    """Several people are paged, and one of them takes the ticket."""
    open_ticket(database, a_page(), a_page("tech2"), callback=LATE)
    with database.write() as tx:
        for leased in outbox.lease(tx, outbox.Lease(Lane.PAGE, 10, "worker", NOW + MINUTE), NOW):
            outbox.settle(tx, leased, Delivered(), None, NOW)
    apply(database, AcknowledgePages(1001, "tech2", NOW))
    with database.read() as tx:
        assert arrears.unanswered(tx, NOW + 2 * HOUR) == ()


def test_a_ticket_in_work_is_not_unanswered(database: Database) -> None:
    """Work that began shows that a page was seen."""
    open_ticket(database, a_page(), callback=LATE)
    settle(database, Delivered())
    apply(database, ChangeStatus(1001, Status.OPEN, NOW))
    with database.read() as tx:
        assert arrears.unanswered(tx, NOW + 2 * HOUR) == ()
