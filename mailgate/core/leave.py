"""Absences by mail: `#absent` speaks of its technician, not of the ticket whose mail happens to be answered.

A mail of nothing else touches no ticket: it takes nothing on, tells no customer, and acknowledges no page, for somebody
who is ill and answers a page by saying so is just who will not come.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from mailgate.core.decision import Decision, Findings
from mailgate.core.effects import Effect, RecordAbsence, WithdrawAbsences
from mailgate.core.events import MailReceived
from mailgate.core.intents import Absent, Help, Order, Present, Problem
from mailgate.core.keeping import idle_deed
from mailgate.core.letters import Did
from mailgate.core.model import Outcome
from mailgate.core.people import Technician
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from mailgate.core.transcripts import told_done

Orders = tuple[Order, ...]


def is_only_about_leave(event: MailReceived) -> bool:
    """Whether a mail speaks of absences and of nothing else (but may ask for help)."""
    orders, words = event.orders.orders, event.orders.text.strip()
    files = bool(event.mail.files)
    speaks = any(isinstance(order.intent, Absent | Present) for order in orders)
    alone = all(isinstance(order.intent, Absent | Present | Help) for order in orders)
    return speaks and alone and not (words or files or event.orders.problems)


def against_leave(event: MailReceived, by: Technician, seen: Seen, policy: Policy) -> Iterator[Problem]:
    """What stands against the absences of a mail: days that are over, none to take back, both at once."""
    today, orders = _today(by, policy, event.received_at), event.orders.orders
    for order in orders:
        if isinstance(order.intent, Absent) and order.intent.last < today:
            yield Problem("absence-over", order.line)
    back = [order for order in orders if isinstance(order.intent, Present)]
    if back and any(isinstance(order.intent, Absent) for order in orders):
        yield Problem("two-absences", back[0].line)
    elif back and not any(last >= today for _, last in seen.absences.get(by.key, ())):
        yield Problem("no-absence", back[0].line)


def leave(orders: Orders, by: Technician, policy: Policy, at: datetime) -> Iterator[Effect]:
    """The absences of a mail as effects."""
    for order in orders:
        if isinstance(order.intent, Absent):
            yield RecordAbsence(by.key, order.intent.first, order.intent.last, at)
        elif isinstance(order.intent, Present):
            yield WithdrawAbsences(by.key, _today(by, policy, at))


def did_leave(orders: Orders) -> Iterator[Did]:
    """The same for the transcript."""
    for order in orders:
        if isinstance(order.intent, Absent):
            first, last = order.intent.first, order.intent.last
            yield Did("away", f"{first}" if first == last else f"{first} → {last}")
        elif isinstance(order.intent, Present):
            yield Did("back")


def take_leave(event: MailReceived, by: Technician, seen: Seen, policy: Policy, findings: Findings) -> Decision:
    """Carry out a mail that is only about leave; its transcript continues the mail it answers."""
    orders, at = event.orders.orders, event.received_at
    did, wants_help = tuple(did_leave(orders)), any(isinstance(order.intent, Help) for order in orders)
    transcript = told_done(event, by, seen.by_token, did, wants_help, policy)
    said = ", ".join(f"{one.code} {one.detail}".rstrip() for one in did)
    effects = (*leave(orders, by, policy, at), transcript, *idle_deed(event, by, seen))
    return Decision(Outcome.RECORDED, f"{by.key} says: {said}", effects, None, findings)


def _today(by: Technician, policy: Policy, at: datetime) -> date:
    return at.astimezone(ZoneInfo(by.timezone or policy.desk.timezone)).date()
