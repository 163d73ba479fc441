"""A request that starts a ticket: accepted, parked or refused (domain.md §1 and §3).

Accepted: ticket, acknowledgement, pages and clock, all in one decision. Parked: logged and explained, nobody is paged
and no clock runs until somebody releases it. Refused: a polite word, no ticket.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailgate.core.classify import mail_kind
from mailgate.core.clocks import promise, started
from mailgate.core.correspondence import (
    View,
    deadline_facts,
    desk_facts,
    facts_about,
    letter_to_requester,
    to_contact,
    view_of_requester,
)
from mailgate.core.decision import Decision, Findings
from mailgate.core.effects import AddMessage, Effect, OpenTicket, SendMail
from mailgate.core.events import MailReceived
from mailgate.core.hours import Deadline
from mailgate.core.identity import Sender
from mailgate.core.letters import Correspondent, Facts, Letter, NoticeFacts, PersonFacts, Tone
from mailgate.core.model import (
    AuthVerdict,
    Direction,
    Identity,
    MailKind,
    Outcome,
    Status,
    Ticket,
)
from mailgate.core.paging import Chosen, Wanted, choose, leads_of
from mailgate.core.policy import Policy, UnknownSenders
from mailgate.core.restraint import asked_enough, refused_enough
from mailgate.core.routing import Route, Routing, addressed_queue, route
from mailgate.core.seen import Seen
from mailgate.core.summons import Words, message_facts, summon, tell

KEPT_REFERENCES = 10


@dataclass(frozen=True, slots=True)
class Request:
    """A mail that asks for something new, and how the rules want it treated; `enough` when its sender may be a robot
    and was answered enough."""

    event: MailReceived
    routing: Routing
    kind: MailKind
    enough: bool = False

    @property
    def route(self) -> Route:
        return self.routing.route

    @property
    def sender(self) -> Sender:
        return self.routing.sender

    @property
    def automatic(self) -> bool:
        """Whether no person wrote it."""
        return self.kind is not MailKind.PERSON

    @property
    def may_answer(self) -> bool:
        """Whether an automatic answer may leave (RFC 3834 §2): to a person, never to the null reverse-path."""
        return not self.automatic and not self.enough and bool(self.event.envelope_from) and self.route.acknowledge

    @property
    def silence(self) -> str:
        """Why there is no automatic answer, or ""."""
        if self.may_answer:
            return ""
        if not self.event.envelope_from:
            return "not answered: null reverse-path"
        if self.enough:
            return "not answered: this sender was, often enough for a day"
        return "not answered: a rule says so" if not self.automatic else f"not answered: {self.kind.value} mail"

    @property
    def door(self) -> str:
        """The queue's door, for reasons."""
        return f"{self.route.queue.key} door"

    @property
    def asker(self) -> str:
        """The sender, for reasons."""
        firm = f" of '{self.sender.customer.key}'" if self.sender.customer else ""
        return f"{self.sender.identity.value} {self.sender.address.mail or '<>'}{firm}"


def request(event: MailReceived, sender: Sender, seen: Seen, policy: Policy) -> Decision:
    """Decide a mail that belongs to no ticket yet."""
    enough = asked_enough(seen, policy) and addressed_queue(event.recipients, policy) is None
    asked = Request(_whole(event), route(event, sender, policy), mail_kind(event, sender), enough)
    if is_refused(asked):
        return _refuse(replace(asked, enough=asked.enough or refused_enough(seen)), policy)
    if is_parked(asked):
        return _park(asked, seen, policy)
    return _accept(asked, seen, policy)


def _whole(event: MailReceived) -> MailReceived:
    """A request that answers a mail we never saw is passed on with what it quotes: nobody here could look it up."""
    mail = event.mail
    return replace(event, mail=replace(mail, text=mail.body)) if mail.references and mail.body else event


def is_refused(asked: Request) -> bool:
    """Whether a rule, or the queue for unknown senders, turns the request away."""
    unknown = asked.sender.identity is Identity.UNKNOWN
    by_queue = unknown and asked.route.queue.unknown_senders is UnknownSenders.REFUSE
    return asked.route.refuse is not None or (by_queue and asked.route.park is None)


