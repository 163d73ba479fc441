"""Pages for people who have left the rules: what did not leave yet does not leave any more.

A page of theirs that is in a sender's hands goes out, once: the lease is the sender's. Whoever must be called in their
place is found when the minute is over in which a page has to reach somebody (core.reach): no channel took this one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import col, select, update

from mailgate.core.delivery import Lane
from mailgate.core.model import PageState
from mailgate.store.columns import UNTAKEN, OutboxState
from mailgate.store.database import Tx
from mailgate.store.tables import OutboxRow, PageRow

REASON = "its reader has left the rules"


def call_off(tx: Tx, staff: Collection[str], now: datetime) -> None:
    """Call off every page that is promised to a technician who is none of these."""
    theirs = (
        col(OutboxRow.state).in_((*UNTAKEN, OutboxState.LEASED)),
        col(OutboxRow.lane) == Lane.PAGE,
        col(OutboxRow.technician).not_in(staff),
    )
    rows = tx.exec(select(OutboxRow.id).where(*theirs)).all()
    untaken = col(OutboxRow.state).in_(UNTAKEN)
    over = {"state": OutboxState.CANCELLED, "last_error": REASON, "settled_at": now}
    tx.exec(update(OutboxRow).where(untaken, col(OutboxRow.id).in_(rows)).values(**over))
    promised = (col(PageRow.outbox_id).in_(rows), col(PageRow.state) == PageState.PROMISED)
    tx.exec(update(PageRow).where(*promised).values(state=PageState.CANCELLED))
