"""Before a promise is late, and when it is: who hears of the call-back clock.

    start ──50 %──▶ assignee, else those who were called ──80 %──▶ the same ──due──▶ they and the leads

As long as nobody has answered the pages, the steps of the queue's escalation speak instead of the warnings.

The shares are the queue's `warn_at`, of its promise in working time: a pause moves them along with the deadline. Every
start or shift of the clock sets the timer of its next warning, in one place; a promise that was kept meanwhile, or a
clock that stands still, makes the timer harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from mailgate.core.correspondence import View, facts_about, notice_letters
from mailgate.core.decision import Decision
from mailgate.core.effects import Effect, OpenTicket, SendMail, SetCallback, SetTimer
from mailgate.core.escalation import awaits_somebody
from mailgate.core.events import TimerFired
from mailgate.core.hours import Calendar, add_working, working_between
from mailgate.core.letters import NoticeFacts
from mailgate.core.lifecycle import ACTIVE
from mailgate.core.model import Outcome, Status
from mailgate.core.policy import Policy, Queue
from mailgate.core.seen import Seen
from mailgate.core.summons import desk_addresses, first_words, responsible, tell
from mailgate.core.ticket import Callback, Ticket

WARNING = "callback-warning"
"""The kind of the timer of the next warning."""

WHOLE = 100


def watched(decision: Decision, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """The decision with the timer of every call-back clock that it starts or shifts."""
    timers = tuple(_timers(decision.effects, seen, policy, now))
    return replace(decision, effects=(*decision.effects, *timers)) if timers else decision


def warn(event: TimerFired, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """A share of the promise has passed, or all of it."""
    ticket = seen.by_token
    callback = ticket.callback if ticket else None
    if ticket is None or callback is None or not _runs(ticket, callback):
        return Decision(Outcome.RECORDED, "the call-back warning no longer applies", (), event.ticket)
    opens = _calendar(callback, ticket.queue, policy).opening(now)
    if opens > now:
        waits = SetTimer(ticket.number, WARNING, opens)
        return Decision(
            Outcome.RECORDED, "the call-back warning waits for the promise's hours", (waits,), ticket.number
        )
    if now >= callback.due_at:
        return _missed(ticket, policy, now)
    return _due_soon(ticket, callback, policy, now)


def next_warning(callback: Callback, queue: Queue, policy: Policy, after: datetime) -> datetime:
    """The next moment behind `after` at which a share of the promise has passed; the deadline is the last one."""
    calendar = _calendar(callback, queue.key, policy)
    whole = working_between(calendar, callback.starts_at, callback.due_at) // timedelta(minutes=1)
    promised = max(whole - callback.paused_minutes, 0)
    lefts = (promised * (WHOLE - share) // WHOLE for share in queue.warn_at)
    moments = (add_working(calendar, callback.starts_at, whole - left) for left in lefts)
    return min((moment for moment in moments if moment > after), default=callback.due_at)


def _timers(effects: Iterable[Effect], seen: Seen, policy: Policy, now: datetime) -> Iterator[SetTimer]:
    queues = {ticket.number: ticket.queue for ticket in (seen.by_token, seen.by_twin, seen.by_thread) if ticket}
    for effect in effects:
        match effect:
            case OpenTicket(ticket) if ticket.callback is not None:
                queues[ticket.number] = ticket.queue
                yield _timer(ticket.number, ticket.callback, _queue(ticket.queue, policy), policy, now)
            case SetCallback(number, callback) if callback.kept_at is None:
                yield _timer(number, callback, _queue(queues.get(number, ""), policy), policy, now)


def _timer(number: int, callback: Callback, queue: Queue, policy: Policy, now: datetime) -> SetTimer:
    return SetTimer(number, WARNING, next_warning(callback, queue, policy, max(callback.starts_at, now)))


def _runs(ticket: Ticket, callback: Callback) -> bool:
    """Whether the clock is running: owed, under way, and not the customer's turn."""
    return callback.kept_at is None and ticket.status in ACTIVE and ticket.status is not Status.WAITING_CUSTOMER


def _due_soon(ticket: Ticket, callback: Callback, policy: Policy, now: datetime) -> Decision:
    queue = _queue(ticket.queue, policy)
    following = SetTimer(ticket.number, WARNING, next_warning(callback, queue, policy, now))
    if queue.escalate and awaits_somebody(ticket):
        because = f"the call-back of #{ticket.number} is due soon; escalation calls people"
        return Decision(Outcome.RECORDED, because, (following,), ticket.number)
    people = responsible(ticket, policy)
    told = tell(ticket, people, NoticeFacts("due-soon"), first_words(ticket, now), policy)
    because = f"the call-back of #{ticket.number} is due soon: told {', '.join(one.key for one in people)}"
    return Decision(Outcome.RECORDED, because, (*told, following), ticket.number)


def _missed(ticket: Ticket, policy: Policy, now: datetime) -> Decision:
    """The promise is broken: whoever has it hears, and so do the leads."""
    people, notice = responsible(ticket, policy), NoticeFacts("missed")
    told = tuple(tell(ticket, people, notice, first_words(ticket, now), policy))
    facts = replace(facts_about(ticket, policy, policy.desk.language, View.DESK), notice=notice)
    others = tuple(
        address
        for address in desk_addresses(_queue(ticket.queue, policy).team, policy)
        if address not in {one.mail for one in people}
    )
    letters = (SendMail(letter) for letter in notice_letters(others, facts, policy, ticket.number))
    because = f"the call-back of #{ticket.number} is late: told {', '.join(one.key for one in people)} and the leads"
    return Decision(Outcome.RECORDED, because, (*told, *letters), ticket.number)


def _calendar(callback: Callback, queue: str, policy: Policy) -> Calendar:
    """The calendar that the promise is counted on, the queue's when the rules dropped it."""
    return policy.calendars.get(callback.calendar) or policy.calendar_of(_queue(queue, policy))


def _queue(key: str, policy: Policy) -> Queue:
    return policy.queues.get(key, policy.default_queue)
