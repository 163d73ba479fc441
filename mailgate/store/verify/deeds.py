"""Work and what was undone of it: minutes add up, and whatever was undone was compensated (hazards I25, I30 and
I31).
"""

from __future__ import annotations

from sqlalchemy import Integer, and_, cast, exists, func, not_, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from mailgate.core.model import AuthLevel
from mailgate.core.rectifying import TO_CUSTOMERS
from mailgate.store.columns import InboxKind, OutboxState
from mailgate.store.tables import DeedRow, InboxRow, InterventionRow, OutboxRow
from mailgate.store.verify.findings import Question, those

minutes, charged = col(InterventionRow.minutes), col(InterventionRow.charged)
activity, technician = col(InterventionRow.activity), col(InterventionRow.technician)
ticket, undone_at = col(DeedRow.ticket), col(DeedRow.undone_at)

sums = (
    select(
        func.min(InterventionRow.id).label("id"),
        col(InterventionRow.ticket).label("ticket"),
        technician.label("technician"),
        activity.label("activity"),
        func.sum(minutes).label("minutes"),
        func.sum(charged).label("charged"),
    )
    .group_by(col(InterventionRow.ticket), technician, activity)
    .subquery()
)
"""What each technician did on a ticket, what was taken back of it left out."""

taken_back = exists().where(
    col(InterventionRow.ticket) == ticket,
    technician == col(DeedRow.technician),
    activity == col(DeedRow.activity),
    minutes == -col(DeedRow.minutes),
    charged == -col(DeedRow.charged),
    col(InterventionRow.at) == undone_at,
)

entered = exists().where(
    col(InterventionRow.ticket) == ticket,
    technician == col(DeedRow.technician),
    activity == col(DeedRow.activity),
    minutes == col(DeedRow.minutes),
    charged == col(DeedRow.charged),
    col(InterventionRow.at) == col(DeedRow.at),
)

ANSWERS = (InboxKind.MAIL, InboxKind.PAGE_ANSWERED)
"""How technicians are heard: by mail, and by the button behind the link of a page."""

may_do = or_(
    col(InboxRow.level) == AuthLevel.L4,
    and_(col(InboxRow.level) == AuthLevel.L3, col(DeedRow.activity).is_(None)),
)
"""A pager's word, which is no more than a signed address, takes a ticket and does nothing else."""

left, correction = aliased(OutboxRow), aliased(OutboxRow)
reached_somebody = exists().where(
    col(left.ticket) == ticket,
    col(left.id) > col(DeedRow.first_mail),
    col(left.id) <= col(DeedRow.last_mail),
    col(left.template).in_(TO_CUSTOMERS),
    col(left.state) == OutboxState.SENT,
)
corrected = exists().where(
    col(correction.ticket) == ticket,
    col(correction.template) == "correction",
    col(correction.id) > col(DeedRow.last_mail),
)

DEEDS = (
    Question(
        "deed-authorised", "I25", "only what is surely a technician's own word changed a ticket", DeedRow,
        those(
            select(col(DeedRow.id), ticket, col(InboxRow.kind), col(InboxRow.level))
            .join(InboxRow, col(InboxRow.id) == col(DeedRow.inbox_id))
            .where(or_(~col(InboxRow.kind).in_(ANSWERS), func.coalesce(not_(may_do), true())))
        ),
    ),
    Question(
        "deed-worked", "I31", "the minutes that a mail reported were entered", DeedRow,
        those(
            select(col(DeedRow.id), ticket, col(DeedRow.activity), col(DeedRow.minutes))
            .where(col(DeedRow.activity).is_not(None), ~entered)
        ),
    ),
    Question(
        "minutes", "I30", "minutes are whole, and nobody takes back more than they recorded", InterventionRow,
        those(
            select(sums.c.id, sums.c.ticket, sums.c.technician, sums.c.minutes, sums.c.charged).where(
                or_(
                    *(or_(one < 0, one != cast(one, Integer)) for one in (sums.c.minutes, sums.c.charged))
                )
            )
        ),
    ),
    Question(
        "undone-behind", "I31", "what was undone says when, and has the mail that undid it behind it", DeedRow,
        those(
            select(col(DeedRow.id), ticket, undone_at, col(DeedRow.undone_by))
            .where(undone_at.is_(None) != col(DeedRow.undone_by).is_(None))
        ),
    ),
    Question(
        "undone-minutes", "I30", "the minutes of what was undone were taken back", DeedRow,
        those(
            select(col(DeedRow.id), ticket, col(DeedRow.minutes), col(DeedRow.charged))
            .where(undone_at.is_not(None), or_(col(DeedRow.minutes) != 0, col(DeedRow.charged) != 0), ~taken_back)
        ),
    ),
    Question(
        "undone-corrected", "I17", "a mail that was undone and had left was followed by a correction", DeedRow,
        those(
            select(col(DeedRow.id), ticket, undone_at)
            .where(and_(undone_at.is_not(None), reached_somebody, not_(corrected)))
        ),
    ),
)  # fmt: skip
"""What must be true of deeds."""
