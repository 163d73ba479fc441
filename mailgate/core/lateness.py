"""Before a promise is late, and when it is: who hears of its clock.

    start ──50 %──▶ assignee, else those who were called ──80 %──▶ the same ──due──▶ they and the leads

As long as nobody has answered the pages, the steps of the queue's escalation speak instead of the warnings. Of an
update, whoever has the ticket gets a draft before it is due: answering it is the update, which nobody else writes. What
the customer's silence leads to is in `silence`.

The shares are the queue's `warn_at`, of its promise in working time: a wait moves them along with the deadline. Every
start or shift of a clock sets the timer of its next warning, in one place; a promise that was kept meanwhile, or a
clock that stands still, makes the timer harmless. Whoever comes back after a week hears once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from mailgate.core.changes import Change, changes
from mailgate.core.clocks import AWAITED, hours_of, stands_still
from mailgate.core.correspondence import View, facts_about, notice_letters
from mailgate.core.decision import Decision
from mailgate.core.effects import CancelTimer, OpenTicket, SendMail, SetClock, SetTimer
from mailgate.core.escalation import awaits_somebody
from mailgate.core.events import TimerFired
from mailgate.core.hours import add_working, working_between
from mailgate.core.letters import NoticeFacts
from mailgate.core.lifecycle import ACTIVE
from mailgate.core.model import Outcome, Status
from mailgate.core.policy import Policy, Queue
from mailgate.core.seen import Seen
from mailgate.core.silence import break_silence, reminders
from mailgate.core.stand_ins import hearers, in_absence
from mailgate.core.summons import desk_addresses, first_words, tell
from mailgate.core.ticket import Clock, Promise, Ticket

WARNING = "-warning"
"""How the kind of a clock's timer ends; its promise stands before it."""

MISSED = "missed"
"""How the notice's phrase of a broken promise ends."""

WHOLE = 100


