"""What is first in line: the rows that an auditor watches, and the proof that the database takes a write."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

from mailgate.core.delivery import Deferred, Delivered, Delivery, Lane
from mailgate.core.effects import SendMail
from mailgate.core.model import Channel
from mailgate.store import inbox, outbox, timers
from mailgate.store.database import Database
from mailgate.store.query import overdue
from mailgate.store.query.overdue import First
from mailgate.store.tables import CounterRow
from tests.builders import NOW
from tests.store.desk import MINUTE, RAW, a_delivery, a_letter, a_page, keep, lease, open_ticket, promise
from tests.store.plans import plan_of, scans, watched

HOUR = timedelta(hours=1)


def settle(database: Database, lane: Lane, result: Delivery, again: bool = False) -> None:
    """The mail that is due is tried, and ends like this."""
    (leased,) = lease(database, lane, limit=1)
    with database.write() as tx:
        outbox.settle(tx, leased, result, NOW + MINUTE if again else None, NOW)


def test_nobody_is_in_line_at_an_empty_desk(database: Database) -> None:
    """All is well."""
    with database.read() as tx:
        assert overdue.undecided(tx) is None
        assert overdue.unfired(tx, NOW) is None
        assert [overdue.untaken(tx, lane, NOW) for lane in Lane] == [None, None]
        assert overdue.unreached(tx, NOW) is None
        assert overdue.unsent_mail(tx, NOW) is None
        assert overdue.newest_entry(tx) is None


def test_the_oldest_mail_is_first(database: Database) -> None:
    """What is in quarantine waits for a person, not in line."""
    keep(database, a_delivery())
    keep(database, a_delivery(RAW + b"2"), now=NOW + MINUTE)
    with database.read() as tx:
        assert overdue.undecided(tx) == First(1, NOW)
        assert overdue.newest_entry(tx) == NOW + MINUTE
    with database.write() as tx:
        inbox.quarantine(tx, 1, "unreadable")
    with database.read() as tx:
        assert overdue.undecided(tx) == First(2, NOW + MINUTE)


def test_a_timer_is_in_line_when_it_is_due(database: Database) -> None:
    """And not a minute sooner."""
    with database.write() as tx:
        timers.set_timer(tx, None, "later", NOW + HOUR)
        timers.set_timer(tx, None, "soon", NOW + MINUTE)
    with database.read() as tx:
        assert overdue.unfired(tx, NOW) is None
        assert overdue.unfired(tx, NOW + 2 * HOUR) == First(2, NOW + MINUTE)


def test_a_row_is_in_line_when_it_is_due_or_its_lease_ended(database: Database) -> None:
    """Whoever holds it meanwhile is at work; whoever held it too long is dead."""
    promise(database, a_page())
    with database.read() as tx:
        assert overdue.untaken(tx, Lane.PAGE, NOW) == First(1, NOW)
        assert overdue.untaken(tx, Lane.BULK, NOW) is None
    lease(database, Lane.PAGE)
    with database.read() as tx:
        assert overdue.untaken(tx, Lane.PAGE, NOW) is None
        assert overdue.untaken(tx, Lane.PAGE, NOW + HOUR) is not None


def test_a_page_that_was_tried_in_vain_is_unreached(database: Database) -> None:
    """Although its next attempt is still to come."""
    open_ticket(database, a_page())
    settle(database, Lane.PAGE, Deferred("451 later"), again=True)
    with database.read() as tx:
        assert overdue.unreached(tx, NOW) is None
        assert overdue.unreached(tx, NOW + MINUTE) == First(1, NOW)


def test_whom_another_page_reached_is_reached(database: Database) -> None:
    """One dead channel of a person is told elsewhere."""
    open_ticket(database, a_page(), a_page(channel=Channel.PAGER, target="5145550101@pager.example.net"))
    settle(database, Lane.PAGE, Delivered())
    with database.read() as tx:
        assert overdue.unreached(tx, NOW + HOUR) is None


def test_another_persons_page_reaches_nobody_else(database: Database) -> None:
    """The second technician of two knows nothing yet."""
    open_ticket(database, a_page(), a_page("tech2"))
    settle(database, Lane.PAGE, Delivered())
    with database.read() as tx:
        assert overdue.unreached(tx, NOW + HOUR) == First(2, NOW)


def test_a_page_that_waits_for_the_morning_and_a_drill_are_not_late(database: Database) -> None:
    """The one has quiet hours, the other tells by itself what came of it."""
    promise(database, a_page(not_before=NOW + 9 * HOUR), a_page(letter=a_letter("drill", ticket=None)))
    with database.read() as tx:
        assert overdue.unreached(tx, NOW + HOUR) is None


def test_mails_to_two_people_tried_in_vain_are_a_relay_in_trouble(database: Database) -> None:
    """To one address alone it may be the address's own affair."""
    open_ticket(database, SendMail(a_letter()), a_page())
    settle(database, Lane.BULK, Deferred("451"), again=True)
    with database.read() as tx:
        assert overdue.unsent_mail(tx, NOW + HOUR) is None
    settle(database, Lane.PAGE, Deferred("451"), again=True)
    with database.read() as tx:
        assert overdue.unsent_mail(tx, NOW + HOUR) == First(1, NOW)


def test_a_mail_that_left_since_acquits_the_relay(database: Database) -> None:
    """It takes mail; what waits has reasons of its own."""
    open_ticket(database, SendMail(a_letter()), a_page(), a_page("tech2"))
    settle(database, Lane.BULK, Deferred("451"), again=True)
    settle(database, Lane.PAGE, Deferred("451"), again=True)
    settle(database, Lane.PAGE, Delivered())
    with database.read() as tx:
        assert overdue.newest_sent(tx) == NOW
        assert overdue.unsent_mail(tx, NOW + HOUR) is None


def test_the_proof_is_one_row_however_often_it_is_given(database: Database) -> None:
    """It counts."""
    for _ in range(3):
        with database.write() as tx:
            overdue.prove_writable(tx)
    with database.read() as tx:
        assert tx.get_one(CounterRow, overdue.PROOF).next == 3


def test_nothing_that_is_settled_is_read(database: Database, tmp_path: Path) -> None:
    """It is asked every five seconds, and a desk of some years has a million mails behind it."""
    with watched(database) as statements, database.read() as tx:
        overdue.undecided(tx)
        overdue.unfired(tx, NOW)
        for lane in Lane:
            overdue.untaken(tx, lane, NOW)
        overdue.unreached(tx, NOW)
        overdue.unsent_mail(tx, NOW)
        overdue.newest_entry(tx)
    connection = sqlite3.connect(tmp_path / "var" / "mailgate.db")
    plans = [(one[0], plan_of(connection, one)) for one in statements if one[0].startswith("SELECT")]
    connection.close()
    assert len(plans) == 9
    newest = [text for text, _ in plans if "DESC" in text]
    assert {text: found for text, plan in plans if text not in newest and (found := scans(plan))} == {}
