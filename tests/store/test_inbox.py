"""Custody: nothing is lost, nothing is taken twice, everything comes back as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import func, select

from mailgate.core.bank_effects import EntryKind
from mailgate.core.custody import Delivery, ImapCursor, ImapSource
from mailgate.core.decision import Decision, Findings
from mailgate.core.events import BankAsked, DeliveryFailed, DrillAsked, RetryAsked, TicketRequested
from mailgate.core.model import AuthLevel, Channel, Door, Outcome
from mailgate.core.reports import Fate
from mailgate.core.unreadable import AGAIN
from mailgate.mail import parse
from mailgate.store import inbox, timers
from mailgate.store.database import Database
from mailgate.store.inbox import Asked
from mailgate.store.tables import InboxRow, RawRow
from tests.builders import NOW
from tests.store.desk import MINUTE, RAW, a_delivery, fetched, finish, keep

MAILBOX = "INBOX@imap.example.com"

QUESTIONS = (
    TicketRequested(0, NOW, "acme", "chef@acme.example", "Écran noir", "Au téléphone", "urgent"),
    RetryAsked(0, NOW, "outbox", 4),
    DrillAsked(0, NOW, "tech1"),
    BankAsked(0, NOW, "acme", EntryKind.CORRECTION, -30, "INV-12 à tort"),
    DeliveryFailed(0, NOW, 5, "technician", "tech1@example.com", "Panne", "550", 1001, "tech1", Channel.PAGER),
    DeliveryFailed(0, NOW, 6, "acknowledgement", "x@acme.example", "Reçu", "550"),
    DeliveryFailed(0, NOW, 7, "notification", "x@acme.example", "Re", "no answer", fate=Fate.SOFT, promised_at=NOW),
)


def _count(database: Database) -> int:
    with database.read() as tx:
        return tx.exec(select(func.count()).select_from(InboxRow)).one()


def test_a_group_is_taken_in_order_and_comes_out_whole(database: Database) -> None:
    """Mails that wait share one commit; each sender gets the id of its own mail."""
    deliveries = [
        a_delivery(
            RAW + bytes([65 + number]), peer=f"192.0.2.{number}", dkim=("acme.example", "é.example")[: number % 3]
        )
        for number in range(20)
    ]
    ids = keep(database, *deliveries)
    assert list(ids) == sorted(set(ids))
    for inbox_id, delivery in zip(ids, deliveries, strict=True):
        with database.seek() as tx:
            found = inbox.next_pending(tx)
        assert found is not None
        assert (found.id, found.delivery, found.received_at) == (inbox_id, delivery, NOW)
        assert found.digest == parse.digest(delivery.raw)
        finish(database, [inbox_id])


def test_a_crash_before_the_commit_leaves_nothing(database: Database) -> None:
    """Without the 250 the sender keeps the mail; half of one here would become a ticket without its words."""

    def crash() -> None:
        with database.write() as tx:
            inbox.accept(tx, [a_delivery(), fetched(3)], NOW)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash()
    with database.read() as tx:
        assert tx.exec(select(InboxRow.id)).all() == tx.exec(select(RawRow.inbox_id)).all() == []
        assert inbox.cursor(tx, MAILBOX) is None


def test_nothing_to_take_is_fine(database: Database) -> None:
    """An empty group needs no row."""
    assert keep(database) == ()


def test_every_octet_is_kept(database: Database) -> None:
    """NUL, bare CR, 8-bit garbage: the raw mail is the only truth."""
    raw = bytes(range(256)) * 3
    (inbox_id,) = keep(database, a_delivery(raw))
    with database.read() as tx:
        assert inbox.raw(tx, inbox_id) == raw
        assert inbox.raw(tx, inbox_id + 1) is None


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300), sender=st.text(max_size=20), to=st.lists(st.text(max_size=20), max_size=3))
def test_no_mail_is_too_strange_for_custody(database: Database, raw: bytes, sender: str, to: list[str]) -> None:
    """Whatever comes over the wire is stored: what cannot be stored would be refused for ever."""
    (inbox_id,) = keep(database, Delivery(Door.LMTP, sender, tuple(to), raw))
    with database.read() as tx:
        assert inbox.raw(tx, inbox_id) == raw


def test_a_mail_fetched_again_keeps_its_id(database: Database) -> None:
    """A crash between our commit and the mailbox's mark makes the reader fetch it again (hazards F28)."""
    (first,) = keep(database, fetched(3))
    assert keep(database, fetched(3), a_delivery()) == (first, first + 1)
    assert _count(database) == 2


