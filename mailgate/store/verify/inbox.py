"""Custody: what came in is there, was decided once, and what was decided is journaled (promise 1, hazards I1 to I9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from sqlalchemy import and_, func, literal_column, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from mailgate.core.events import MailUnreadable
from mailgate.core.model import Outcome
from mailgate.store.columns import InboxKind, InboxState
from mailgate.store.database import Tx
from mailgate.store.held import TRANSCRIPT
from mailgate.store.journal import WORDS
from mailgate.store.snapshot import UNDATED
from mailgate.store.tables import (
    AttachmentRow,
    CursorRow,
    HeldMailRow,
    InboxRow,
    JournalRow,
    MessageRow,
    OutboxRow,
    RawRow,
)
from mailgate.store.verify.findings import FETCHED, Broken, Question, State, those

OPENING = (Outcome.TICKET, Outcome.PARKED)
"""The outcomes that begin a ticket."""

id_, state, outcome, done_at = col(InboxRow.id), col(InboxRow.state), col(InboxRow.outcome), col(InboxRow.done_at)
is_done, is_mail = state == InboxState.DONE, col(InboxRow.kind) == InboxKind.MAIL

decisions = (
    select(col(JournalRow.inbox_id).label("of"), func.count().label("times"))
    .where(col(JournalRow.inbox_id).is_not(None), col(JournalRow.event) != WORDS[MailUnreadable])
    .group_by(col(JournalRow.inbox_id))
    .subquery()
)
"""How often each inbox row was decided. That it could not be read is no decision about it."""

times = func.coalesce(decisions.c.times, 0)
has_no_bytes = or_(col(RawRow.inbox_id).is_(None), col(InboxRow.digest).is_(None))
is_both = or_(col(RawRow.inbox_id).is_not(None), col(InboxRow.payload).is_(None))

first = aliased(InboxRow)
came_before = (
    select(col(first.id))
    .where(col(first.digest) == col(InboxRow.digest), col(first.id) != id_)
    .where(col(first.state) == literal_column(f"'{InboxState.DONE.value}'"), col(first.outcome) != Outcome.DUPLICATE)
    .correlate(InboxRow)
)
"""The same octets, of which something was decided; from quarantine they may be decided later. A literal, for a planner
cannot prove a parameter (tables.boxes)."""

known = aliased(JournalRow)
since_known = select(func.min(known.id)).where(col(known.rules) != "").scalar_subquery()
"""The first decision that says by which rules it was made: an earlier mailgate's do not."""

furthest = (
    select(
        col(InboxRow.mailbox).label("mailbox"),
        col(InboxRow.uidvalidity).label("uidvalidity"),
        func.max(InboxRow.uid).label("uid"),
    )
    .where(col(InboxRow.uid).is_not(None))
    .group_by(col(InboxRow.mailbox), col(InboxRow.uidvalidity))
    .subquery()
)
"""The last mail taken from each mailbox, for each of its lives."""


in_a_story = (
    select(col(MessageRow.inbox_id).label("of"))
    .where(col(MessageRow.inbox_id).is_not(None))
    .group_by(col(MessageRow.inbox_id))
    .subquery()
)
"""The mails that are a message. Grouped, as are the others here that no index finds: each is then looked through once,
and never once for each row."""

words_for = (
    select(col(HeldMailRow.let_go_at).label("at"))
    .where(col(HeldMailRow.let_go_at).is_not(None))
    .group_by(col(HeldMailRow.let_go_at))
    .subquery()
)
"""When a word came that a mail had waited for: that mail is the message, and the word is none."""

asked = (
    select(col(OutboxRow.ticket).label("ticket"), col(OutboxRow.promised_at).label("at"))
    .where(col(OutboxRow.template) == TRANSCRIPT)
    .group_by(col(OutboxRow.promised_at), col(OutboxRow.ticket))
    .subquery()
)
"""When somebody was asked about which ticket."""


def _opened_twice(tx: Tx, _now: datetime) -> Iterator[Broken]:
    """Neighbours among the mails that opened tickets, ordered so that the same mail stands beside itself."""
    opened = (
        select(col(InboxRow.digest), col(InboxRow.envelope_from), col(InboxRow.received_at), id_)
        .where(is_done, is_mail, outcome.in_(OPENING))
        .order_by(col(InboxRow.digest), col(InboxRow.envelope_from), col(InboxRow.received_at))
        .execution_options(yield_per=FETCHED)
    )
    with tx.connection().execute(opened) as mails:
        for (*first, first_at, first_id), (*again, again_at, again_id) in pairwise(mails):
            if first == again and again_at - first_at < UNDATED:
                yield Broken(str(again_id), f"the same mail as inbox {first_id}")


