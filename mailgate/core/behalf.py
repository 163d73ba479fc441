"""A ticket that somebody at the desk opens for a customer (`mailgate open`): like a mail of that contact."""

from __future__ import annotations

from mailgate.core.clocks import call_back
from mailgate.core.clockwork import opened
from mailgate.core.decision import Decision
from mailgate.core.effects import AddMessage, Effect, OpenTicket
from mailgate.core.events import TicketRequested
from mailgate.core.identity import recognise
from mailgate.core.model import Address, Direction, Outcome
from mailgate.core.opening import call_people, sentence
from mailgate.core.policy import Actions, Policy
from mailgate.core.requests import acknowledgement, language_of
from mailgate.core.routing import settle
from mailgate.core.seen import Seen
from mailgate.core.summons import Words
from mailgate.core.ticket import Ticket


def open_on_behalf(event: TicketRequested, seen: Seen, policy: Policy) -> Decision:
    """Open the ticket, acknowledge it to the contact, page the people."""
    queue = policy.queues.get(event.queue or "", policy.default_queue)
    sender = recognise(Address(event.contact), event.contact, policy)
    customer = policy.customers.get(event.customer)
    callback, routed = call_back(queue, policy, event.received_at), settle(Actions(), queue)
    ticket = Ticket(
        number=seen.next_ticket,
        queue=queue.key,
        subject=event.subject,
        requester=sender.address,
        opened_at=event.received_at,
        language=language_of(sender, None, policy),
        timezone=(customer.timezone if customer else None) or policy.desk.timezone,
        customer=customer.key if customer else None,
        registered=sender.registered,
        tags=(event.channel,),
        participants=frozenset({event.contact.lower()}),
    )
    ticket = opened(ticket, policy, callback)
    words = Words(event.text, sender.address, event.received_at)
    said = AddMessage(ticket.number, Direction.IN, event.contact, (), event.text, event.received_at)
    effects: list[Effect] = [OpenTicket(ticket), said, acknowledgement(ticket, "acknowledgement", policy)]
    chosen, pages = call_people(ticket, routed, words, seen, policy)
    because = f"opened at the desk for {event.contact} of '{event.customer}' ({event.channel})"
    return Decision(Outcome.TICKET, sentence([because, chosen.why]), (*effects, *pages), ticket.number)
