"""What follows from what a technician's mail says of a ticket's relations: the effects, and who is told.

Nobody watches a ticket because a mail named them in To or Cc (hazards A30): a technician says so. Whoever watches gets
what the customer is told as a mail of their own, with a signed address of their own, and may go on with the ticket by
it. A note changes everything in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mailgate.core.correspondence import View, facts_about, letter_to_requester, view_of_requester
from mailgate.core.effects import Effect, SendMail
from mailgate.core.identity import person_id, recognise
from mailgate.core.intents import (
    AddWatcher,
    LinkTo,
    MergeInto,
    Order,
    RemoveWatcher,
    SetContact,
    SetCustomer,
    SetSubject,
    SplitOff,
)
from mailgate.core.letters import Correspondent, Did, Doubt, Letter, NoticeFacts, PersonFacts, Tone
from mailgate.core.model import Address, TokenKind
from mailgate.core.plan import Plan
from mailgate.core.policy import Policy
from mailgate.core.relation_effects import ChangeCustomer, ChangeRequester, ChangeSubject, LinkTickets, Unwatch, Watch
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ticket


def relate(planned: Plan, after: Ticket, seen: Seen, policy: Policy, at: datetime) -> Iterator[Effect]:
    """What makes the ticket so, and what those are told who hear of it from now on."""
    before, number = planned.ticket, planned.ticket.number
    if after.subject != before.subject:
        yield ChangeSubject(number, after.subject)
    if after.customer != before.customer and after.customer is not None:
        yield ChangeCustomer(number, after.customer, after.timezone)
    if _asks_anew(before, after):
        yield ChangeRequester(number, after.requester, after.language, after.registered)
        if not planned.internal:
            yield SendMail(followed(after, policy), record=True)
    for one in planned.orders:
        if isinstance(one.intent, LinkTo) and one.intent.ticket in seen.named:
            yield LinkTickets(number, seen.named[one.intent.ticket].number, at)
    yield from _watched(planned, after, policy, at)


def copies(letter: Letter, ticket: Ticket, policy: Policy) -> Iterator[SendMail]:
    """What the customer is told, for everybody who watches: the same words, each under an address of their own."""
    for address in ticket.watchers:
        if address != ticket.requester.mail.lower():
            reader = _to_watcher(address, ticket, policy)
            facts = replace(letter.facts, contact=PersonFacts(reader.name, address, registered=bool(reader.name)))
            yield SendMail(replace(letter, to=reader, facts=facts, in_reply_to="", references=()))


def did_relate(orders: tuple[Order, ...], before: Ticket, after: Ticket, policy: Policy) -> Iterator[Did]:
    """What a transcript and the journal say of it."""
    for order in orders:
        match order.intent:
            case SetSubject():
                yield Did("subject", after.subject)
            case SetCustomer():
                yield Did("customer", policy.customers[after.customer].name if after.customer else "")
            case SetContact():
                yield Did("contact", after.requester.mail if _asks_anew(before, after) else before.requester.mail)
            case LinkTo(ticket=number):
                yield Did("linked", str(number))
            case MergeInto():
                yield Did("merged", str(after.number))
            case SplitOff():
                yield Did("split", str(after.links[-1]))
            case AddWatcher(mail=mail):
                yield Did("watched", mail)
            case RemoveWatcher(mail=mail):
                yield Did("unwatched", mail)


def cautions(planned: Plan, policy: Policy) -> Iterator[Doubt]:
    """What of it is asked about first: another firm pays, somebody hears whom neither the rules nor the ticket know as
    the customer's, or a request becomes part of another one for good."""
    after = planned.graded
    customer = policy.customers.get(after.customer or "")
    if customer is not None and after.customer != planned.ticket.customer:
        yield Doubt("changes-customer", customer.name)
    for order in planned.orders:
        match order.intent:
            case SetContact(mail=mail) | AddWatcher(mail=mail) if _is_outsider(mail, planned.ticket, after, policy):
                yield Doubt("outsider", mail)
            case MergeInto(ticket=number):
                yield Doubt("merges", str(number))


def _is_outsider(mail: str, before: Ticket, after: Ticket, policy: Policy) -> bool:
    known = recognise(Address(mail), mail, policy).customer_key
    return mail.lower() not in before.participants and (known is None or known != after.customer)


def _asks_anew(before: Ticket, after: Ticket) -> bool:
    return after.requester.mail.lower() != before.requester.mail.lower()


def _watched(planned: Plan, after: Ticket, policy: Policy, at: datetime) -> Iterator[Effect]:
    """Who watches from now on is told so, unless the words of the same mail are on their way to them."""
    before, number = planned.ticket, planned.ticket.number
    for address in after.watchers:
        if address in before.watchers:
            continue
        yield Watch(number, address, at)
        if not planned.internal and not planned.notifies:
            yield SendMail(_told_to_watch(after, address, policy))
    for address in before.watchers:
        if address not in after.watchers:
            yield Unwatch(number, address)


def followed(ticket: Ticket, policy: Policy) -> Letter:
    """Under which number their request is followed, and until when they will hear, as an acknowledgement says it."""
    facts = facts_about(ticket, policy, ticket.language, view_of_requester(ticket))
    owed = ticket.callback is not None and ticket.callback.running
    facts = replace(facts, notice=NoticeFacts("contact"), deadline=facts.deadline if owed else None)
    letter = letter_to_requester("followed", ticket, policy, Tone.GENERATED, facts)
    return replace(letter, in_reply_to="", references=())


def _told_to_watch(ticket: Ticket, address: str, policy: Policy) -> Letter:
    """That they will hear; whom the rules do not know sees nothing that the customer wrote."""
    reader = _to_watcher(address, ticket, policy)
    registered = recognise(Address(address), address, policy).registered
    facts = facts_about(ticket, policy, reader.language, View.REQUESTER if registered else View.STRANGER)
    known = PersonFacts(reader.name, address, registered=registered)
    facts = replace(facts, contact=known, notice=NoticeFacts("watch"), deadline=None)
    return Letter("followed", reader, Tone.GENERATED, facts, ticket.number)


def _to_watcher(address: str, ticket: Ticket, policy: Policy) -> Correspondent:
    contact = recognise(Address(address), address, policy).contact
    name, spoken = (contact.name, contact.language) if contact else ("", None)
    person = person_id("contact", address)
    return Correspondent(address, name, spoken or ticket.language, ticket.timezone, TokenKind.CONTACT, person)