INBOX = (
    Question(
        "decided", "I1", "what is done in the inbox has an outcome, and a time", InboxRow,
        those(select(id_, outcome, done_at).where(is_done, or_(outcome.is_(None), done_at.is_(None)))),
    ),
    Question(
        "undecided", "I1", "what is not done in the inbox has no outcome yet", InboxRow,
        those(select(id_, state, outcome).where(~is_done, or_(outcome.is_not(None), done_at.is_not(None)))),
    ),
    Question(
        "journaled-once", "I1", "what is done was decided exactly once, and what is not done never", InboxRow,
        those(
            select(id_, state, times.label("decisions"))
            .outerjoin(decisions, decisions.c.of == id_)
            .where(or_(and_(is_done, times != 1), and_(~is_done, times != 0)))
        ),
    ),
    Question(
        "decided-about", "I1", "what opened a ticket, or was parked, says which", InboxRow,
        those(select(id_, outcome).where(outcome.in_(OPENING), col(InboxRow.ticket).is_(None))),
    ),
    Question(
        "duplicate-of", "I6", "what was passed over as a duplicate had come before, octet for octet", InboxRow,
        those(
            select(id_, col(InboxRow.ticket))
            .where(is_done, is_mail, outcome == Outcome.DUPLICATE, ~came_before.exists())
        ),
    ),
    Question(
        "rules-known", "I36", "every decision says by which rules it was made", JournalRow,
        those(
            select(col(JournalRow.id), col(JournalRow.event))
            .where(col(JournalRow.rules) == "", col(JournalRow.id) > since_known)
        ),
    ),
    Question(
        "journal-agrees", "I1", "journal and inbox tell the same outcome and the same ticket", JournalRow,
        those(
            select(col(JournalRow.id), id_.label("inbox"), outcome, col(JournalRow.outcome).label("journaled"))
            .join(InboxRow, id_ == col(JournalRow.inbox_id))
            .where(is_done, col(JournalRow.event) != WORDS[MailUnreadable])
            .where(
                or_(
                    outcome.is_distinct_from(col(JournalRow.outcome)),
                    col(InboxRow.ticket).is_distinct_from(col(JournalRow.ticket)),
                )
            )
        ),
    ),
    Question(
        "quarantine-says-why", "I1", "what is in quarantine says why", InboxRow,
        those(select(id_, state).where(state == InboxState.QUARANTINED, func.coalesce(InboxRow.reason, "") == "")),
    ),
    Question(
        "in-custody", "I4", "a mail has its bytes and their digest, an event what was asked", InboxRow,
        those(
            select(id_, col(InboxRow.kind))
            .outerjoin(RawRow, col(RawRow.inbox_id) == id_)
            .where(or_(and_(is_mail, has_no_bytes), and_(~is_mail, is_both)))
        ),
    ),
    Question(
        "attachments", "I4", "what is attached lies in a mail that is in custody", AttachmentRow,
        those(
            select(col(AttachmentRow.message), col(AttachmentRow.part))
            .join(MessageRow, col(MessageRow.id) == col(AttachmentRow.message))
            .outerjoin(RawRow, col(RawRow.inbox_id) == col(MessageRow.inbox_id))
            .where(col(RawRow.inbox_id).is_(None))
        ),
    ),
    Question(
        "words-kept", "I1", "a mail that continues a ticket, or the one that waited for it, is in its story", InboxRow,
        those(
            select(id_, col(InboxRow.ticket))
            .outerjoin(in_a_story, in_a_story.c.of == id_)
            .outerjoin(words_for, words_for.c.at == col(InboxRow.received_at))
            .where(is_done, is_mail, outcome == Outcome.FOLLOW_UP, ~came_before.exists())
            .where(in_a_story.c.of.is_(None), words_for.c.at.is_(None))
        ),
    ),
    Question(
        "held-asked", "I17", "who must say one more word about a mail was asked for it", HeldMailRow,
        those(
            select(col(HeldMailRow.inbox_id), col(HeldMailRow.technician), col(HeldMailRow.asked_at))
            .outerjoin(
                asked,
                and_(
                    asked.c.at == col(HeldMailRow.asked_at),
                    asked.c.ticket.is_not_distinct_from(col(HeldMailRow.ticket)),
                ),
            )
            .where(asked.c.at.is_(None))
        ),
    ),
    Question("opens-once", "I5", "the same mail of the same sender opened one ticket", InboxRow, _opened_twice),
    Question(
        "one-message", "I5", "a mail is one message of one ticket", MessageRow,
        those(
            select(func.max(MessageRow.id), col(MessageRow.inbox_id).label("inbox"), func.count().label("messages"))
            .where(col(MessageRow.inbox_id).is_not(None))
            .group_by(col(MessageRow.inbox_id))
            .having(func.count() > 1)
        ),
    ),
    Question(
        "mailbox-cursor", "I9", "a mailbox was read at least as far as the mails that were taken from it", CursorRow,
        those(
            select(furthest.c.mailbox, furthest.c.uid.label("taken"), col(CursorRow.uid).label("cursor"))
            .outerjoin(CursorRow, col(CursorRow.mailbox) == furthest.c.mailbox)
            .where(
                or_(
                    col(CursorRow.uid).is_(None),
                    and_(furthest.c.uidvalidity == CursorRow.uidvalidity, furthest.c.uid > CursorRow.uid),
                )
            )
        ),
    ),
    Question(
        "quarantine", "I1", "mail in quarantine waits for somebody: `mailgate inbox retry N`", InboxRow,
        those(select(id_, col(InboxRow.reason)).where(state == InboxState.QUARANTINED)), State.NOTE,
    ),
)  # fmt: skip
"""What must be true of the inbox."""