def is_parked(asked: Request) -> bool:
    """Whether the request waits for somebody's word: a rule's, the queue's for unknown senders, or an unauthorised
    colleague's."""
    if asked.route.park is not None:
        return asked.route.park
    unknown = asked.sender.identity is Identity.UNKNOWN
    by_queue = unknown and asked.route.queue.unknown_senders is UnknownSenders.PARK
    return by_queue or asked.sender.identity is Identity.COLLEAGUE


def words_of(event: MailReceived, sender: Sender) -> Words:
    """What the mail said, for those who are told of it."""
    return Words(event.mail.text, sender.address, event.received_at, event.inbox_id, event.mail.attachments)


def incoming(event: MailReceived, sender: Sender, ticket: int, automatic: bool) -> AddMessage:
    """The mail as a message of the ticket."""
    mail = event.mail
    return AddMessage(
        ticket, Direction.IN, sender.address.mail, event.recipients, mail.text, event.received_at,
        automatic, event.inbox_id, mail.message_id, mail.attachments,
    )  # fmt: skip


def new_ticket(asked: Request, seen: Seen, policy: Policy) -> Ticket:
    """The ticket that a mail asks for, before any clock runs."""
    sender, routed, mail = asked.sender, asked.route, asked.event.mail
    customer = sender.customer
    references = tuple(dict.fromkeys((*mail.references, mail.message_id)))[-KEPT_REFERENCES:] if mail.message_id else ()
    return Ticket(
        number=seen.next_ticket,
        queue=routed.queue.key,
        subject=mail.subject,
        requester=sender.address,
        opened_at=asked.event.received_at,
        language=language_of(sender, mail.language, policy),
        timezone=(customer.timezone if customer else None) or policy.desk.timezone,
        kind=routed.kind,
        level=routed.level,
        severity=routed.severity,
        priority=routed.priority,
        customer=sender.customer_key,
        registered=sender.registered and asked.event.verdict is not AuthVerdict.FAIL,
        assignee=routed.assign,
        tags=routed.tags,
        team=routed.team,
        notify=routed.notify,
        skills=tuple(sorted(routed.skills)),
        participants=frozenset({sender.address.mail.lower(), reply_address(asked).lower()} - {""}),
        references=references,
    )


def reply_address(asked: Request) -> str:
    """Where automatic answers go: the registered address of a contact, else the envelope sender (interfaces.md §5).

    What a person writes goes to the author: whoever forges a colleague's From must not read the answer."""
    if asked.sender.registered:
        return asked.sender.address.mail
    return asked.event.envelope_from or asked.sender.address.mail


def to_sender(sent: SendMail, asked: Request) -> SendMail:
    """An automatic answer, to whoever handed the request in; who writes from elsewhere is not told whose customer the
    author would be."""
    address, firm = reply_address(asked), asked.sender.customer
    at_home = firm is not None and (asked.sender.registered or address.rpartition("@")[2].lower() in firm.domains)
    letter = sent.letter
    facts = letter.facts if at_home else replace(letter.facts, customer=None)
    return replace(sent, letter=replace(letter, to=replace(letter.to, address=address), facts=facts))


SPOKEN = frozenset({"fr", "en"})
"""Languages in which every mail exists."""


def language_of(sender: Sender, written: str | None, policy: Policy) -> str:
    """The language of a correspondent: as the rules say, else as they write, else the desk's."""
    if sender.contact is not None and sender.contact.language:
        return sender.contact.language
    if sender.customer is not None and sender.customer.language:
        return sender.customer.language
    desk = policy.desk.language
    if written is None or desk.partition("-")[0] == written:
        return desk
    return written if written in SPOKEN else desk


def acknowledgement(ticket: Ticket, template: str, owed: Deadline, policy: Policy) -> SendMail:
    """The acknowledgement with the real deadline; an unknown sender's shows nothing of theirs."""
    facts = facts_about(ticket, policy, ticket.language, view_of_requester(ticket))
    facts = replace(facts, deadline=deadline_facts(ticket, policy, owed))
    return SendMail(letter_to_requester(template, ticket, policy, Tone.REPLIED, facts), record=True)


def call_people(ticket: Ticket, routed: Route, words: Words, seen: Seen, policy: Policy) -> tuple[Chosen, list[Effect]]:
    """Choose the people for an accepted request and page them."""
    wanted = Wanted(
        routed.team, routed.notify, routed.skills, ticket.language, routed.assign, frozenset(ticket.notified)
    )
    chosen = choose(wanted, policy, seen, words.at)
    return chosen, list(summon(ticket, chosen, words, policy))