def test_the_same_place_twice_in_one_group_is_one_mail(database: Database) -> None:
    """Otherwise the uniqueness of places would fail the neighbours' mails too."""
    first, second, other = keep(database, fetched(3), fetched(3), fetched(4))
    assert first == second != other


def test_the_cursor_moves_with_custody_and_never_back(database: Database) -> None:
    """It says from where to read on; behind it nothing may be missing."""
    keep(database, fetched(3), fetched(5))
    keep(database, fetched(4))
    with database.read() as tx:
        assert inbox.cursor(tx, MAILBOX) == ImapCursor(7, 5)
        assert inbox.cursor(tx, "another") is None


def test_a_mail_out_of_turn_leaves_the_cursor_where_it_is(database: Database) -> None:
    """One before it could not be read yet. It is fetched again until its turn comes, and is one mail."""
    early = replace(fetched(5), source=ImapSource(MAILBOX, 7, 5, in_turn=False))
    keep(database, fetched(3))
    (taken,) = keep(database, early)
    with database.read() as tx:
        assert inbox.cursor(tx, MAILBOX) == ImapCursor(7, 3)
    assert keep(database, early, fetched(4), fetched(5)) == (taken, taken + 1, taken)
    with database.read() as tx:
        assert inbox.cursor(tx, MAILBOX) == ImapCursor(7, 5)


def test_what_is_in_custody_is_known_by_its_place(database: Database) -> None:
    """Only that may be moved away; below the cursor lies also what was too large."""
    keep(database, fetched(3), fetched(5), fetched(4, mailbox="another"), fetched(6, uidvalidity=8))
    with database.read() as tx:
        assert inbox.kept(tx, MAILBOX, 7, [6, 5, 4, 3]) == (3, 5)
        assert inbox.kept(tx, MAILBOX, 7, []) == ()


def test_a_mailbox_begins_where_it_is_said(database: Database) -> None:
    """At the first contact there may be nothing to take."""
    with database.write() as tx:
        inbox.begin(tx, MAILBOX, ImapCursor(7, 0))
    with database.read() as tx:
        assert inbox.cursor(tx, MAILBOX) == ImapCursor(7, 0)


def test_a_mailbox_that_was_set_back_gives_a_place_to_another_mail(database: Database) -> None:
    """What lay there before must not pass for it."""
    _, other = keep(database, fetched(3), fetched(3, mailbox="another"))
    with database.write() as tx:
        inbox.forget(tx, MAILBOX)
    with database.read() as tx:
        assert inbox.cursor(tx, MAILBOX) is None
        assert inbox.cursor(tx, "another") == ImapCursor(7, 3)
    assert keep(database, fetched(3), fetched(3, mailbox="another")) == (other + 1, other)


def test_a_rebuilt_mailbox_starts_over(database: Database) -> None:
    """New UIDVALIDITY: the old numbers mean nothing (RFC 3501 §2.3.1.1), and they are 32 bits without a sign."""
    keep(database, fetched(5))
    keep(database, fetched(1, uidvalidity=4_294_967_295))
    with database.read() as tx:
        assert inbox.cursor(tx, MAILBOX) == ImapCursor(4_294_967_295, 1)
    assert _count(database) == 2


def test_the_place_in_the_mailbox_comes_back(database: Database) -> None:
    """The rule for mail without a known recipient asks which mailbox it lay in."""
    keep(database, fetched(3))
    with database.seek() as tx:
        found = inbox.next_pending(tx)
    assert found is not None
    assert found.delivery is not None
    assert found.delivery.source == ImapSource(MAILBOX, 7, 3)


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_was_asked_comes_out_as_the_same_event(database: Database, question: Asked) -> None:
    """An operator's wish and a failed delivery wait in the same queue as mail."""
    with database.write() as tx:
        inbox_id = inbox.ask(tx, question, NOW + MINUTE)
    with database.seek() as tx:
        found = inbox.next_pending(tx)
        assert inbox.raw(tx, inbox_id) is None
    assert found is not None
    assert found.delivery is None
    assert found.event == replace(question, inbox_id=inbox_id, received_at=NOW + MINUTE)


