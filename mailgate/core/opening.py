"""A request that starts a ticket: accepted, parked or refused (domain.md §1 and §3).

Accepted: ticket, acknowledgement, pages and clock, all in one decision. Parked: logged and explained, nobody is paged
and no clock runs until somebody releases it. Refused: a polite word, no ticket.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailgate.core import floods
from mailgate.core.budgets import spent_on_refusals
from mailgate.core.classify import Finding
from mailgate.core.clocks import call_back
from mailgate.core.clockwork import opened
from mailgate.core.correspondence import (
    View,
    desk_facts,
    facts_about,
    letter_to_requester,
    to_contact,
    view_of_requester,
)
from mailgate.core.decision import Decision, Findings
from mailgate.core.effects import AddMessage, Effect, OpenTicket, SendMail
from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender
from mailgate.core.letters import Correspondent, Facts, Letter, NoticeFacts, PersonFacts, Tone
from mailgate.core.model import Direction, Identity, MailKind, Outcome, Status
from mailgate.core.paging import Chosen, Wanted, leads_of
from mailgate.core.policy import Policy
from mailgate.core.requests import (
    Request,
    acknowledgement,
    answer,
    asked_for,
    is_parked,
    is_refused,
    language_of,
    new_ticket,
    reply_address,
)
from mailgate.core.routing import Route, Routing
from mailgate.core.seen import Seen
from mailgate.core.summons import Words, message_facts, tell, words_of
from mailgate.core.ticket import Ticket


def request(event: MailReceived, sender: Sender, found: Finding, seen: Seen, policy: Policy) -> Decision:
    """Decide a mail that belongs to no ticket yet; `found` is what it is."""
    asked = asked_for(_whole(event), sender, found, seen, policy)
    if is_refused(asked):
        return _refuse(replace(asked, spent=asked.spent or spent_on_refusals(seen, policy)), seen, policy)
    if is_parked(asked):
        return _park(asked, seen, policy)
    return _accept(asked, seen, policy)


def _whole(event: MailReceived) -> MailReceived:
    """A request that answers a mail we never saw is passed on with what it quotes: nobody here could look it up."""
    mail = event.mail
    return replace(event, mail=replace(mail, text=mail.body)) if mail.references and mail.body else event


def incoming(event: MailReceived, sender: Sender, ticket: int, automatic: bool) -> AddMessage:
    """The mail as a message of the ticket."""
    mail = event.mail
    return AddMessage(
        ticket, Direction.IN, sender.address.mail, event.recipients, mail.text, event.received_at,
        automatic, event.inbox_id, mail.message_id, mail.attachments,
    )  # fmt: skip


def call_people(
    ticket: Ticket, routed: Route, words: Words, seen: Seen, policy: Policy
) -> tuple[Chosen, tuple[Effect, ...]]:
    """Choose the people for an accepted request and page them."""
    wanted = Wanted(
        routed.team,
        routed.notify,
        routed.skills,
        ticket.language,
        routed.assign,
        frozenset(ticket.notified),
        len(ticket.notified),
    )
    return floods.call_people(ticket, wanted, words, seen, policy)


def _accept(asked: Request, seen: Seen, policy: Policy) -> Decision:
    callback = call_back(asked.route.queue, policy, asked.event.received_at)
    ticket = opened(new_ticket(asked, seen, policy), policy, callback)
    effects = _opened(ticket, asked)
    effects += answer(asked, acknowledgement(ticket, asked.route.template, policy), seen)
    chosen, pages = call_people(ticket, asked.route, _words(asked), seen, policy)
    reasons = [f"{asked.door} opens a ticket for {asked.asker}", asked.silence, asked.suggestion, chosen.why]
    reasons.append(asked.routing.matched)
    found = findings(asked.routing, asked.kind)
    return Decision(Outcome.TICKET, sentence(reasons), (*effects, *pages), ticket.number, found)


def _park(asked: Request, seen: Seen, policy: Policy) -> Decision:
    ticket = replace(new_ticket(asked, seen, policy), status=Status.PARKED)
    facts = facts_about(ticket, policy, ticket.language, view_of_requester(ticket))
    facts = replace(facts, notice=NoticeFacts("parked"))
    told = SendMail(letter_to_requester("parked", ticket, policy, Tone.REPLIED, facts), record=True)
    effects = [*_opened(ticket, asked), *answer(asked, told, seen)]
    if not asked.automatic and asked.spent is None and not asked.unread:
        effects += _ask_release(ticket, asked, policy)
    reasons = [f"{asked.door} parks a request of {asked.asker}", asked.silence, asked.suggestion, asked.routing.matched]
    return Decision(
        Outcome.PARKED, sentence(reasons), tuple(effects), ticket.number, findings(asked.routing, asked.kind)
    )


def _opened(ticket: Ticket, asked: Request) -> list[Effect]:
    return [OpenTicket(ticket), incoming(asked.event, asked.sender, ticket.number, asked.automatic)]


def _words(asked: Request) -> Words:
    return replace(words_of(asked.event, asked.sender), suggests=asked.suggested.number if asked.suggested else None)


def _ask_release(ticket: Ticket, asked: Request, policy: Policy) -> Iterator[Effect]:
    """Who may release a parked request: the customer's contacts for a colleague of theirs; the leads of the desk for a
    stranger, and for a contact, whom only a rule of the desk can have parked."""
    words, customer = _words(asked), asked.sender.customer
    if customer is None or not customer.contacts or asked.sender.identity is Identity.CONTACT:
        yield from tell(ticket, leads_of(asked.route.team, policy), NoticeFacts("parked"), words, policy)
        return
    message, _ = message_facts(replace(words, inbox_id=None), policy)
    for contact in customer.contacts:
        reader = to_contact(contact, customer, policy)
        facts = facts_about(ticket, policy, reader.language, View.REQUESTER)
        facts = replace(facts, message=message, notice=NoticeFacts("release-asked"))
        yield SendMail(Letter("parked", reader, Tone.GENERATED, facts, ticket.number))


def _refuse(asked: Request, seen: Seen, policy: Policy) -> Decision:
    known = PersonFacts("", asked.sender.address.mail, registered=asked.sender.registered)
    facts = Facts(desk_facts(policy), contact=known, notice=NoticeFacts("refused", asked.route.refuse or ""))
    language = language_of(asked.sender, asked.event.mail.language, policy)
    reader = Correspondent(reply_address(asked.event, asked.sender), "", language, policy.desk.timezone)
    answered = asked.event.mail.message_id
    letter = Letter("refused", reader, Tone.REPLIED, facts, None, answered, (answered,) * bool(answered))
    effects = answer(asked, SendMail(letter), seen)
    reasons = [f"{asked.door} refuses {asked.asker}", asked.silence, asked.routing.matched]
    return Decision(Outcome.REFUSED, sentence(reasons), effects, None, findings(asked.routing, asked.kind))


def findings(routing: Routing, kind: MailKind) -> Findings:
    """What `explain` shows of a mail that the rules were asked about."""
    sender = routing.sender
    return Findings(sender.identity, sender.level, kind, routing.facts, routing.traces)


def sentence(reasons: list[str]) -> str:
    """A decision's reasons in one line."""
    return "; ".join(reason for reason in reasons if reason)