def watched(decision: Decision, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """The decision with the timer of every clock that it starts or shifts."""
    timers = tuple(_timers(decision, seen, policy, now))
    return replace(decision, effects=(*decision.effects, *timers)) if timers else decision


def warn(event: TimerFired, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """A share of a promise's time has passed, or all of it."""
    ticket, promise = seen.by_token, Promise(event.kind.removesuffix(WARNING))
    clock = ticket.clock(promise) if ticket else None
    if ticket is None or clock is None or not _runs(ticket, clock):
        return Decision(Outcome.RECORDED, f"the {promise} warning no longer applies", (), event.ticket)
    opens = hours_of(clock, ticket.queue, policy).opening(now)
    if opens > now:
        waits, because = (
            SetTimer(ticket.number, event.kind, opens),
            f"the {promise} warning waits for the promise's hours",
        )
        return Decision(Outcome.RECORDED, because, (waits,), ticket.number)
    following = SetTimer(ticket.number, event.kind, next_warning(clock, ticket, policy, now))
    if promise in AWAITED:
        return break_silence(ticket, clock, following, policy, now)
    if now >= clock.due_at:
        return _missed(ticket, clock, seen, policy, now)
    return _due_soon(ticket, clock, following, seen, policy, now)


def next_warning(clock: Clock, ticket: Ticket, policy: Policy, after: datetime) -> datetime:
    """The next moment behind `after` at which somebody hears of the clock; the deadline is the last one."""
    moments = sorted(reminders(clock, ticket, policy)) if clock.promise in AWAITED else _shares(clock, ticket, policy)
    return next((moment for moment in moments if after < moment < clock.due_at), clock.due_at)


def is_late(notice: NoticeFacts) -> bool:
    """Whether it tells of a promise that is broken."""
    return notice.code.endswith(MISSED)


def _shares(clock: Clock, ticket: Ticket, policy: Policy) -> Iterator[datetime]:
    """When the shares of the promise have passed, in working time of its calendar, the smallest first."""
    hours = hours_of(clock, ticket.queue, policy)
    whole = working_between(hours, clock.starts_at, clock.due_at) // timedelta(minutes=1)
    promised = max(whole - clock.paused_minutes, 0)
    for share in sorted(_warn_at(clock, ticket, policy)):
        yield add_working(hours, clock.starts_at, whole - promised * (WHOLE - share) // WHOLE)


def _warn_at(clock: Clock, ticket: Ticket, policy: Policy) -> tuple[int, ...]:
    if clock.promise is not Promise.UPDATE:
        return _queue(ticket.queue, policy).warn_at
    priority = policy.priorities.get(ticket.priority or "")
    return (priority.draft_at,) if priority else ()


def _timers(decision: Decision, seen: Seen, policy: Policy, now: datetime) -> Iterator[SetTimer]:
    changed = changes(decision.effects, seen, policy, now)
    after = {one.after.number: one.after for one in changed}
    for one in changed:
        yield from (_timer(one.after, clock, policy, now) for clock in one.before.clocks if _goes_on(one, clock))
    for effect in decision.effects:
        match effect:
            case OpenTicket(ticket):
                after[ticket.number] = ticket
                yield from (_timer(ticket, clock, policy, now) for clock in ticket.clocks if clock.running)
            case SetClock(number, clock) if clock.running and number in after:
                yield _timer(after[number], clock, policy, now)


def _goes_on(change: Change, clock: Clock) -> bool:
    """Whether nobody was to hear of the clock until now: a warning may have passed it meanwhile, however short that."""
    return not _runs(change.before, clock) and _runs(change.after, clock)


def _timer(ticket: Ticket, clock: Clock, policy: Policy, now: datetime) -> SetTimer:
    first = next_warning(clock, ticket, policy, max(clock.starts_at, now))
    return SetTimer(ticket.number, f"{clock.promise}{WARNING}", first)


def _runs(ticket: Ticket, clock: Clock) -> bool:
    """Whether the clock is running: owed, under way, and not somebody else's turn."""
    under_way = ticket.status in ACTIVE or (clock.promise is Promise.CLOSING and ticket.status is Status.RESOLVED)
    return clock.running and under_way and not stands_still(ticket, clock.promise)


def _due_soon(ticket: Ticket, clock: Clock, following: SetTimer, seen: Seen, policy: Policy, now: datetime) -> Decision:
    if _queue(ticket.queue, policy).escalate and awaits_somebody(ticket):
        because = f"the {clock.promise} of #{ticket.number} is due soon; escalation calls people"
        return Decision(Outcome.RECORDED, because, (following,), ticket.number)
    people = hearers(ticket, seen, policy, now)
    notice = in_absence(NoticeFacts(_code(clock, "due-soon")), ticket, seen, policy, now)
    told = tell(ticket, people, notice, first_words(ticket, now), policy)
    because = f"the {clock.promise} of #{ticket.number} is due soon: told {', '.join(one.key for one in people)}"
    return Decision(Outcome.RECORDED, because, (*told, following), ticket.number)


def _missed(ticket: Ticket, clock: Clock, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """The promise is broken: whoever has it hears, and so do the leads. Once, whatever else became late with it."""
    late = sorted(_late_with(ticket, clock, now), key=lambda one: tuple(Promise).index(one.promise))
    people = hearers(ticket, seen, policy, now)
    notice = in_absence(NoticeFacts(_code(late[0], MISSED)), ticket, seen, policy, now)
    told = tuple(tell(ticket, people, notice, first_words(ticket, now), policy))
    facts = replace(facts_about(ticket, policy, policy.desk.language, View.DESK), notice=notice)
    others = tuple(
        address
        for address in desk_addresses(_queue(ticket.queue, policy).team, policy)
        if address not in {one.mail for one in people}
    )
    letters = (SendMail(letter) for letter in notice_letters(others, facts, policy, ticket.number))
    silenced = (CancelTimer(ticket.number, f"{one.promise}{WARNING}") for one in late if one is not clock)
    names = ", ".join(f"the {one.promise} of #{ticket.number} is late" for one in late)
    because = f"{names}: told {', '.join(one.key for one in people)} and the leads"
    return Decision(Outcome.RECORDED, because, (*told, *letters, *silenced), ticket.number)


def _late_with(ticket: Ticket, clock: Clock, now: datetime) -> Iterator[Clock]:
    """The promises that are late and were not told of yet: what was due earlier was told of at its own time."""
    for one in ticket.clocks:
        if one.promise not in AWAITED and _runs(ticket, one) and clock.due_at <= one.due_at <= now:
            yield one


def _code(clock: Clock, what: str) -> str:
    """The notice's phrase: the call-back's are the plain ones."""
    return what if clock.promise is Promise.CALLBACK else f"{clock.promise}-{what}"


def _queue(key: str, policy: Policy) -> Queue:
    return policy.queues.get(key, policy.default_queue)
