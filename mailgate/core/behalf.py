"""A ticket that somebody at the desk opens for a customer (`mailgate open`): like a mail of that contact."""

from __future__ import annotations

from mailgate.core.clocks import call_back
from mailgate.core.clockwork import opened
from mailgate.core.decision import Decision
from mailgate.core.doing import ATTENDED, worked
from mailgate.core.effects import AddMessage, Effect, OpenTicket
from mailgate.core.events import MailReceived, TicketRequested
from mailgate.core.identity import Sender, recognise
from mailgate.core.intents import Order, Orders, Spend
from mailgate.core.model import Activity, Address, Direction, Door, Identity, Mail, Outcome
from mailgate.core.opening import call_people, sentence
from mailgate.core.people import Technician
from mailgate.core.plan import Plan, plan
from mailgate.core.policy import Actions, Policy
from mailgate.core.requests import acknowledgement, language_of
from mailgate.core.routing import settle
from mailgate.core.seen import Seen
from mailgate.core.starting import BRINGS_IN, with_clocks
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
    effects: list[Effect] = [OpenTicket(ticket), said]
    because = f"opened at the desk for {event.contact} of '{event.customer}' ({event.channel})"
    by = policy.technicians.get(event.technician or "")
    if by is not None and event.activity is not None:
        done = _attended(event, by, ticket, seen, policy)
        reasons = [because, f"{by.key} {BRINGS_IN} {event.contact}", ATTENDED]
        return Decision(Outcome.TICKET, sentence(reasons), (*effects, *done), ticket.number)
    chosen, pages = call_people(ticket, routed, words, seen, policy)
    acknowledged = acknowledgement(ticket, "acknowledgement", policy)
    return Decision(Outcome.TICKET, sentence([because, chosen.why]), (*effects, acknowledged, *pages), ticket.number)


def _attended(event: TicketRequested, by: Technician, ticket: Ticket, seen: Seen, policy: Policy) -> tuple[Effect, ...]:
    """What the technician did before the ticket was opened, as if they had told it by mail."""
    did = Spend(event.activity or Activity.OTHER, event.minutes)
    mail = Mail(Address(by.mail, by.name), event.subject)
    work = MailReceived(
        event.inbox_id, Door.CLI, "", (), event.received_at, "", mail, Orders("", (Order(did, f"#{did.activity}"),))
    )
    planned = plan(work, by, ticket, policy)
    assert isinstance(planned, Plan), "nothing stands against one intervention on a new ticket"
    done, _, _ = worked(work, Sender(Identity.TECHNICIAN, mail.sender or Address(by.mail)), planned, seen, policy)
    return with_clocks(done, work, ticket, seen, policy)
