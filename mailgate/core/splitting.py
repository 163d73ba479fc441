"""Two requests in one ticket: the customer's newest message becomes a request of its own.

The message moves, with its files, and with it whatever answers it later by its Message-ID. The new ticket was asked for
when the message came: its clocks count from then, and people are called as for any new request of its queue. Whoever
wrote it asks for it, and is acknowledged, unless the mail that splits is a note. What opened a ticket stays there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mailgate.core.clocks import call_back
from mailgate.core.clockwork import opened
from mailgate.core.effects import AddMessage, Effect, OpenTicket
from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender, recognise
from mailgate.core.intents import (
    AddWatcher,
    Intent,
    LinkTo,
    MergeInto,
    Order,
    Problem,
    RemoveWatcher,
    SetContact,
    SetCustomer,
    SetSubject,
    SplitOff,
)
from mailgate.core.model import Address, Direction
from mailgate.core.opening import call_people
from mailgate.core.plan import Plan
from mailgate.core.policy import Actions, Policy
from mailgate.core.preludes import Prelude
from mailgate.core.relation_effects import LinkTickets, MoveMessage
from mailgate.core.requests import acknowledgement
from mailgate.core.routing import Route, settle
from mailgate.core.seen import Seen
from mailgate.core.summons import Words
from mailgate.core.ticket import Line, Ticket

APART: tuple[type[Intent], ...] = (
    SplitOff,
    MergeInto,
    LinkTo,
    SetSubject,
    SetContact,
    SetCustomer,
    AddWatcher,
    RemoveWatcher,
)
"""What does not stand in the same mail: nobody could tell which of the two tickets is meant."""


def against_splitting(event: MailReceived, seen: Seen) -> Iterator[Problem]:
    """Everything that stands against splitting a message off the ticket of a mail."""
    orders, ticket = event.orders.orders, seen.by_token
    order = _splitting(orders)
    if order is None or ticket is None:
        return
    wrong = (one for one in orders if one is not order and isinstance(one.intent, APART))
    yield from (Problem("one-at-a-time", one.line) for one in tuple(wrong)[:1])
    if _newest(ticket) is None:
        yield Problem("nothing-to-split", order.line)


def split(planned: Plan, seen: Seen, policy: Policy, at: datetime) -> Prelude | None:
    """What a mail that splits a message off its ticket leads to, None when it splits nothing."""
    ticket, order = planned.ticket, _splitting(planned.orders)
    line = _newest(ticket)
    if order is None or line is None or line.inbox_id is None:
        return None
    fresh = _ticket(order, line, ticket, seen, policy)
    chosen, called = call_people(fresh, _route(fresh, policy), _words(line, fresh, at), seen, policy)
    effects: tuple[Effect, ...] = (
        OpenTicket(fresh),
        MoveMessage(ticket.number, fresh.number, line.inbox_id),
        AddMessage(fresh.number, Direction.INTERNAL, planned.by.mail, (), f"(#{ticket.number}) {order.line}", at),
        LinkTickets(fresh.number, ticket.number, at),
        *(() if planned.internal else (acknowledgement(fresh, "acknowledgement", policy),)),
        *called,
    )
    graded = replace(planned.graded, links=(*planned.graded.links, fresh.number))
    because = f"the newest message becomes #{fresh.number}; {chosen.why}"
    return Prelude(replace(planned, graded=graded), effects, because)


def _splitting(orders: tuple[Order, ...]) -> Order | None:
    return next((order for order in orders if isinstance(order.intent, SplitOff)), None)


def _newest(ticket: Ticket) -> Line | None:
    """The newest message of the customer's side; what opened the ticket is none."""
    wrote = (line for line in reversed(ticket.history) if line.direction is Direction.IN and not line.automatic)
    newest = next(wrote, None)
    return None if newest is None or newest.inbox_id is None or newest.at <= ticket.opened_at else newest


def _ticket(order: Order, line: Line, ticket: Ticket, seen: Seen, policy: Policy) -> Ticket:
    """A request as its message would have made it, in the queue and with the grades of the ticket that it was in."""
    asker = recognise(Address(line.who), line.who, policy)
    named = order.intent.subject if isinstance(order.intent, SplitOff) else ""
    queue = policy.queues.get(ticket.queue, policy.default_queue)
    fresh = Ticket(
        number=seen.next_ticket,
        queue=queue.key,
        subject=named or ticket.subject,
        requester=_named(asker, ticket),
        opened_at=line.at,
        language=_language(asker, ticket),
        timezone=ticket.timezone,
        kind=ticket.kind,
        severity=ticket.severity,
        priority=ticket.priority,
        customer=asker.customer_key or ticket.customer,
        registered=asker.registered,
        tags=ticket.tags,
        participants=frozenset({line.who.lower()}),
        team=ticket.team,
        notify=ticket.notify,
        skills=ticket.skills,
        links=(ticket.number,),
    )
    return opened(fresh, policy, call_back(queue, policy, line.at))


def _named(asker: Sender, ticket: Ticket) -> Address:
    same = asker.address.mail.lower() == ticket.requester.mail.lower()
    return ticket.requester if same else asker.address


def _language(asker: Sender, ticket: Ticket) -> str:
    spoken = asker.contact.language if asker.contact else None
    return spoken or (asker.customer.language if asker.customer else None) or ticket.language


def _route(fresh: Ticket, policy: Policy) -> Route:
    team = fresh.team if fresh.team in policy.teams else None
    said = Actions(team=team, notify=fresh.notify, skills=frozenset(fresh.skills))
    return settle(said, policy.queues[fresh.queue])


def _words(line: Line, fresh: Ticket, at: datetime) -> Words:
    """The message for people who are called now: who is there, and whether it is one of a flood, is asked of now."""
    return Words(line.text, fresh.requester, at, line.inbox_id, line.attachments)
