"""Tickets that belong together, and who watches them: each link is seen from both ends, and who watches hears."""

from __future__ import annotations

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from mailgate.core.flood_letters import FOR_OTHERS
from mailgate.core.model import Direction, Status
from mailgate.store.tables import ClockRow, LinkRow, MessageRow, OutboxRow, TicketRow, TimerRow, WatcherRow
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

for_others = col(TimerRow.kind).in_(FOR_OTHERS)

end = aliased(TicketRow)
merged_into = col(TicketRow.merged_into)

RELATIONS = (
    Question(
        "merged-somewhere", "I27", "a merged ticket, and no other, leads to one that is not merged itself", TicketRow,
        those(
            select(col(TicketRow.number), col(TicketRow.status), merged_into.label("into"))
            .outerjoin(end, col(end.number) == merged_into)
            .where(
                or_(
                    (col(TicketRow.status) == Status.MERGED) != merged_into.is_not(None),
                    and_(merged_into.is_not(None), col(end.number).is_(None)),
                    col(end.merged_into).is_not(None),
                )
            )
        ),
    ),
    Question(
        "merged-owes-nothing", "I34", "no promise and no timer of a merged ticket runs, but its flood's", TicketRow,
        those(
            select(col(TicketRow.number), col(ClockRow.promise), col(TimerRow.kind))
            .outerjoin(ClockRow, and_(col(ClockRow.ticket) == col(TicketRow.number), col(ClockRow.ended_at).is_(None)))
            .outerjoin(TimerRow, and_(col(TimerRow.ticket) == col(TicketRow.number), ~for_others))
            .where(col(TicketRow.status) == Status.MERGED)
            .where(or_(col(ClockRow.id).is_not(None), col(TimerRow.id).is_not(None)))
        ),
    ),
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
