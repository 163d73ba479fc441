"""`mailgate doctor`: mail that does not move, and people whom mail does not reach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailgate.cli.doctor import undelivered, waiting
from mailgate.cli.doctor.findings import State
from mailgate.cli.doctor.patient import admit, of_rows
from mailgate.core.delivery import Delivered, Lane, Refused
from mailgate.core.effects import MarkAddress, SendMail
from mailgate.core.page_effects import AcknowledgePages, CountCall, ExhaustPages, Page, SpeakFor
from mailgate.core.reports import Fate
from mailgate.store import inbox, outbox, restored
from mailgate.store.database import Database
from mailgate.store.tables import OutboxRow
from tests.builders import NOW, a_callback, a_policy
from tests.cli.patients import of, worst
from tests.cli.sites import MONDAY, a_database
from tests.once import open_new
from tests.store.desk import a_delivery, a_letter, a_page, apply, keep, lease, open_ticket, promise

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
POLICY = a_policy()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh one."""
    database = open_new(f"sqlite:///{tmp_path}/var/mailgate.db")
    yield database
    database.close()


def settle(database: Database, result: Delivered | Refused) -> None:
    """The one page is tried, and ends like this."""
    (leased,) = lease(database, Lane.PAGE)
    with database.write() as tx:
        outbox.settle(tx, leased, result, None, NOW)


def test_an_empty_desk_has_nothing_to_tell(database: Database) -> None:
    """Each check says so in one line."""
    with database.read() as tx:
        for check in (waiting.inbox, waiting.outbox, waiting.pages, undelivered.addresses):
            assert [one.state for one in check(tx, POLICY, NOW)] == [State.OK]


def test_a_site_never_started_is_not_asked_about_its_mail(config: Path) -> None:
    """And a database that is broken is told by the check that looks at it, once."""
    check = of_rows(waiting.inbox)
    assert check(admit(config, MONDAY)) == ()
    a_database(config).close()
    assert worst(check(admit(config, MONDAY))) is State.OK
    (config.parent / "var" / "mailgate.db").write_bytes(b"no database at all, by any means" * 100)
    assert check(admit(config, MONDAY)) == ()


def test_mail_that_nobody_decides_is_bad(database: Database) -> None:
    """Its sender heard 250, and waits."""
    keep(database, a_delivery())
    with database.read() as tx:
        assert of(waiting.inbox(tx, POLICY, NOW + 9 * MINUTE), State.BAD) == []
        (says,) = of(waiting.inbox(tx, POLICY, NOW + 11 * MINUTE), State.BAD)
    assert says.startswith("accepted mail waits to be decided (1, the oldest since 2026-11-16 10:00): ")


def test_quarantine_is_a_warning_with_its_reason(database: Database) -> None:
    """A person must look, at a time of their choice."""
    keep(database, a_delivery())
    with database.write() as tx:
        inbox.quarantine(tx, 1, "ValueError: unreadable")
    with database.read() as tx:
        (says,) = of(waiting.inbox(tx, POLICY, NOW), State.WARNING)
    assert says.startswith("mail is in quarantine (1, the oldest since 2026-11-16 10:00: ValueError: unreadable): ")


def test_pages_are_late_sooner_than_mails(database: Database) -> None:
    """Five minutes, and one hour."""
    promise(database, a_page(), SendMail(a_letter()))
    with database.read() as tx:
        assert worst(waiting.outbox(tx, POLICY, NOW + 4 * MINUTE)) is State.OK
        assert [says[:10] for says in of(waiting.outbox(tx, POLICY, NOW + 6 * MINUTE), State.BAD)] == ["pages wait"]
        assert [says[:10] for says in of(waiting.outbox(tx, POLICY, NOW + 2 * HOUR), State.BAD)] == [
            *("pages wait", "mail waits")
        ]


def test_what_was_given_up_is_a_warning(database: Database) -> None:
    """It stays listed until somebody tries it again."""
    promise(database, a_page())
    settle(database, Refused("550 no such person"))
    with database.read() as tx:
        (says,) = of(waiting.outbox(tx, POLICY, NOW + HOUR), State.WARNING)
    assert says.startswith("mail was given up (1, the oldest since 2026-11-16 10:00: 550 no such person): ")


