"""How a ticket's pages stand, for somebody who opens the link of one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import select

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
