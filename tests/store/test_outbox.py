"""Leases and settlements: at least once, never by two at the same time, every ending written down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from time import sleep

import pytest
from sqlmodel import col, select

from mailgate.core import delivery
from mailgate.core.delivery import Deferred, Delivered, Lane, Refused
from mailgate.core.effects import Effect, OpenTicket, RetryOutbox, SendMail
from mailgate.core.events import DeliveryFailed
from mailgate.core.model import Channel, PageState
from mailgate.core.page_effects import AcknowledgePages, CancelPages
from mailgate.core.reports import Fate
from mailgate.store import departed, inbox, outbox
from mailgate.store.apply import apply_all
from mailgate.store.columns import OutboxState
from mailgate.store.database import Database
from mailgate.store.outbox import Leased
from mailgate.store.tables import OutboxRow, PageRow
from tests.builders import NOW, a_ticket
from tests.store.desk import MINUTE, Writer, a_letter, a_page, apply, lease, open_ticket, promise

FAILED = (Deferred("timeout"), Refused("550 no such user"))


def _settle(database: Database, leased: Leased, result: delivery.Delivery, again: bool = False) -> bool:
    with database.write() as tx:
        return outbox.settle(tx, leased, result, NOW + 5 * MINUTE if again else None, NOW + MINUTE)


def _row(database: Database) -> OutboxRow:
    with database.read() as tx:
        return tx.exec(select(OutboxRow)).one()


def _page(database: Database) -> PageRow:
    with database.read() as tx:
        return tx.exec(select(PageRow)).one()


def _told(database: Database) -> DeliveryFailed | None:
    with database.seek() as tx:
        found = inbox.next_pending(tx)
    if found is None:
        return None
    assert isinstance(found.event, DeliveryFailed)
    return found.event


def test_a_parcel_is_what_was_written(database: Database) -> None:
    """The worker needs nothing else: it opens no other table."""
    promise(database, SendMail(a_letter()))
    (leased,) = lease(database, Lane.BULK)
    assert leased.parcel.target == "chef@acme.example"
    assert leased.parcel.message.decode("utf-16").startswith("acknowledgement pour Chantal Chef")
    assert (leased.attempts, leased.promised_at, leased.ticket) == (1, NOW, 1001)


def test_pages_and_mail_never_share_a_lane(database: Database) -> None:
    """A page must not wait behind a weekly report."""
    promise(database, SendMail(a_letter()), a_page())
    assert [leased.template for leased in lease(database, Lane.PAGE)] == ["technician"]
    assert [leased.template for leased in lease(database, Lane.BULK)] == ["acknowledgement"]


def test_what_is_leased_is_nobody_elses_until_the_lease_ends(database: Database) -> None:
    """A worker that dies gives its rows back without saying so."""
    promise(database, a_page())
    (first,) = lease(database, Lane.PAGE)
    assert lease(database, Lane.PAGE, NOW + 9 * MINUTE) == ()
    (second,) = lease(database, Lane.PAGE, NOW + 10 * MINUTE)
    assert (first.parcel, second.attempts) == (second.parcel, 2)


def test_a_heavy_mail_is_leased_for_longer(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow line its attempt outlives the lease of any other, and another node would send it, too."""
    monkeypatch.setattr(delivery, "HEAVY", 10)
    monkeypatch.setattr(delivery, "SLOWEST", 0.1)
    promise(database, a_page())
    (leased,) = lease(database, Lane.PAGE)
    assert _row(database).next_attempt_at == NOW + 10 * MINUTE + timedelta(seconds=10 * len(leased.parcel.message))
    assert _settle(database, leased, Delivered())


def test_a_new_start_ends_the_leases_of_the_process_that_died(database: Database) -> None:
    """A page must not wait for a lease that nobody holds any more; late answers are still fenced off."""
    promise(database, a_page())
    (first,) = lease(database, Lane.PAGE)
    with database.write() as tx:
        assert outbox.release(tx, NOW + MINUTE) == 1
    (second,) = lease(database, Lane.PAGE, NOW + MINUTE)
    assert second.parcel == first.parcel
    assert not _settle(database, first, Delivered())


def test_a_new_start_calls_nobody_for_what_was_acknowledged_meanwhile(database: Database) -> None:
    """The answer came between the crash of the sender and the restart."""
    promise(database, a_page())
    assert lease(database, Lane.PAGE)
    apply(database, AcknowledgePages(1001, "tech1", NOW))
    with database.write() as tx:
        assert outbox.release(tx, NOW + MINUTE) == 0
    assert lease(database, Lane.PAGE, NOW + 60 * MINUTE) == ()


