"""One request that turns out to be part of another: the ticket that is answered is merged into the one that is named.

    the merged ticket     merged for good; its clocks end, its pages are called off, its timers go, but those of a flood
                          whose front it is: others wait for them
    the other one         owes the earlier of what both owed, takes the graver grades, and is our turn again when the
                          merged one was; whoever took part in the one takes part in the other, and who asked watches
    later mail            to either follows to where the merged one went (store.relations.followed)

Only tickets of one customer are merged, or of one person: nobody reads what another firm wrote. A promise that was
kept after the merged request had come was kept for it, too; what the customer was asked, and how long they may be
silent, is the other ticket's own affair. Words beside the command are said in the other ticket.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mailgate.core.clocks import after_wait, dropped
from mailgate.core.correspondence import facts_about, letter_to_requester, view_of_requester
from mailgate.core.effects import AddMessage, CancelTimer, ChangeStatus, Effect, SendMail, SetClock
from mailgate.core.events import MailReceived
from mailgate.core.floods import WAKE
from mailgate.core.grading import grading
from mailgate.core.intents import (
    Acknowledge,
    AssignTo,
    Help,
    Intent,
    Internal,
    MergeInto,
    Order,
    Problem,
    Spend,
    Take,
)
from mailgate.core.letters import Letter, NoticeFacts, Tone
from mailgate.core.lifecycle import AFTER_CUSTOMER, WAITING_OVER
from mailgate.core.model import Direction, Status
from mailgate.core.page_effects import AcknowledgePages, CancelPages, PassOn
from mailgate.core.people import Technician
from mailgate.core.plan import Plan
from mailgate.core.policy import Policy
from mailgate.core.preludes import Prelude
from mailgate.core.relation_effects import MergeTickets, Watch
from mailgate.core.relations import against_number
from mailgate.core.replies import turning
from mailgate.core.seen import Seen
from mailgate.core.summons import first_words, responsible, tell
from mailgate.core.ticket import Clock, Ending, Promise, Ticket

BESIDE: tuple[type[Intent], ...] = (Internal, Spend, Take, AssignTo, Acknowledge, Help)
"""What may stand in the same mail: it is done on the other ticket."""

OUR_TURN = frozenset({Status.NEW, Status.OPEN})

CARRIED = (Promise.CALLBACK, Promise.ENGAGEMENT, Promise.RESOLUTION, Promise.UPDATE)
"""What the desk owes, as far as another ticket can owe it."""


def against_merging(event: MailReceived, seen: Seen) -> Iterator[Problem]:
    """Everything that stands against merging the ticket of a mail into another."""
    orders, ticket = event.orders.orders, seen.by_token
    order = _merging(orders)
    if order is None or ticket is None or not isinstance(order.intent, MergeInto):
        return
    wrong = [one for one in orders if one is not order and not isinstance(one.intent, BESIDE)]
    yield from (Problem("one-at-a-time", one.line) for one in wrong[:1])
    problems = tuple(against_number(order, order.intent.ticket, ticket, seen))
    yield from problems
    if not problems:
        yield from _against(order, ticket, seen.named[order.intent.ticket])


def merge(planned: Plan, seen: Seen, policy: Policy, at: datetime) -> Prelude | None:
    """What a mail that merges its ticket into another leads to, None when it merges nothing."""
    order = _merging(planned.orders)
    if order is None or not isinstance(order.intent, MergeInto):
        return None
    ticket, other = planned.ticket, seen.named[order.intent.ticket]
    status, moved = _waking(ticket, other, policy, at)
    woken = replace(other.with_clocks(*moved), status=status)
    carried = tuple(_carried(ticket, woken, policy, at))
    joined = _joined(ticket, woken.with_clocks(*carried), policy)
    effects = (
        *_ended(planned, joined, at),
        *_taken_over(other, woken, moved, carried, at),
        *grading(woken, joined),
        *(Watch(other.number, address, at) for address in joined.watchers if address not in other.watchers),
        *_told(planned, joined, policy, at),
    )
    if other.status is Status.NEW:
        effects = (*effects, PassOn(other.number, WAKE, at))
    there = replace(planned, ticket=joined, graded=joined, releases=False)
    return Prelude(there, effects, f"#{ticket.number} becomes part of #{other.number}")


def _merging(orders: tuple[Order, ...]) -> Order | None:
    return next((order for order in orders if isinstance(order.intent, MergeInto)), None)


def _against(order: Order, ticket: Ticket, other: Ticket) -> Iterator[Problem]:
    if not _is_one_customers(ticket, other):
        hint = f"#client {other.customer}" if other.customer and ticket.customer is None else ""
        yield Problem("another-customers", order.line, str(other.number), hint)
    elif other.status is Status.PARKED:
        yield Problem("merge-parked", order.line, str(other.number))


def _is_one_customers(ticket: Ticket, other: Ticket) -> bool:
    if ticket.customer is not None or other.customer is not None:
        return ticket.customer == other.customer
    return ticket.requester.mail.lower() == other.requester.mail.lower()


def _waking(ticket: Ticket, other: Ticket, policy: Policy, at: datetime) -> tuple[Status, tuple[Clock, ...]]:
    """The status of the other ticket, our turn again when the merged one is: what was asked there is not answered yet;
    and the clocks that its waking moves, of one promise the newest last."""
    status = AFTER_CUSTOMER[other.status] if ticket.status in OUR_TURN else other.status
    return status, turning(other, status, policy, at)


def _carried(ticket: Ticket, other: Ticket, policy: Policy, at: datetime) -> Iterator[Clock]:
    """The promises of the merged ticket that the other one owes from now on."""
    for promise in CARRIED:
        clock, own = ticket.clock(promise), other.clock(promise)
        if clock is None or not clock.running:
            continue
        clock = after_wait(ticket, clock, policy, at)
        if _is_missing(clock, own) or (own is not None and own.running and clock.due_at < own.due_at):
            yield clock


def _is_missing(clock: Clock, own: Clock | None) -> bool:
    """Whether the other ticket owes nothing of the kind, and has not done it since the merged request came."""
    if own is None:
        return clock.promise is not Promise.ENGAGEMENT
    undone = own.ending is Ending.NO_LONGER or (own.ended_at is not None and own.ended_at < clock.asked_at)
    return clock.promise is Promise.CALLBACK and not own.running and undone


def _joined(ticket: Ticket, other: Ticket, policy: Policy) -> Ticket:
    asked = ticket.requester.mail.lower()
    more = (*ticket.watchers, *([asked] if asked != other.requester.mail.lower() else []))
    watchers = dict.fromkeys(one for one in (*other.watchers, *more) if one != other.requester.mail.lower())
    return replace(
        other,
        severity=_graver(ticket.severity, other.severity, tuple(policy.severities)),
        priority=_graver(ticket.priority, other.priority, _by_rhythm(policy)),
        participants=other.participants | ticket.participants,
        watchers=tuple(watchers),
    )


def _graver(one: str | None, other: str | None, order: tuple[str, ...]) -> str | None:
    """Of two grades the one that stands later in the order; what the rules do not know any more changes nothing."""
    if one is None or one not in order:
        return other
    return one if other is None or (other in order and order.index(one) > order.index(other)) else other


def _by_rhythm(policy: Policy) -> tuple[str, ...]:
    """The priorities from the one that promises news most rarely."""
    never = float("inf")
    rhythm = {key: one.update_every.minutes if one.update_every else never for key, one in policy.priorities.items()}
    return tuple(sorted(rhythm, key=lambda key: -rhythm[key]))


def _ended(planned: Plan, other: Ticket, at: datetime) -> Iterator[Effect]:
    ticket, by = planned.ticket, planned.by
    line = next(order.line for order in planned.orders if isinstance(order.intent, MergeInto))
    yield AddMessage(ticket.number, Direction.INTERNAL, by.mail, (), line, at)
    yield AcknowledgePages(ticket.number, by.key, at)
    yield CancelPages(ticket.number, f"merged into #{other.number}")
    yield ChangeStatus(ticket.number, Status.MERGED, at)
    yield MergeTickets(ticket.number, other.number, other.status, other.clocks)


def _taken_over(
    other: Ticket, woken: Ticket, moved: tuple[Clock, ...], carried: tuple[Clock, ...], at: datetime
) -> Iterator[Effect]:
    """What wakes the other ticket, and what it owes from now on. A clock that stood still is warned of again."""
    number = other.number
    if woken.status is not other.status:
        yield CancelTimer(number, WAITING_OVER)
        yield ChangeStatus(number, woken.status, at)
        yield from (SetClock(number, clock) for clock in other.clocks if clock.running and clock in woken.clocks)
    yield from (SetClock(number, clock) for clock in moved)
    for clock in carried:
        own = woken.clock(clock.promise)
        if own is not None and own.running:
            yield SetClock(number, dropped(own, at))
        yield SetClock(number, clock)


def _told(planned: Plan, joined: Ticket, policy: Policy, at: datetime) -> Iterator[Effect]:
    """Whoever asked hears in their own words under which number it goes on; the desk's people, what came to them."""
    ticket = planned.ticket
    if not planned.internal:
        yield SendMail(_letter("merged-into", ticket, joined, planned, policy), record=True)
        if ticket.requester.mail.lower() != joined.requester.mail.lower():
            yield SendMail(_letter("merged-from", joined, joined, planned, policy), record=True)
    people = _concerned(planned, joined, policy)
    yield from tell(joined, people, NoticeFacts("merged", str(ticket.number)), first_words(ticket, at), policy)


def _concerned(planned: Plan, joined: Ticket, policy: Policy) -> tuple[Technician, ...]:
    """Who has either ticket or was called for it, once; who merged them knows."""
    called = dict.fromkeys((*responsible(joined, policy), *responsible(planned.ticket, policy)))
    taken = joined.notified if joined.status is Status.NEW and planned.answers else ()
    return tuple(one for one in called if one is not planned.by and one.key not in taken)


def _letter(code: str, asked: Ticket, joined: Ticket, planned: Plan, policy: Policy) -> Letter:
    """A mail to who asked for one of the two: its own subject, the other's number and deadline, nobody else's words."""
    whole = replace(asked, number=joined.number, queue=joined.queue, status=joined.status, clocks=joined.clocks)
    facts = facts_about(whole, policy, asked.language, view_of_requester(asked))
    owed = joined.callback is not None and joined.callback.running and not planned.speaks
    notice = NoticeFacts(code, str(planned.ticket.number))
    facts = replace(facts, notice=notice, deadline=facts.deadline if owed else None)
    return letter_to_requester("merged", whole, policy, Tone.GENERATED, facts)
