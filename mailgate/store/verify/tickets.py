"""Tickets: each was opened by one thing that came in, and its story, its people and its work add up (hazards I1, I17,
I25, I27 and I31).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlmodel import col

from mailgate.core.lifecycle import WAITING
from mailgate.core.model import Direction, Outcome
from mailgate.core.seen import FIRST_TICKET
from mailgate.core.starting import BRINGS_IN
from mailgate.mail.text import clean_text
from mailgate.store.database import Tx
from mailgate.store.tables import (
    CounterRow,
    HeldMailRow,
    InboxRow,
    InterventionRow,
    JournalRow,
    LinkRow,
    MessageRow,
    OutboxRow,
    ParticipantRow,
    RestorePointRow,
    TicketRow,
)
from mailgate.store.ticket_changes import ENDED, TICKET_COUNTER
from mailgate.store.verify.findings import FETCHED, Broken, Look, Question, those
from mailgate.store.verify.inbox import OPENING, is_mail
from mailgate.store.verify.letters import BY_A_PERSON

number, status = col(TicketRow.number), col(TicketRow.status)
closed_at, waiting_since = col(TicketRow.closed_at), col(TicketRow.waiting_since)

openings = (
    select(col(InboxRow.ticket).label("of"), func.count().label("times"))
    .where(col(InboxRow.outcome).in_(OPENING), col(InboxRow.ticket).is_not(None))
    .group_by(col(InboxRow.ticket))
    .subquery()
)
"""How often each ticket was opened."""

brought_in = exists().where(
    col(JournalRow.ticket) == col(MessageRow.ticket), col(JournalRow.because).like(f"%{BRINGS_IN}%")
)
split_off = (
    select(col(MessageRow.id))
    .join(InboxRow, col(InboxRow.id) == col(MessageRow.inbox_id))
    .join(LinkRow, and_(col(LinkRow.ticket) == col(MessageRow.ticket), col(LinkRow.other) == col(InboxRow.ticket)))
    .where(col(MessageRow.ticket) == number, col(MessageRow.direction) == Direction.IN)
    .correlate(TicketRow)
)
"""A customer's message that was decided as part of a linked ticket: what opened a ticket that was split off."""

by_hand = (
    select(col(MessageRow.id))
    .where(col(MessageRow.ticket) == col(InterventionRow.ticket), col(MessageRow.at) == col(InterventionRow.at))
    .where(or_(and_(col(MessageRow.inbox_id).is_not(None), col(MessageRow.direction) != Direction.IN), brought_in))
)
"""The technician's mail that an intervention is; of one that brings in a request, the words are the contact's."""

work = (
    select(
        col(InterventionRow.ticket).label("ticket"), col(InterventionRow.at).label("at"), func.count().label("times")
    )
    .group_by(col(InterventionRow.ticket), col(InterventionRow.at))
    .having(func.count() > 1)
    .subquery()
)
"""Interventions of one moment: mails that came in together, and were accepted by one commit."""

mails_then = (
    select(func.count())
    .where(col(MessageRow.ticket) == work.c.ticket, col(MessageRow.at) == work.c.at)
    .where(col(MessageRow.inbox_id).is_not(None), col(MessageRow.direction) != Direction.IN)
    .scalar_subquery()
)

is_answer = and_(col(MessageRow.direction) == Direction.OUT, col(MessageRow.automatic).is_(False))
answers = (
    select(col(MessageRow.ticket).label("ticket"), func.count().label("times"))
    .where(is_answer)
    .group_by(col(MessageRow.ticket))
    .subquery()
)
promised_answers = (
    select(func.count())
    .where(col(OutboxRow.ticket) == answers.c.ticket, col(OutboxRow.template).in_(BY_A_PERSON))
    .scalar_subquery()
)

waited = select(col(HeldMailRow.inbox_id)).where(col(HeldMailRow.let_go_at) == col(InboxRow.received_at))
"""The mail that waited for the word that is this one."""

first_words = (
    select(col(MessageRow.id))
    .where(col(MessageRow.ticket) == col(InboxRow.ticket))
    .where(or_(col(MessageRow.inbox_id) == col(InboxRow.id), col(MessageRow.inbox_id).in_(waited.correlate(InboxRow))))
    .correlate(InboxRow)
)
as_said = select(col(OutboxRow.id)).where(col(OutboxRow.message_id) == col(MessageRow.message_id)).correlate(MessageRow)
answer_to_nobody = (
    select(col(OutboxRow.id))
    .where(col(OutboxRow.ticket) == col(InboxRow.ticket), col(OutboxRow.template) == "acknowledgement")
    .correlate(InboxRow)
)


