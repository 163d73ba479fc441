"""Tickets that belong together, and who watches them: each link is seen from both ends, and who watches hears."""

from __future__ import annotations

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from mailgate.core.model import Direction
from mailgate.store.tables import LinkRow, MessageRow, OutboxRow, WatcherRow
from mailgate.store.verify.findings import Question, those
from mailgate.store.verify.letters import BY_A_PERSON

back = aliased(LinkRow)
one, other = col(LinkRow.ticket), col(LinkRow.other)

since = (
    select(func.count())
    .where(col(MessageRow.ticket) == col(WatcherRow.ticket), col(MessageRow.at) > col(WatcherRow.at))
    .where(col(MessageRow.direction) == Direction.OUT, col(MessageRow.automatic).is_(False))
    .correlate(WatcherRow)
    .scalar_subquery()
)
"""The answers to the customer since somebody watches."""

heard = (
    select(func.count())
    .where(col(OutboxRow.ticket) == col(WatcherRow.ticket))
    .where(func.lower(OutboxRow.target) == col(WatcherRow.address))
    .where(col(OutboxRow.template).in_(BY_A_PERSON))
    .correlate(WatcherRow)
    .scalar_subquery()
)

RELATIONS = (
    Question(
        "links-both-ways", "I27", "a ticket that belongs with another shows it, and the other way round", LinkRow,
        those(
            select(one, other)
            .outerjoin(back, and_(col(back.ticket) == other, col(back.other) == one))
            .where((col(back.ticket).is_(None)) | (one == other))
        ),
    ),
    Question(
        "watchers-hear", "I17", "what a technician answered was promised to whoever watches", WatcherRow,
        those(
            select(col(WatcherRow.ticket), col(WatcherRow.address), since.label("answers"), heard.label("promised"))
            .where(since > heard)
        ),
    ),
)  # fmt: skip
"""What must be true of relations."""
