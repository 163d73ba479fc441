"""Promises: every one ends as sent, failed and told, or cancelled with a reason (promise 5, hazards I12 and I16)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, not_, or_, select
from sqlmodel import col

from mailgate.core.budgets import REPORT
from mailgate.core.delivery import Lane
from mailgate.store.columns import InboxKind, OutboxState
from mailgate.store.database import Tx
from mailgate.store.restored import MARK, NEVER
from mailgate.store.tables import HeldBackRow, HoldRow, InboxRow, OutboxMessageRow, OutboxRow, TimerRow
from mailgate.store.tables.boxes import OPEN
from mailgate.store.verify.findings import Broken, Question, State, those

FURTHEST = timedelta(days=31)
"""No wait between two attempts, and no closed time that a page waits for, is as long."""

id_, state, next_at = col(OutboxRow.id), col(OutboxRow.state), col(OutboxRow.next_attempt_at)
template, settled_at = col(OutboxRow.template), col(OutboxRow.settled_at)
is_held = state == OutboxState.HELD
is_open = or_(is_held, state.in_((OutboxState.PROMISED, OutboxState.LEASED)))
is_sent, is_failed = state == OutboxState.SENT, state == OutboxState.FAILED
says_nothing = func.coalesce(OutboxRow.last_error, "") == ""

told = select(col(InboxRow.payload)["outbox_id"].as_integer()).where(
    col(InboxRow.kind) == InboxKind.DELIVERY_FAILED, col(InboxRow.payload).is_not(None)
)
"""The outbox rows whose failure became an event."""

reporting = exists().where(col(TimerRow.ticket).is_(None), col(TimerRow.kind) == REPORT)
"""The desk's own timer, which reports within the hour."""


word = col(HoldRow.word)
may_have_left = or_(
    col(HoldRow.outbox_id).is_not(None), and_(col(OutboxRow.promised_at) <= MARK, or_(settled_at > MARK, OPEN))
)
"""What was open when the database was set back, and what is about something of before."""


def _too_far(tx: Tx, now: datetime) -> Iterator[Broken]:
    yield from those(select(id_, next_at).where(OPEN, ~is_held, next_at > now + FURTHEST))(tx, now)


def _passed_over(tx: Tx, now: datetime) -> Iterator[Broken]:
    """The longest overdue is taken first: what was due before a younger promise was made is not open when that one is
    sent. Only the newest sent of each lane is compared, which costs no more than looking at what is open."""
    for lane in Lane:
        newest = select(id_, col(OutboxRow.promised_at)).where(col(OutboxRow.lane) == lane, is_sent)
        found = tx.connection().execute(newest.order_by(id_.desc()).limit(1)).first()
        if found is not None:
            younger, promised_at = found
            left = select(id_, state, next_at).where(
                col(OutboxRow.lane) == lane, OPEN, id_ < younger, next_at < promised_at
            )
            yield from those(left)(tx, now)


def _abandoned(tx: Tx, now: datetime) -> Iterator[Broken]:
    ran_out = (state == OutboxState.LEASED, next_at < now)
    yield from those(select(id_, template, next_at.label("until")).where(*ran_out))(tx, now)


OUTBOX = (
    Question(
        "settled", "I16", "a promise is open, or was settled at a time", OutboxRow,
        those(select(id_, state, settled_at).where(is_open != OPEN)),
    ),
    Question(
        "tried", "I16", "what was sent or is being sent was tried", OutboxRow,
        those(
            select(id_, state, col(OutboxRow.attempts))
            .where(state.in_((OutboxState.SENT, OutboxState.LEASED)), col(OutboxRow.attempts) < 1)
        ),
    ),
    Question(
        "says-why", "I16", "what failed or was cancelled says why", OutboxRow,
        those(
            select(id_, state, template)
            .where(state.in_((OutboxState.FAILED, OutboxState.CANCELLED)), says_nothing)
        ),
    ),
    Question(
        "failure-told", "I16", "what failed became an event, which is told", OutboxRow,
        those(select(id_, template, col(OutboxRow.ticket)).where(is_failed, id_.not_in(told))),
    ),
    Question("scheduled", "I16", "what is open is tried within a month", OutboxRow, _too_far),
    Question(
        "restored", "I40", "nothing of before a restore leaves without the operator's word", OutboxRow,
        those(
            select(id_, state, template, col(OutboxRow.promised_at))
            .outerjoin(HoldRow, col(HoldRow.outbox_id) == id_)
            .where(may_have_left, word.is_(None), state.not_in((OutboxState.HELD, OutboxState.CANCELLED)))
        ),
    ),
    Question(
        "held-known", "I40", "what is held is known to be, and has no next attempt", OutboxRow,
        those(
            select(id_, next_at)
            .outerjoin(HoldRow, col(HoldRow.outbox_id) == id_)
            .where(is_held, or_(col(HoldRow.outbox_id).is_(None), next_at < NEVER))
        ),
    ),
    Question(
        "released-by", "I40", "what was let go after a restore has the operator's word behind it", HoldRow,
        those(
            select(col(HoldRow.outbox_id), word.label("inbox"), col(InboxRow.kind))
            .join(InboxRow, col(InboxRow.id) == word)
            .where(col(InboxRow.kind) != InboxKind.RELEASE_ASKED)
        ),
    ),
    Question("in-order", "I16", "nothing that was due was passed over", OutboxRow, _passed_over),
    Question(
        "fate", "I16", "what became of a mail later has a time and a reason", OutboxRow,
        those(
            select(id_, col(OutboxRow.fate), col(OutboxRow.fate_at), col(OutboxRow.fate_reason)).where(
                not_(
                    or_(
                        and_(col(OutboxRow.fate).is_(None), col(OutboxRow.fate_at).is_(None)),
                        and_(
                            col(OutboxRow.fate).is_not(None),
                            col(OutboxRow.fate_at).is_not(None),
                            col(OutboxRow.fate_reason).is_not(None),
                        ),
                    )
                )
            )
        ),
    ),
    Question(
        "written", "I12", "what is promised was written before, byte for byte", OutboxRow,
        those(
            select(id_, template)
            .outerjoin(OutboxMessageRow, col(OutboxMessageRow.outbox_id) == id_)
            .where(func.coalesce(func.length(OutboxMessageRow.message), 0) == 0)
        ),
    ),
    Question(
        "message-id-once", "I12", "every promise has a Message-ID of its own", OutboxRow,
        those(
            select(func.max(OutboxRow.id), col(OutboxRow.message_id), func.count().label("rows"))
            .group_by(col(OutboxRow.message_id))
            .having(func.count() > 1)
        ),
    ),
    Question(
        "held-back-told", "I11", "what budgets held back will be reported", HeldBackRow,
        those(select(col(HeldBackRow.id), col(HeldBackRow.budget), col(HeldBackRow.at)).where(~reporting)),
    ),
    Question(
        "failed", "I16", "a promise was given up, and its failure told: `mailgate outbox retry N`", OutboxRow,
        those(select(id_, template, col(OutboxRow.ticket)).where(is_failed)), State.NOTE,
    ),
    Question(
        "held", "I40", "it may have left before the restore: `mailgate outbox release`, or `drop`", OutboxRow,
        those(select(id_, template, col(OutboxRow.ticket)).where(is_held)), State.NOTE,
    ),
    Question(
        "lease-ended", "I16", "a lease ran out: the next `mailgate serve` sends it", OutboxRow, _abandoned, State.NOTE
    ),
)  # fmt: skip
"""What must be true of the outbox."""