@pytest.mark.parametrize(("what", "state"), [(a_page(), State.BAD), (SendMail(a_letter()), State.WARNING)])
def test_what_a_restore_holds_is_told(what: Page | SendMail, state: State, database: Database) -> None:
    """Held in silence, a page would be lost."""
    promise(database, what)
    with database.write() as tx:
        restored.hold(tx, tx.get_one(OutboxRow, 1), NOW)
    with database.read() as tx:
        (said,) = waiting.outbox(tx, POLICY, NOW)
    assert said.state is state
    assert "mailgate outbox release" in said.says


def test_pages_that_nobody_answered_are_a_warning(database: Database) -> None:
    """They were sent; perhaps they never arrived."""
    open_ticket(database, a_page(), callback=a_callback("urgent", NOW, NOW + HOUR))
    settle(database, Delivered())
    with database.read() as tx:
        (says,) = of(waiting.pages(tx, POLICY, NOW + 2 * HOUR), State.WARNING)
    assert says.startswith("nobody answered the pages of ticket 1001, ")


def test_pages_that_are_exhausted_are_bad_until_somebody_has_the_ticket(database: Database) -> None:
    """Nothing calls anybody any more."""
    open_ticket(database, a_page(), callback=a_callback("urgent", NOW, NOW + HOUR))
    settle(database, Delivered())
    apply(database, ExhaustPages(1001))
    with database.read() as tx:
        (says,) = of(said := tuple(waiting.pages(tx, POLICY, NOW + 2 * HOUR)), State.BAD)
    assert says.startswith("everybody was paged to the last step for ticket 1001, and nobody answered")
    assert len(said) == 1
    apply(database, AcknowledgePages(1001, "tech1", NOW))
    with database.read() as tx:
        assert of(waiting.pages(tx, POLICY, NOW + 2 * HOUR), State.BAD) == []


def test_those_behind_an_exhausted_front_are_bad_as_well(database: Database) -> None:
    """Its pages told of them."""
    open_ticket(database, CountCall(1001, "acme", "urgent", NOW, alone=True), a_page())
    open_ticket(database, CountCall(1002, "acme", "urgent", NOW, alone=False), number=1002)
    settle(database, Delivered())
    apply(database, SpeakFor(1001), ExhaustPages(1001))
    with database.read() as tx:
        (says,) = of(waiting.pages(tx, POLICY, NOW), State.BAD)
    assert "for ticket 1001, ticket 1002, and" in says


def test_an_address_that_mail_does_not_reach_is_shown(database: Database) -> None:
    """Whose it is decides how bad that is: a technician who hears nothing is not paged."""
    apply(database, MarkAddress("chef@acme.example", Fate.SOFT, "mailbox full", NOW))
    apply(database, MarkAddress("5145550102@pager.example.net", Fate.HARD, "5.1.1 unknown user", NOW))
    apply(database, MarkAddress("admin@example.com", Fate.HARD, "", NOW))
    with database.read() as tx:
        said = tuple(undelivered.addresses(tx, POLICY, NOW))
    (customer,) = of(said, State.WARNING)
    assert customer.startswith("mail to chef@acme.example did not arrive, since 2026-11-16 10:00 (mailbox full): ")
    pager, admin = sorted(of(said, State.BAD))
    assert pager.startswith("mail to 5145550102@pager.example.net never arrives, since 2026-11-16 10:00 (5.1.1 unknown")
    assert "technician 'tech2' (a pager)" in pager
    assert "an administrator" in admin


def test_many_addresses_are_counted(database: Database) -> None:
    """A provider that was down for a day must not push the rest from the screen."""
    apply(database, *(MarkAddress(f"p{number}@acme.example", Fate.SOFT, "", NOW) for number in range(30)))
    with database.read() as tx:
        said = of(undelivered.addresses(tx, POLICY, NOW), State.WARNING)
    assert len(said) == undelivered.MOST + 1
    assert said[-1] == "mail does not reach 10 more addresses"
