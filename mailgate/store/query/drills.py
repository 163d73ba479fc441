"""What came of a drill, channel by channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from mailgate.core.drills import TEMPLATE
from mailgate.core.model import Channel, PageState
from mailgate.core.targets import shown
from mailgate.store.columns import InboxState
from mailgate.store.database import Tx
from mailgate.store.tables import InboxRow, OutboxRow, PageRow


@dataclass(frozen=True, slots=True)
class DrillShown:
    """One channel: `reason` is what was said last when the drill did not leave, or not yet."""

    channel: Channel
    to: str
    state: PageState
    reason: str | None
    sent_at: datetime | None

    @property
    def taken(self) -> bool:
        """Whether the channel took responsibility, or somebody even answered."""
        return self.state in (PageState.SENT, PageState.ACCEPTED, PageState.ACKNOWLEDGED)

    @property
    def settled(self) -> bool:
        """Whether nothing more will come of it by itself."""
        return self.taken or self.state in (PageState.FAILED, PageState.CANCELLED)


def drill(tx: Tx, inbox_id: int) -> tuple[DrillShown, ...] | None:
    """The channels of the drill that inbox row asked for, in their order; None when it was not decided yet.

    What an event promises carries the very moment at which its row was done."""
    asked = tx.get(InboxRow, inbox_id)
    if asked is None or asked.state is InboxState.PENDING:
        return None
    theirs = (col(OutboxRow.ticket).is_(None), OutboxRow.template == TEMPLATE, OutboxRow.promised_at == asked.done_at)
    pages = select(OutboxRow, PageRow).join(PageRow, col(PageRow.outbox_id) == col(OutboxRow.id)).where(*theirs)
    return tuple(_channel(row, page) for row, page in tx.exec(pages.order_by(col(OutboxRow.id))))


def _channel(row: OutboxRow, page: PageRow) -> DrillShown:
    return DrillShown(page.channel, shown(page.target), page.state, row.last_error, page.sent_at)
