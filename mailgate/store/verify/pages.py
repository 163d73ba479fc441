"""Pages: enough people are called, a page ends with a person or with an alarm, and agrees with the mail that carries it
(promise 5, hazards I11 and I17 to I21).
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Exists, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from mailgate.core.delivery import Lane
from mailgate.core.doing import ATTENDED
from mailgate.core.escalation import STEP
from mailgate.core.floods import WAKE, WINDOW
from mailgate.core.model import Direction, Outcome, PageState, Status
from mailgate.core.starting import BRINGS_IN
from mailgate.store.columns import UNTAKEN, InboxKind, OutboxState
from mailgate.store.tables import FloodRow, InboxRow, JournalRow, MessageRow, OutboxRow, PageRow, TicketRow, TimerRow
from mailgate.store.verify.findings import Question, State, those
from mailgate.store.verify.inbox import OPENING

LEFT = (PageState.SENT, PageState.ACCEPTED, PageState.ESCALATED, PageState.EXHAUSTED)
"""The states of a page that left and that nobody answered."""

SHORTFALL = "% people missing%"
SILENCE = "%not answered: %"
NOBODY = "nobody answered any page%"
MOVED = "%door promises %"
"""Words of the journal (core.paging, core.requests, core.escalation, core.moving) that excuse what is missing."""

NO_ANSWER = ("parked", "released", "refused", "transcript", "notice")
"""Templates of mails that no acknowledgement is, whatever a rule calls that one."""

id_, ticket, state = col(PageRow.id), col(PageRow.ticket), col(PageRow.state)
carrier, attempts = col(OutboxRow.state), col(OutboxRow.attempts)
number = col(TicketRow.number)

fits = or_(
    and_(state == PageState.PROMISED, carrier.in_((*UNTAKEN, OutboxState.LEASED))),
    and_(state.in_(LEFT), carrier == OutboxState.SENT, col(PageRow.sent_at).is_not(None)),
    and_(state == PageState.FAILED, carrier.in_((OutboxState.FAILED, OutboxState.SENT, OutboxState.HELD))),
    and_(state == PageState.CANCELLED, or_(carrier.not_in(UNTAKEN), attempts > 0)),
    and_(state == PageState.ACKNOWLEDGED, or_(carrier.not_in(UNTAKEN), attempts > 0)),
)
"""What the state of a page says of the mail that carries it. A lease that a crash ended is a promise again."""


def _journaled(words: str, *more: ColumnElement[bool]) -> Exists:
    return exists().where(col(JournalRow.ticket) == number, col(JournalRow.because).like(words), *more)


released = exists().where(col(OutboxRow.ticket) == number, col(OutboxRow.template) == "released")
asks_for_people = or_(
    number.in_(select(col(InboxRow.ticket)).where(col(InboxRow.outcome) == Outcome.TICKET)),
    released,
    _journaled(f"%{BRINGS_IN}%"),
)
called = select(func.count(col(PageRow.technician).distinct())).where(ticket == number).scalar_subquery()
wanted = func.coalesce(TicketRow.notify, 1)

acknowledgements: Select[int | None, str, int] = (
    select(col(OutboxRow.ticket).label("ticket"), col(OutboxRow.target), func.count().label("times"))
    .where(col(OutboxRow.lane) == Lane.BULK, col(OutboxRow.ticket).is_not(None))
    .where(col(OutboxRow.envelope_from) == "", col(OutboxRow.template).not_in(NO_ANSWER))
    .group_by(col(OutboxRow.ticket), col(OutboxRow.target))
)
answered = exists().where(col(OutboxRow.ticket) == number, col(OutboxRow.envelope_from) == "")
said_nothing = exists().where(
    col(JournalRow.ticket) == number,
    col(JournalRow.outcome).in_(OPENING),
    col(JournalRow.because).like(SILENCE),
)

flooded = exists().where(col(FloodRow.ticket) == number, col(FloodRow.front).is_distinct_from(number))
"""A page of another ticket tells of it, or will."""

seen = exists().where(ticket == number, state == PageState.ACKNOWLEDGED)
paged = exists().where(ticket == number)
steps = exists().where(col(TimerRow.ticket) == number, col(TimerRow.kind).like(f"{STEP}%"))

alarm = aliased(OutboxRow)
alarmed = exists().where(
    col(alarm.ticket) == ticket, col(alarm.lane) == Lane.BULK, col(alarm.template).in_(("notice", "technician"))
)
timed = exists().where(col(TimerRow.ticket) == ticket)

told_by_front = exists().where(col(FloodRow.ticket) == ticket, col(FloodRow.front) != ticket)

gatherer, window = aliased(FloodRow), aliased(TimerRow)
gathering = (
    select(col(window.id))
    .join(gatherer, col(gatherer.ticket) == col(window.ticket))
    .where(col(gatherer.customer) == col(FloodRow.customer), col(gatherer.queue) == col(FloodRow.queue))
    .where(col(window.kind) == WINDOW)
    .correlate(FloodRow)
)
"""The window at whose end a page tells of what was gathered."""

acknowledged = aliased(PageRow)
heard = aliased(InboxRow)
seen_meanwhile = select(col(acknowledged.id)).where(
    col(acknowledged.ticket) == ticket, col(acknowledged.state) == PageState.ACKNOWLEDGED
)
knows = (
    select(col(JournalRow.id))
    .join(heard, col(heard.id) == col(JournalRow.inbox_id))
    .join(acknowledged, col(acknowledged.ticket) == col(JournalRow.ticket))
    .where(col(JournalRow.ticket) == ticket, col(acknowledged.acknowledged_at) == col(heard.received_at))
    .where(col(heard.done_at) < col(PageRow.promised_at))
    .correlate(PageRow)
)
"""An acknowledgement that was decided before the page was promised."""

moved = exists().where(
    col(JournalRow.ticket) == ticket,
    col(JournalRow.at) == col(PageRow.promised_at),
    col(JournalRow.because).like(MOVED),
)
taken = aliased(PageRow)
called_off = (
    select(col(JournalRow.id))
    .join(heard, col(heard.id) == col(JournalRow.inbox_id))
    .join(taken, col(taken.ticket) == col(JournalRow.ticket))
    .where(col(JournalRow.ticket) == ticket, col(taken.acknowledged_at) == col(heard.received_at))
    .where(col(heard.done_at) > col(OutboxRow.promised_at))
    .correlate(PageRow, OutboxRow)
)
"""An acknowledgement that was decided after the page was promised: it called off what had not left."""

words_behind = (
    select(col(JournalRow.id))
    .join(heard, col(heard.id) == col(JournalRow.inbox_id))
    .where(col(JournalRow.ticket) == ticket, col(heard.received_at) == col(PageRow.acknowledged_at))
    .correlate(PageRow)
)

taken_with_front = exists().where(
    col(JournalRow.ticket) == ticket,
    col(JournalRow.event) == f"timer-fired {WAKE}",
    col(JournalRow.at) == col(PageRow.acknowledged_at),
)

merged_with_words = exists().where(
    col(MessageRow.ticket) == ticket,
    col(MessageRow.at) == col(PageRow.acknowledged_at),
    col(MessageRow.direction) == Direction.INTERNAL,
    ticket.in_(select(number).where(col(TicketRow.merged_into).is_not(None))),
)
"""Whoever merged the ticket has seen it; the journal tells of it in the other one."""

PAGES = (
    Question(
        "page-carried", "I18", "a page and the promise that carries it are about the same", PageRow,
        those(
            select(id_, col(PageRow.outbox_id).label("outbox"), ticket)
            .join(OutboxRow, col(OutboxRow.id) == col(PageRow.outbox_id))
            .where(
                or_(
                    col(OutboxRow.lane) != Lane.PAGE,
                    col(OutboxRow.technician).is_distinct_from(col(PageRow.technician)),
                    col(OutboxRow.target) != col(PageRow.target),
                    col(OutboxRow.ticket).is_distinct_from(ticket),
                )
            )
        ),
    ),
    Question(
        "page-for-each", "I18", "what the lane of pages carries is somebody's page", OutboxRow,
        those(
            select(col(OutboxRow.id), col(OutboxRow.template), col(OutboxRow.ticket))
            .outerjoin(PageRow, col(PageRow.outbox_id) == col(OutboxRow.id))
            .where(col(OutboxRow.lane) == Lane.PAGE, id_.is_(None))
        ),
    ),
    Question(
        "page-state", "I18", "a page is where the promise that carries it is", PageRow,
        those(
            select(id_, ticket, state, carrier.label("carried"), col(PageRow.sent_at))
            .join(OutboxRow, col(OutboxRow.id) == col(PageRow.outbox_id))
            .where(~fits)
        ),
    ),
    Question(
        "page-answered", "I21", "what was acknowledged, and nothing else, says when", PageRow,
        those(
            select(id_, ticket, state, col(PageRow.acknowledged_at))
            .where((state == PageState.ACKNOWLEDGED) != col(PageRow.acknowledged_at).is_not(None))
        ),
    ),
    Question(
        "page-answer-behind", "I25", "an acknowledgement has what somebody said behind it", PageRow,
        those(
            select(id_, ticket, col(PageRow.technician))
            .where(state == PageState.ACKNOWLEDGED, ~words_behind.exists(), ~taken_with_front)
            .where(~merged_with_words)
        ),
    ),
    Question(
        "people-called", "I19", "as many people were called as were promised, or the shortfall is journaled", TicketRow,
        those(
            select(number, wanted.label("promised"), called.label("called"))
            .where(asks_for_people, called < wanted, ~_journaled(SHORTFALL), ~flooded)
            .where(~_journaled(f"%{ATTENDED}%"))
        ),
    ),
    Question(
        "answered", "I17", "who opened a ticket by mail was answered, or the journal says why not", TicketRow,
        those(
            select(number, col(TicketRow.requester_mail).label("requester"))
            .where(
                number.in_(
                    select(col(InboxRow.ticket)).where(
                        col(InboxRow.kind) == InboxKind.MAIL, col(InboxRow.outcome).in_(OPENING)
                    )
                )
            )
            .where(~answered, ~said_nothing)
        ),
    ),
    Question(
        "acknowledged-once", "I11", "nobody's request is acknowledged twice", OutboxRow,
        those(acknowledgements.having(func.count() > 1)),
    ),
    Question(
        "chain", "I18", "a ticket that waits for somebody's word calls again, or called everybody", TicketRow,
        those(
            select(number, status_ := col(TicketRow.status))
            .where(status_ == Status.NEW, paged, ~seen, ~steps)
            .where(~_journaled(NOBODY, col(JournalRow.event).like(f"timer-fired {STEP}%")))
        ),
    ),
    Question(
        "alarm", "I18", "that nobody answered was told, or will be", PageRow,
        those(select(id_, ticket).where(state == PageState.EXHAUSTED, ~alarmed, ~timed, ~told_by_front)),
    ),
    Question(
        "flood-told", "I18", "what waits for a page that tells of several has one coming", FloodRow,
        those(
            select(col(FloodRow.ticket), col(FloodRow.customer), col(FloodRow.queue))
            .join(TicketRow, number == col(FloodRow.ticket))
            .where(col(FloodRow.front).is_(None), col(TicketRow.status) == Status.NEW, ~gathering.exists())
        ),
    ),
    Question(
        "no-page-after", "I21", "nobody is paged for a ticket after somebody has acknowledged it", PageRow,
        those(
            select(id_, ticket, col(PageRow.technician), col(PageRow.promised_at))
            .where(ticket.is_not(None), knows.exists(), ~moved)
        ),
    ),
    Question(
        "page-called-off", "I21", "what waits to page people for a ticket was promised after somebody had it", PageRow,
        those(
            select(id_, ticket, col(PageRow.technician), col(PageRow.promised_at))
            .join(OutboxRow, col(OutboxRow.id) == col(PageRow.outbox_id))
            .where(state == PageState.PROMISED, carrier == OutboxState.PROMISED, called_off.exists())
        ),
    ),
    Question(
        "exhausted", "I18", "nobody has answered the pages of a ticket, and everybody was called", PageRow,
        those(
            select(ticket, func.count().label("pages"), func.max(PageRow.sent_at).label("last"))
            .join(TicketRow, number == ticket)
            .where(state == PageState.EXHAUSTED, col(TicketRow.status) == Status.NEW, ~seen_meanwhile.exists())
            .group_by(ticket)
        ),
        State.NOTE,
    ),
)  # fmt: skip
"""What must be true of pages."""