def test_what_may_wait_least_comes_first_and_then_the_oldest(database: Database) -> None:
    """The number is the door's promise in minutes; what was asked by a person or says that a page failed has none."""
    with database.write() as tx:
        waits = {b"1": 240, b"2": 60, b"3": 60}
        inbox.accept(tx, [a_delivery(raw) for raw in waits], NOW, lambda mail: waits[mail.raw])
        asked = {question: inbox.ask(tx, question, NOW) for question in QUESTIONS}
    order = []
    with database.write() as tx:
        while found := inbox.most_urgent(tx):
            order.append(found.id)
            inbox.quarantine(tx, found.id, "seen")
    failed = [number for one, number in asked.items() if isinstance(one, DeliveryFailed) and not one.technician]
    assert order == [*(number for number in asked.values() if number not in failed), 2, 3, 1, *failed]


def test_what_is_done_does_not_come_back(database: Database) -> None:
    """One mail is one event."""
    finish(database, keep(database, a_delivery()))
    with database.seek() as tx:
        assert inbox.next_pending(tx) is None


@pytest.mark.parametrize("level", [None, *AuthLevel])
def test_how_surely_a_mail_was_its_senders_is_kept_with_it(database: Database, level: AuthLevel | None) -> None:
    """What a mail was allowed to do must be explicable later, whatever the headers are then believed to say."""
    (inbox_id,) = keep(database, a_delivery())
    with database.write() as tx:
        inbox.done(tx, inbox_id, Decision(Outcome.TICKET, "decided", findings=Findings(level=level)), NOW)
    with database.read() as tx:
        assert tx.get_one(InboxRow, inbox_id).level is level


def test_quarantine_outlasts_done_until_somebody_retries(database: Database) -> None:
    """The decision about an unreadable mail puts it aside, and the engine then says done as always."""
    (inbox_id,) = keep(database, a_delivery())
    with database.write() as tx:
        inbox.quarantine(tx, inbox_id, "parts nested too deep")
        inbox.done(tx, inbox_id, Decision(Outcome.RECORDED, "unreadable"), NOW)
        assert inbox.next_pending(tx) is None
    with database.write() as tx:
        assert inbox.retry(tx, inbox_id)
        assert not inbox.retry(tx, inbox_id)
        found = inbox.next_pending(tx)
    assert found is not None
    assert found.id == inbox_id


def test_an_id_is_never_used_twice(database: Database) -> None:
    """Message-IDs are made from it; a purge must not make two mails share one."""
    (first,) = keep(database, a_delivery())
    with database.write() as tx:
        tx.connection().exec_driver_sql("DELETE FROM inbox_raw")
        tx.connection().exec_driver_sql("DELETE FROM inbox")
    assert keep(database, a_delivery()) == (first + 1,)


def test_what_was_set_aside_since_is_listed_with_its_recipients(database: Database) -> None:
    """For the one page that tells of several; the desk's timer names the last that was told."""
    for number in range(3):
        keep(database, a_delivery(RAW + b"%d" % number))
    with database.write() as tx:
        for row in (1, 3):
            inbox.quarantine(tx, row, "why")
        timers.set_timer(tx, None, f"{AGAIN}1", NOW)
        assert timers.is_begun(tx, AGAIN)
        assert not timers.is_begun(tx, "other-")
        assert [row for row, _ in inbox.set_aside(tx, 0)] == [1, 3]
        assert inbox.set_aside(tx, 1) == ((3, a_delivery().recipients),)


def test_a_mailbox_is_ours_since_its_first_mail(database: Database) -> None:
    """Also when its UIDs mean something else by now. One that never had mail is no older than the desk."""
    keep(database, a_delivery())
    with database.write() as tx:
        assert inbox.since(tx, MAILBOX) is None
        inbox.begin(tx, MAILBOX, ImapCursor(7, 4))
        assert inbox.since(tx, MAILBOX) == NOW
        inbox.accept(tx, [fetched(5)], NOW + MINUTE)
        inbox.accept(tx, [fetched(6)], NOW + 2 * MINUTE)
        inbox.forget(tx, MAILBOX)
        assert inbox.since(tx, MAILBOX) == NOW + MINUTE