def _gaps(tx: Tx, _now: datetime) -> Iterator[Broken]:
    """Neighbours among the numbers: a decision that was rolled back gives its number back, and nothing is deleted. A
    restore leaves room for those that were given after the backup."""
    room = frozenset(tx.connection().execute(select(col(RestorePointRow.next_ticket))).scalars())
    numbers = select(number).order_by(number).execution_options(yield_per=FETCHED)
    before = FIRST_TICKET - 1
    for one in tx.connection().execute(numbers).scalars():
        if one > before + 1 and one not in room:
            yield Broken(str(one), f"stands behind {before}")
        before = one


counter = select(col(CounterRow.next)).where(col(CounterRow.name) == TICKET_COUNTER).scalar_subquery()


def strangers(people: Select[Any, int, str]) -> Look:
    """Those of people (row, ticket, address) who take no part in their ticket. A database lowers the case of ASCII
    only: of what it finds, each is asked again."""
    _, ticket, address = people.selected_columns
    takes_part = and_(col(ParticipantRow.ticket) == ticket, col(ParticipantRow.address) == func.lower(address))
    few = people.outerjoin(ParticipantRow, takes_part).where(col(ParticipantRow.address).is_(None))

    def look(tx: Tx, _now: datetime) -> Iterator[Broken]:
        with tx.connection().execute(few.execution_options(yield_per=FETCHED)) as found:
            for row, number, person in found:
                if tx.get(ParticipantRow, (number, clean_text(person.lower()))) is None:
                    yield Broken(str(row), f"ticket {number}, {person}")

    return look


TICKETS = (
    Question(
        "opened-once", "I1", "a ticket was opened by exactly one thing that came in", TicketRow,
        those(
            select(number, func.coalesce(openings.c.times, 0).label("openings"))
            .outerjoin(openings, openings.c.of == number)
            .where(func.coalesce(openings.c.times, 0) != case((split_off.exists(), 0), else_=1))
        ),
    ),
    Question(
        "first-words", "I1", "the mail that opened a ticket is part of it", InboxRow,
        those(
            select(col(InboxRow.id), col(InboxRow.ticket))
            .where(is_mail, col(InboxRow.outcome).in_(OPENING), ~first_words.exists())
        ),
    ),
    Question(
        "numbers", "I1", "the next ticket has a number of its own", TicketRow,
        those(select(number, counter.label("next")).where(number >= func.coalesce(counter, 0))),
    ),
    Question("no-gap", "I1", "no ticket is missing between two others", TicketRow, _gaps),
    Question(
        "status", "I34", "who waits, and what is over, says since when", TicketRow,
        those(
            select(number, status, waiting_since, closed_at).where(
                or_(
                    status.in_(WAITING) != waiting_since.is_not(None),
                    status.in_(ENDED) != closed_at.is_not(None),
                )
            )
        ),
    ),
    Question(
        "requester", "I27", "who asks takes part in the ticket", TicketRow,
        strangers(select(number, number, col(TicketRow.requester_mail))),
    ),
    Question(
        "authors", "I27", "who writes in a ticket takes part in it", MessageRow,
        strangers(
            select(col(MessageRow.id), col(MessageRow.ticket), col(MessageRow.sender))
            .where(col(MessageRow.direction) == Direction.IN, col(MessageRow.automatic).is_(False))
        ),
    ),
    Question(
        "said-and-promised", "I17", "what a story says that the desk said was promised", MessageRow,
        those(
            select(col(MessageRow.id), col(MessageRow.ticket), col(MessageRow.message_id))
            .where(col(MessageRow.direction) == Direction.OUT, col(MessageRow.automatic).is_(True))
            .where(col(MessageRow.message_id) != "", ~as_said.exists())
        ),
    ),
    Question(
        "answers-promised", "I17", "what a technician answered was promised to the customer", MessageRow,
        those(
            select(answers.c.ticket, answers.c.times.label("answers"), promised_answers.label("promised"))
            .where(answers.c.times > promised_answers)
        ),
    ),
    Question(
        "nobody-answered", "I10", "a mail from the null reverse-path is not acknowledged", InboxRow,
        those(
            select(col(InboxRow.id), col(InboxRow.ticket))
            .where(is_mail, col(InboxRow.outcome) == Outcome.TICKET, col(InboxRow.envelope_from) == "")
            .where(answer_to_nobody.exists())
        ),
    ),
    Question(
        "journal-says-why", "I1", "every decision says why", JournalRow,
        those(select(col(JournalRow.id), col(JournalRow.event)).where(col(JournalRow.because) == "")),
    ),
    Question(
        "work-behind", "I25", "an intervention has a technician, and their mail behind it", InterventionRow,
        those(
            select(col(InterventionRow.id), col(InterventionRow.ticket), col(InterventionRow.technician))
            .where(or_(col(InterventionRow.technician) == "", ~by_hand.exists()))
        ),
    ),
    Question(
        "work-once", "I31", "a technician's mail is one intervention", InterventionRow,
        those(select(work.c.ticket, work.c.times.label("interventions")).where(work.c.times > mails_then)),
    ),
)  # fmt: skip
"""What must be true of tickets."""
