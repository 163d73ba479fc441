"""How a ticket's pages stand, for somebody who opens the link of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from mailgate.core.model import PageState, Status
from mailgate.store.database import Tx
from mailgate.store.tables import PageRow, TicketRow


@dataclass(frozen=True, slots=True)
class PageStanding:
    """A ticket that people were paged for, and who of them (keys of the rules) said that they have seen it."""

    queue: str
    status: Status
    assignee: str | None
    acknowledged: frozenset[str]


def page_standing(tx: Tx, ticket: int) -> PageStanding | None:
    """None when there is no ticket of that number."""
    row = tx.get(TicketRow, ticket)
    if row is None:
        return None
    seen = select(PageRow.technician).where(PageRow.ticket == ticket, PageRow.state == PageState.ACKNOWLEDGED)
    return PageStanding(row.queue, row.status, row.assignee, frozenset(tx.exec(seen)))


def was_paged(tx: Tx, ticket: int, technician: str, target: str, since: datetime) -> bool:
    """Whether a page of the ticket was promised to this technician at this very pager since then."""
    theirs = (PageRow.ticket == ticket, PageRow.technician == technician, PageRow.target == target)
    return tx.exec(select(PageRow.id).where(*theirs, col(PageRow.promised_at) >= since).limit(1)).first() is not None