@pytest.mark.parametrize("answer", [AcknowledgePages(1001, "tech1", NOW), CancelPages(1001, "the ticket was closed")])
def test_who_takes_over_calls_nobody_for_what_is_over(database: Database, answer: Effect) -> None:
    """The answer came while the page was in the hands of a worker that died; one that nobody answered is sent again."""
    open_ticket(database, a_page())
    apply(database, OpenTicket(a_ticket(number=1002)), replace(a_page(), letter=a_letter("technician", ticket=1002)))
    assert len(lease(database, Lane.PAGE)) == 2
    apply(database, answer)
    (again,) = lease(database, Lane.PAGE, NOW + 10 * MINUTE)
    assert (again.ticket, again.attempts) == (1002, 2)
    with database.read() as tx:
        assert tx.exec(select(OutboxRow.state).where(OutboxRow.ticket == 1001)).one() is OutboxState.CANCELLED


def test_who_comes_back_late_changes_nothing(database: Database) -> None:
    """Its row belongs to a later attempt (hazards F37): a stopped process that wakes up must not settle it."""
    promise(database, a_page())
    (late,) = lease(database, Lane.PAGE)
    (current,) = lease(database, Lane.PAGE, NOW + 10 * MINUTE)
    assert not _settle(database, late, Refused("gone"))
    assert _row(database).state is OutboxState.LEASED
    assert _settle(database, current, Delivered("250 ok"))
    assert not _settle(database, current, Delivered("250 ok"))


def test_what_left_together_is_settled_together(database: Database) -> None:
    """One of three belongs to a later attempt: its neighbours are sent, its page included, and it stays as it is."""
    promise(database, a_page("tech1"), a_page("tech2"), a_page("tech3"))
    first, late, last = lease(database, Lane.PAGE)
    with database.write() as tx:
        assert outbox.sent(tx, (first, replace(late, fence=late.fence - 1), last), NOW + MINUTE) == 2
    with database.read() as tx:
        states = [row.state for row in tx.exec(select(OutboxRow).order_by(col(OutboxRow.id)))]
        pages = [page.sent_at for page in tx.exec(select(PageRow).order_by(col(PageRow.outbox_id)))]
    assert states == [OutboxState.SENT, OutboxState.LEASED, OutboxState.SENT]
    assert pages == [NOW + MINUTE, None, NOW + MINUTE]


def test_a_late_answer_still_counts_when_nobody_else_took_the_row(database: Database) -> None:
    """Sent is sent; there is no reason to send it again."""
    promise(database, SendMail(a_letter()))
    (leased,) = lease(database, Lane.BULK)
    with database.write() as tx:
        assert outbox.settle(tx, leased, Delivered(), None, NOW + 60 * MINUTE)
    assert _row(database).state is OutboxState.SENT


def test_eight_workers_take_every_row_once(database: Database) -> None:
    """A naive select and update sent thousands of duplicates in this race (hazards M18)."""
    promise(database, *(SendMail(a_letter(f"letter-{number}")) for number in range(80)))

    def work(_worker: int) -> list[int]:
        taken: list[int] = []
        while parcels := lease(database, Lane.BULK, limit=3):
            taken += [leased.parcel.outbox_id for leased in parcels]
        return taken

    with ThreadPoolExecutor(8) as threads:
        taken = [outbox_id for one in threads.map(work, range(8)) for outbox_id in one]
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == 80


def test_a_page_that_left_says_when(database: Database) -> None:
    """`ticket N` shows it."""
    promise(database, a_page())
    (leased,) = lease(database, Lane.PAGE)
    assert _settle(database, leased, Delivered())
    page = _page(database)
    assert (page.state, page.sent_at) == (PageState.SENT, NOW + MINUTE)
    assert _row(database).settled_at == NOW + MINUTE


def test_a_deferred_parcel_is_promised_again(database: Database) -> None:
    """The relay was busy; the reason is kept for whoever looks."""
    promise(database, a_page())
    (leased,) = lease(database, Lane.PAGE)
    assert _settle(database, leased, Deferred("421 later"), again=True)
    row = _row(database)
    assert (row.state, row.last_error, row.attempts) == (OutboxState.PROMISED, "421 later", 1)
    assert lease(database, Lane.PAGE, NOW + 4 * MINUTE) == ()
    (again,) = lease(database, Lane.PAGE, NOW + 5 * MINUTE)
    assert again.parcel == leased.parcel


@pytest.mark.parametrize(("result", "fate"), [(FAILED[0], Fate.SOFT), (FAILED[1], Fate.HARD)])
def test_a_failure_is_the_fate_of_the_mail(database: Database, result: delivery.Delivery, fate: Fate) -> None:
    """A relay that says no is as final as a report that comes days later; one that was never reached is not."""
    promise(database, SendMail(a_letter()))
    (leased,) = lease(database, Lane.BULK)
    assert _settle(database, leased, result)
    row, told = _row(database), _told(database)
    assert (row.fate, row.fate_reason, row.fate_at) == (fate, row.last_error, NOW + MINUTE)
    assert told is not None
    assert (told.fate, told.promised_at) == (fate, NOW)


