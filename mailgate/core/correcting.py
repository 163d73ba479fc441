"""Corrections of time: `#appel -15` takes back minutes that were recorded too many, by an intervention below zero.

Nobody takes back more than they recorded themselves, on this ticket and with this activity. What was recorded last is
taken back first, and charges what the rest of it would have charged. A correction is no work: it keeps no promise,
takes no ticket, and of itself tells the customer nothing. It moves money, so one more word is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailgate.core.bank_effects import Book, EntryKind
from mailgate.core.billing import charge
from mailgate.core.effects import AddIntervention
from mailgate.core.events import MailReceived
from mailgate.core.intents import Correct, Order, Problem, Spend
from mailgate.core.letters import Did, Doubt
from mailgate.core.plan import Plan
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ticket
from mailgate.core.undoable import Work


def against_correcting(event: MailReceived, seen: Seen) -> Iterator[Problem]:
    """More than they recorded, or a second intervention beside it."""
    orders = event.orders.orders
    corrections = [order for order in orders if isinstance(order.intent, Correct)]
    spent = [order for order in orders if isinstance(order.intent, Spend)]
    beside = corrections if spent else corrections[1:]
    yield from (Problem("two-activities", order.line) for order in beside)
    for order in corrections:
        known = sum(one.minutes for one in _own(order, seen))
        if isinstance(order.intent, Correct) and order.intent.minutes > known:
            yield Problem("more-than-recorded", order.line, str(known))


def correction(planned: Plan, seen: Seen, policy: Policy) -> Work | None:
    """What a mail takes back, in minutes below zero; None when it takes back nothing."""
    order = next((one for one in planned.orders if isinstance(one.intent, Correct)), None)
    if order is None or not isinstance(order.intent, Correct):
        return None
    own = _own(order, seen)
    taken = [one for one in own if one.minutes > 0]
    if not taken:
        return None
    gone = order.intent.minutes - sum(one.minutes for one in own if one.minutes < 0)
    left = sum(_left(taken, gone, planned.ticket, policy))
    charged = max(sum(one.charged for one in own) - left, 0)
    return Work(order.intent.activity, -order.intent.minutes, -charged, not planned.internal, taken[-1].bank)


def taken_back(event: MailReceived, planned: Plan, work: Work) -> AddIntervention:
    """The same as a row, with what the bank that paid it gets back."""
    number, by, at = planned.ticket.number, planned.by.key, event.received_at
    entry = None
    if work.bank is not None and work.charged:
        entry = Book(work.bank, EntryKind.CORRECTION, -work.charged, at, event.inbox_id, "", number, by)
    return AddIntervention(number, by, work.activity, work.minutes, work.charged, work.public, at, entry)


def asks_first(planned: Plan, seen: Seen, policy: Policy) -> Iterator[Doubt]:
    """What would be taken back, before it is."""
    work = correction(planned, seen, policy)
    if work is not None:
        yield Doubt("takes-back", f"{-work.minutes} → {-work.charged}")


def did_correct(work: Work | None) -> Iterator[Did]:
    """The same when it was."""
    if work is not None:
        yield Did("time-taken-back", f"{-work.minutes} → {-work.charged}")


def _own(order: Order, seen: Seen) -> list[Work]:
    wanted = order.intent.activity if isinstance(order.intent, Correct) else None
    return [one for one in seen.own if one.activity is wanted]


def _left(taken: list[Work], gone: int, ticket: Ticket, policy: Policy) -> Iterator[int]:
    """What each intervention charges once so many minutes are gone, the newest first."""
    for one in reversed(taken):
        rest = max(one.minutes - gone, 0)
        gone -= one.minutes - rest
        yield one.charged if rest == one.minutes else _charged(one, rest, ticket, policy)


def _charged(one: Work, rest: int, ticket: Ticket, policy: Policy) -> int:
    """By the tariff; in proportion where that is another now than when it was recorded."""
    if rest == 0:
        return 0
    if charge(one.activity, one.minutes, ticket, policy).charged == one.charged:
        return charge(one.activity, rest, ticket, policy).charged
    return -(-one.charged * rest // one.minutes)