def _accept(asked: Request, seen: Seen, policy: Policy) -> Decision:
    owed = promise(asked.route.queue, policy, asked.event.received_at)
    ticket = replace(new_ticket(asked, seen, policy), callback=started(owed))
    effects: list[Effect] = [OpenTicket(ticket), incoming(asked.event, asked.sender, ticket.number, asked.automatic)]
    if asked.may_answer:
        effects.append(to_sender(acknowledgement(ticket, asked.route.template, owed, policy), asked))
    chosen, pages = call_people(ticket, asked.route, words_of(asked.event, asked.sender), seen, policy)
    reasons = [f"{asked.door} opens a ticket for {asked.asker}", asked.silence, chosen.why, asked.routing.matched]
    return Decision(
        Outcome.TICKET, sentence(reasons), (*effects, *pages), ticket.number, findings(asked.routing, asked.kind, owed)
    )


def _park(asked: Request, seen: Seen, policy: Policy) -> Decision:
    ticket = replace(new_ticket(asked, seen, policy), status=Status.PARKED)
    effects: list[Effect] = [OpenTicket(ticket), incoming(asked.event, asked.sender, ticket.number, asked.automatic)]
    if asked.may_answer:
        facts = facts_about(ticket, policy, ticket.language, view_of_requester(ticket))
        facts = replace(facts, notice=NoticeFacts("parked"))
        answer = SendMail(letter_to_requester("parked", ticket, policy, Tone.REPLIED, facts), record=True)
        effects.append(to_sender(answer, asked))
    if not asked.automatic and not asked.enough:
        effects += _ask_release(ticket, asked, policy)
    reasons = [f"{asked.door} parks a request of {asked.asker}", asked.silence, asked.routing.matched]
    return Decision(
        Outcome.PARKED, sentence(reasons), tuple(effects), ticket.number, findings(asked.routing, asked.kind)
    )


def _ask_release(ticket: Ticket, asked: Request, policy: Policy) -> Iterator[Effect]:
    """Who may release a parked request: the customer's contacts for a colleague of theirs; the leads of the desk for a
    stranger, and for a contact, whom only a rule of the desk can have parked."""
    words, customer = words_of(asked.event, asked.sender), asked.sender.customer
    if customer is None or not customer.contacts or asked.sender.identity is Identity.CONTACT:
        yield from tell(ticket, leads_of(asked.route.team, policy), NoticeFacts("parked"), words, policy)
        return
    message, _ = message_facts(replace(words, inbox_id=None), policy)
    for contact in customer.contacts:
        reader = to_contact(contact, customer, policy)
        facts = facts_about(ticket, policy, reader.language, View.REQUESTER)
        facts = replace(facts, message=message, notice=NoticeFacts("release-asked"))
        yield SendMail(Letter("parked", reader, Tone.GENERATED, facts, ticket.number))


def _refuse(asked: Request, policy: Policy) -> Decision:
    effects: list[Effect] = []
    if asked.may_answer:
        known = PersonFacts("", asked.sender.address.mail, registered=asked.sender.registered)
        facts = Facts(desk_facts(policy), contact=known, notice=NoticeFacts("refused", asked.route.refuse or ""))
        language = language_of(asked.sender, asked.event.mail.language, policy)
        reader = Correspondent(reply_address(asked), "", language, policy.desk.timezone)
        answered = asked.event.mail.message_id
        effects.append(
            SendMail(Letter("refused", reader, Tone.REPLIED, facts, None, answered, (answered,) * bool(answered)))
        )
    reasons = [f"{asked.door} refuses {asked.asker}", asked.silence, asked.routing.matched]
    return Decision(Outcome.REFUSED, sentence(reasons), tuple(effects), None, findings(asked.routing, asked.kind))


def findings(routing: Routing, kind: MailKind, owed: Deadline | None = None) -> Findings:
    """What `explain` shows of a mail that the rules were asked about."""
    return Findings(routing.sender.identity, kind, routing.facts, routing.traces, owed)


def sentence(reasons: list[str]) -> str:
    """A decision's reasons in one line."""
    return "; ".join(reason for reason in reasons if reason)