def test_a_mail_that_is_tried_again_has_no_fate_yet(database: Database) -> None:
    """What the last attempt met would be shown beside the mail that has arrived since."""
    promise(database, SendMail(a_letter()))
    (leased,) = lease(database, Lane.BULK)
    _settle(database, leased, Refused("550"))
    apply(database, RetryOutbox(1))
    row = _row(database)
    assert (row.fate, row.fate_reason, row.fate_at) == (None, None, None)


@pytest.mark.parametrize("result", FAILED)
def test_a_failure_is_told_in_the_same_commit(database: Database, result: delivery.Delivery) -> None:
    """Every outgoing row ends as sent, failed-and-told, or cancelled (promise 5)."""
    promise(database, a_page(channel=Channel.PAGER))
    (leased,) = lease(database, Lane.PAGE)
    assert _settle(database, leased, result)
    told = _told(database)
    assert told is not None
    assert (told.outbox_id, told.ticket, told.technician) == (leased.parcel.outbox_id, 1001, "tech1")
    assert (told.channel, told.recipient) == (Channel.PAGER, "tech1@example.com")
    assert (_row(database).state, _page(database).state) == (OutboxState.FAILED, PageState.FAILED)


def test_a_refusal_is_never_tried_again(database: Database) -> None:
    """Even when the caller had computed a next time: 5xx is the last word (RFC 5321 §4.2.1)."""
    promise(database, SendMail(a_letter()))
    (leased,) = lease(database, Lane.BULK)
    assert _settle(database, leased, Refused("550"), again=True)
    assert _row(database).state is OutboxState.FAILED


def test_an_acknowledged_page_is_not_tried_again(database: Database) -> None:
    """The technician answered the mail while the pager's relay was away."""
    promise(database, a_page())
    (leased,) = lease(database, Lane.PAGE)
    apply(database, AcknowledgePages(1001, "tech1", NOW))
    assert _settle(database, leased, Deferred("421"), again=True)
    assert (_row(database).state, _told(database)) == (OutboxState.CANCELLED, None)
    assert _page(database).state is PageState.ACKNOWLEDGED


def test_a_page_to_who_has_left_is_not_tried_again(database: Database) -> None:
    """They left the rules while it was on its way to a relay that was away."""
    promise(database, a_page(), a_page("tech2"))
    first, second = lease(database, Lane.PAGE)
    with database.write() as tx:
        departed.call_off(tx, ["tech2"], NOW)
    assert _settle(database, first, Deferred("421"), again=True)
    assert _settle(database, second, Deferred("421"), again=True)
    assert [one.technician for one in lease(database, Lane.PAGE, NOW + 5 * MINUTE)] == ["tech2"]


@pytest.mark.parametrize("result", [Delivered("250 ok"), *FAILED])
def test_an_acknowledgement_during_the_settlement_outlasts_it(database: Database, result: delivery.Delivery) -> None:
    """I21: on PostgreSQL both are under way at once, and the last to commit must not overwrite what the first did."""
    promise(database, a_page())
    (leased,) = lease(database, Lane.PAGE)
    with ThreadPoolExecutor(1) as sender:
        with database.write() as tx:
            apply_all(tx, Writer(), [AcknowledgePages(1001, "tech1", NOW)], "inbox-2", NOW)
            settled = sender.submit(_settle, database, leased, result, again=True)
            sleep(0.2)
        assert settled.result()
    assert _page(database).state is PageState.ACKNOWLEDGED
    assert lease(database, Lane.PAGE, NOW + 60 * MINUTE) == ()


def test_a_page_on_its_way_when_it_was_cancelled_counts_as_sent(database: Database) -> None:
    """The person did get it; the story must say so."""
    promise(database, a_page())
    (leased,) = lease(database, Lane.PAGE)
    apply(database, CancelPages(1001, "the ticket was closed"))
    assert _page(database).state is PageState.CANCELLED
    assert _settle(database, leased, Delivered())
    assert _page(database).state is PageState.SENT


def test_a_page_in_quiet_hours_waits(database: Database) -> None:
    """It is not taken before the opening, and then it is."""
    promise(database, a_page(not_before=NOW + 30 * MINUTE))
    assert lease(database, Lane.PAGE) == ()
    assert len(lease(database, Lane.PAGE, NOW + 30 * MINUTE)) == 1


@pytest.mark.parametrize(
    ("target", "state"), [("tech1@example.com", PageState.SENT), ("sms:demo/+15145550101", PageState.ACCEPTED)]
)
def test_a_gateway_accepts_a_page_and_a_relay_passes_it_on(database: Database, target: str, state: PageState) -> None:
    """Neither is an acknowledgement."""
    promise(database, replace(a_page(), target=target))
    (leased,) = lease(database, Lane.PAGE)
    assert _settle(database, leased, Delivered("250 ok"))
    assert (_page(database).state, _page(database).acknowledged_at) == (state, None)
