"""What a restore holds, and what the operator's word does with it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from mailgate.core.delivery import Lane
from mailgate.core.effects import ReleaseHeld, RetryOutbox, SendMail, SetFate
from mailgate.core.model import PageState
from mailgate.core.page_effects import AcknowledgePages, CancelPages, FailPage
from mailgate.core.reports import Fate
from mailgate.core.undo_effects import WithdrawMail
from mailgate.store import claims, inbox, restored, timers
from mailgate.store.apply import apply_all
from mailgate.store.columns import OutboxState
from mailgate.store.database import Database
from mailgate.store.restored import Held
from mailgate.store.tables import HoldRow, OutboxRow, PageRow, RestorePointRow
from tests.builders import NOW
from tests.store.desk import MINUTE, Writer, a_delivery, a_letter, a_page, apply, fetched, keep, lease, open_ticket


def set_back(database: Database, at: datetime = NOW) -> None:
    """The database was restored then."""
    with database.write() as tx:
        tx.add(RestorePointRow(backed_up_at=at - timedelta(days=1), restored_at=at))


def promised_about(database: Database, inbox_id: int) -> None:
    """A decision about a row of the inbox promises a mail and a page."""
    with database.write() as tx:
        assert claims.claim_mail(tx, inbox_id)
        apply_all(tx, Writer(), [SendMail(a_letter()), a_page()], f"inbox-{inbox_id}", NOW + MINUTE)


def held(database: Database) -> Held:
    with database.read() as tx:
        return restored.held(tx)


def states(database: Database) -> list[OutboxState]:
    with database.read() as tx:
        return [row.state for row in tx.exec(select(OutboxRow).order_by(col(OutboxRow.id)))]


def a_held_pair(database: Database) -> None:
    """A mail from before the mark, whose acknowledgement and page are held."""
    open_ticket(database)
    keep(database, a_delivery())
    set_back(database)
    promised_about(database, 1)


def test_what_is_promised_about_something_of_before_is_held(database: Database) -> None:
    """It may have left already, and nobody can tell."""
    a_held_pair(database)
    assert held(database) == Held(1, 1, NOW + MINUTE)
    assert lease(database, Lane.PAGE, NOW + timedelta(days=400)) == ()


def test_what_came_since_leaves(database: Database) -> None:
    """A desk that was restored works."""
    open_ticket(database)
    set_back(database)
    keep(database, a_delivery(), now=NOW + MINUTE)
    promised_about(database, 1)
    assert held(database) == Held()


def test_a_mail_of_the_gap_is_of_before(database: Database) -> None:
    """It lay in the mailbox before the restore, and was perhaps answered before what was lost."""
    open_ticket(database)
    set_back(database)
    keep(database, a_delivery(source=fetched(3).source, arrived_at=NOW - MINUTE), now=NOW + MINUTE)
    promised_about(database, 1)
    assert held(database).rows == 2


@pytest.mark.parametrize(("kind", "due", "rows"), [
    ("escalate-0", -1, 1), ("escalate-0", 1, 0), ("reach-0-3", 1, 1),
])  # fmt: skip
def test_a_timer_is_as_old_as_its_moment(kind: str, due: int, rows: int, database: Database) -> None:
    """And who is called in place of people whose page is held is held with it."""
    a_held_pair(database)
    with database.write() as tx:
        timers.set_timer(tx, 1001, kind, NOW + due * MINUTE)
    with database.write() as tx:
        fired = timers.next_due(tx, NOW + 2 * MINUTE)
        assert fired is not None
        assert claims.claim_timer(tx, fired.timer_id, NOW + 2 * MINUTE)
        apply_all(tx, Writer(), [a_page("tech2")], "timer-1", NOW + 2 * MINUTE)
    assert held(database).pages == 1 + rows


def test_a_released_row_leaves_and_knows_whose_word_it_was(database: Database) -> None:
    """`verify` asks for it."""
    a_held_pair(database)
    (word,) = keep(database, a_delivery(b"word"), now=NOW + MINUTE)
    apply(database, ReleaseHeld(word, 2), now=NOW + 2 * MINUTE)
    assert held(database) == Held()
    assert len(lease(database, Lane.PAGE, NOW + 3 * MINUTE)) == 1
    with database.read() as tx:
        assert [row.word for row in tx.exec(select(HoldRow))] == [word, word]


@pytest.mark.parametrize(("effect", "left"), [
    (ReleaseHeld(1, 2, pages=True), Held(1, 0, NOW + MINUTE)),
    (ReleaseHeld(1, 2, row=1), Held(0, 1, NOW + MINUTE)),
    (ReleaseHeld(1, 1), Held(0, 1, NOW + MINUTE)),
    (ReleaseHeld(1, 2, pages=True, drop=True), Held(1, 0, NOW + MINUTE)),
])  # fmt: skip
def test_the_operators_word_is_about_what_it_says(effect: ReleaseHeld, left: Held, database: Database) -> None:
    """One row, the pages, or all that were there when they looked."""
    a_held_pair(database)
    apply(database, effect, now=NOW + 2 * MINUTE)
    assert held(database) == left


def test_what_is_dropped_never_leaves(database: Database) -> None:
    """The page of it was called off."""
    a_held_pair(database)
    apply(database, ReleaseHeld(1, 2, drop=True), now=NOW + 2 * MINUTE)
    assert states(database) == [OutboxState.CANCELLED, OutboxState.CANCELLED]
    with database.read() as tx:
        assert [row.state for row in tx.exec(select(PageRow))] == [PageState.CANCELLED]


@pytest.mark.parametrize(("drop", "state"), [(False, PageState.PROMISED), (True, PageState.CANCELLED)])
def test_a_held_page_that_bounced_can_still_be_decided_about(drop: bool, state: PageState, database: Database) -> None:
    """It left in the time that is gone, and the report of it comes now."""
    a_held_pair(database)
    (word,) = keep(database, a_delivery(b"word"), now=NOW + MINUTE)
    apply(database, FailPage(2, "5.1.1"), SetFate(2, Fate.HARD, "5.1.1", NOW))
    apply(database, ReleaseHeld(word, 2, drop=drop), now=NOW + 2 * MINUTE)
    with database.read() as tx:
        assert [row.state for row in tx.exec(select(PageRow))] == [state]


@pytest.mark.parametrize("effect", [CancelPages(1001, "closed"), AcknowledgePages(1001, "tech1", NOW)])
def test_a_held_page_that_nobody_needs_is_called_off(
    effect: CancelPages | AcknowledgePages, database: Database
) -> None:
    """Whoever answers another channel of it has seen it."""
    a_held_pair(database)
    apply(database, effect)
    assert states(database) == [OutboxState.HELD, OutboxState.CANCELLED]


def test_a_held_mail_can_be_taken_back(database: Database) -> None:
    """`#annuler` after a restore."""
    a_held_pair(database)
    apply(database, WithdrawMail(1, "undone"))
    assert states(database) == [OutboxState.CANCELLED, OutboxState.HELD]


def test_a_wish_of_before_releases_nothing(database: Database) -> None:
    """`outbox retry` of before the backup was perhaps granted after it."""
    open_ticket(database, SendMail(a_letter()))
    keep(database, a_delivery())
    set_back(database)
    with database.write() as tx:
        assert claims.claim_mail(tx, 1)
        apply_all(tx, Writer(), [RetryOutbox(1)], "inbox-1", NOW)
    assert held(database) == Held(1, 0, NOW)


def test_a_desk_that_was_never_restored_holds_nothing(database: Database) -> None:
    """However late it decides."""
    open_ticket(database)
    keep(database, a_delivery(), now=NOW - timedelta(days=9))
    promised_about(database, 1)
    assert held(database) == Held()
    with database.read() as tx:
        assert inbox.cursor(tx, "INBOX") is None
