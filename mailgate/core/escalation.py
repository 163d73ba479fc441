"""A page ends with a person. Until somebody says that they have seen it, the queue's `escalate` goes on step by step.

    pages ──answered──▶ acknowledged: the first one has the ticket, the others are told and their pages called off
      └─silence─▶ step 1 ─silence─▶ step 2 … ─silence─▶ exhausted: the leads and the administrators hear of it

Steps are counted on the promise's calendar from the moment its clock starts; the first page left at any hour, what
follows waits for the hours (domain.md §1). Each step calls the silent ones again and adds the people it names. A queue
without steps has one end: its promised deadline. A page that could not be delivered is no silence: the next person is
called at once, and within a minute for one whom nothing reached yet (core.reach). The timers hold no truth: what was
answered meanwhile makes them harmless.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from mailgate.core.correspondence import View, facts_about, notice_letters
from mailgate.core.decision import Decision
from mailgate.core.effects import Effect, SendMail, SetTimer
from mailgate.core.events import TimerFired
from mailgate.core.hours import Duration, add_working, due, working_between
from mailgate.core.letters import NoticeFacts
from mailgate.core.model import Outcome, PageState, Status
from mailgate.core.page_effects import EscalatePages, ExhaustPages
from mailgate.core.paging import Wanted, choose
from mailgate.core.people import Technician
from mailgate.core.policy import Escalation, Policy, Queue
from mailgate.core.presence import is_away
from mailgate.core.seen import Seen
from mailgate.core.summons import call, desk_addresses, first_words, summon
from mailgate.core.ticket import LIVE_PAGES, Ticket

STEP = "escalate-"
"""The kind of timer of a step, its number behind it."""


def awaits_somebody(ticket: Ticket) -> bool:
    """Whether nobody has said yet that they have seen the request."""
    seen = any(page.state is PageState.ACKNOWLEDGED for page in ticket.pages)
    return ticket.status is Status.NEW and not seen


def first_step(ticket: Ticket, policy: Policy, since: datetime | None = None) -> SetTimer:
    """The timer that is set when people are called, counted from `since` when that was not at once."""
    if since is None:
        return _timer(ticket, 0, policy)
    queue = queue_of(ticket, policy)
    delay = queue.escalate[0].after if queue.escalate else queue.callback
    return SetTimer(ticket.number, f"{STEP}0", due(policy.calendar_of(queue), since, delay))


def escalate(event: TimerFired, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """Nobody answered: the next step, or the end."""
    ticket, number = seen.by_token, int(event.kind.removeprefix(STEP))
    if ticket is None or not awaits_somebody(ticket):
        return Decision(Outcome.RECORDED, f"step {number + 1} of escalation no longer applies", (), event.ticket)
    queue = queue_of(ticket, policy)
    opens = policy.calendar_of(queue).opening(now)
    if opens > now:
        again = SetTimer(ticket.number, event.kind, opens)
        return Decision(Outcome.RECORDED, "escalation waits for the promise's hours", (again,), ticket.number)
    if number >= len(queue.escalate):
        return _exhausted(ticket, queue, policy)
    return _steps(ticket, number, seen, policy, now)


def replace_unreached(
    ticket: Ticket, technician: str, target: str, seen: Seen, policy: Policy, now: datetime
) -> Iterator[Effect]:
    """Call the next person for one whom no channel reaches, unless as many as were promised may be reached: three
    means three people, and of several channels that fail at once each is told of."""
    reachable = {
        page.technician
        for page in ticket.pages
        if page.state in LIVE_PAGES
        and page.target.lower() not in seen.dead
        and (page.technician, page.target) != (technician, target)
    }
    enough = promised_people(ticket, policy)
    if awaits_somebody(ticket) and technician not in reachable and len(reachable) < enough:
        chosen = choose(fresh(ticket, 1, policy), policy, seen, now)
        yield from summon(ticket, chosen, first_words(ticket, now), policy)


def promised_people(ticket: Ticket, policy: Policy) -> int:
    """How many people a request calls: as many as a rule said, else its queue."""
    return queue_of(ticket, policy).notify if ticket.notify is None else ticket.notify


def fresh(ticket: Ticket, notify: int, policy: Policy) -> Wanted:
    """So many more people for a ticket, whoever was called for it already."""
    team, without = team_of(ticket, policy), frozenset(ticket.notified)
    return Wanted(team, notify, frozenset(ticket.skills), ticket.language, None, without)


def _steps(ticket: Ticket, first: int, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """One step; after a standstill of the desk all that are due by now as one: nobody is called twice at a time."""
    number, words, notice = ticket.number, first_words(ticket, now), NoticeFacts("escalated")
    last, silent = _last_due(ticket, first, policy, now), _silent(ticket, seen, policy, now)
    effects: list[Effect] = [EscalatePages(number), *call(ticket, silent, words, notice, policy, again=True)]
    reasons = [f"{', '.join(one.key for one in silent) or 'nobody'} again"]
    for step in queue_of(ticket, policy).escalate[first : last + 1]:
        chosen = choose(_wanted(ticket, step, policy), policy, seen, now)
        ticket = replace(ticket, notified=(*ticket.notified, *(one.key for one in chosen.people)))
        effects += summon(ticket, chosen, words, policy, notice)
        reasons.append(chosen.why)
    steps = f"step {first + 1} calls" if first == last else f"steps {first + 1} to {last + 1} call"
    because = f"nobody answered: {steps} {', and '.join(reasons)}"
    return Decision(Outcome.RECORDED, because, (*effects, _following(ticket, last, policy, now)), number)


def _last_due(ticket: Ticket, first: int, policy: Policy, now: datetime) -> int:
    """The number of the last step that is due."""
    steps = range(first + 1, len(queue_of(ticket, policy).escalate))
    return max((step for step in steps if _timer(ticket, step, policy).due_at <= now), default=first)


def _following(ticket: Ticket, last: int, policy: Policy, now: datetime) -> SetTimer:
    """The timer behind a step; if that was due already, whoever was just called has as long as at any other time."""
    timer = _timer(ticket, last + 1, policy)
    if timer.due_at > now:
        return timer
    calendar = policy.calendar_of(queue_of(ticket, policy))
    gap = working_between(calendar, _timer(ticket, last, policy).due_at, timer.due_at) // timedelta(minutes=1)
    return replace(timer, due_at=add_working(calendar, now, gap))


def _wanted(ticket: Ticket, step: Escalation, policy: Policy) -> Wanted:
    """Whom a step adds: so many of its team, or all of it, who were not called yet."""
    team = step.team or team_of(ticket, policy)
    fresh = [key for key in policy.teams[team].members if key not in ticket.notified]
    return Wanted(team, step.notify or len(fresh), frozenset(), ticket.language, None, frozenset(ticket.notified))


def _silent(ticket: Ticket, seen: Seen, policy: Policy, now: datetime) -> tuple[Technician, ...]:
    called = (policy.technicians.get(key) for key in ticket.notified)
    return tuple(one for one in called if one is not None and not is_away(one, policy, seen.absences, now))


def _exhausted(ticket: Ticket, queue: Queue, policy: Policy) -> Decision:
    if not queue.escalate:
        because = f"nobody answered any page of #{ticket.number} until its promise is late, which is told as such"
        return Decision(Outcome.RECORDED, because, (ExhaustPages(ticket.number),), ticket.number)
    facts = facts_about(ticket, policy, policy.desk.language, View.DESK)
    facts = replace(facts, notice=NoticeFacts("exhausted"))
    told = dict.fromkeys((*desk_addresses(queue.team, policy), *policy.desk.administrators))
    letters = notice_letters(tuple(told), facts, policy, ticket.number)
    effects: tuple[Effect, ...] = (ExhaustPages(ticket.number), *(SendMail(letter) for letter in letters))
    because = f"nobody answered any page of #{ticket.number}: told to {', '.join(told) or 'nobody'}"
    return Decision(Outcome.RECORDED, because, effects, ticket.number)


def _timer(ticket: Ticket, number: int, policy: Policy) -> SetTimer:
    """The timer of a step; behind the last one the same gap again, without any step the promised deadline."""
    queue = queue_of(ticket, policy)
    start = ticket.callback.starts_at if ticket.callback else ticket.opened_at
    calendar, steps = policy.calendar_of(queue), queue.escalate
    if not steps:
        return SetTimer(ticket.number, f"{STEP}{number}", due(calendar, start, queue.callback))
    at = due(calendar, start, steps[min(number, len(steps) - 1)].after)
    if number >= len(steps):
        at = due(calendar, at, _last_gap(steps))
    return SetTimer(ticket.number, f"{STEP}{number}", at)


def _last_gap(steps: tuple[Escalation, ...]) -> Duration:
    last = steps[-1].after
    before = steps[-2].after if len(steps) > 1 else None
    if before is None or before.unit is not last.unit or before.amount >= last.amount:
        return last
    return Duration(last.amount - before.amount, last.unit)


def team_of(ticket: Ticket, policy: Policy) -> str:
    """The team that a rule asked for, while it exists, else the queue's."""
    return ticket.team if ticket.team and ticket.team in policy.teams else queue_of(ticket, policy).team


def queue_of(ticket: Ticket, policy: Policy) -> Queue:
    return policy.queues.get(ticket.queue, policy.default_queue)
