"""A mail that asks for something new: who asks, how the rules want it treated, and whether an automatic answer may
leave, where it goes and what it shows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mailgate.core import signs
from mailgate.core.budgets import Spent, hold_back, is_bounded, spent_on_answers
from mailgate.core.classify import SHOWN, Finding, described
from mailgate.core.correspondence import letter_to_requester
from mailgate.core.effects import Effect, SendMail
from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender, is_ours
from mailgate.core.letters import Letter, Tone
from mailgate.core.levels import Act, may
from mailgate.core.model import Identity, MailKind
from mailgate.core.policy import Policy, UnknownSenders
from mailgate.core.routing import Route, Routing, route
from mailgate.core.seen import Seen
from mailgate.core.threads import suggested
from mailgate.core.ticket import Ticket

KEPT_REFERENCES = 10


@dataclass(frozen=True, slots=True)
class Request:
    """A mail that asks for something new, and how the rules want it treated; `spent` is the budget that forbids an
    automatic answer, `suggested` the ticket that it may belong to, `unread` why nobody would read an answer."""

    event: MailReceived
    routing: Routing
    found: Finding
    spent: Spent | None = None
    suggested: Ticket | None = None
    unread: str = ""

    @property
    def route(self) -> Route:
        return self.routing.route

    @property
    def sender(self) -> Sender:
        return self.routing.sender

    @property
    def kind(self) -> MailKind:
        return self.found[0]

    @property
    def automatic(self) -> bool:
        """Whether no person wrote it."""
        return self.kind is not MailKind.PERSON

    @property
    def wants_answer(self) -> bool:
        """Whether an automatic answer is due (RFC 3834 §2): to a person, never to the null reverse-path, to ourselves,
        or where only a program is."""
        heard = bool(self.event.envelope_from) and not self.unread
        return not self.automatic and heard and self.route.acknowledge

    @property
    def silence(self) -> str:
        """Why there is no automatic answer, or ""."""
        if not self.event.envelope_from:
            return "not answered: null reverse-path"
        if self.automatic:
            return f"not answered: {described(self.found)}"
        if self.unread:
            return f"not answered: {self.unread}"
        if not self.route.acknowledge:
            return "not answered: a rule says so"
        return f"not answered: {self.spent.why}" if self.spent else ""

    @property
    def suggestion(self) -> str:
        """Which ticket it may belong to, for reasons, or ""."""
        return f"it may belong to #{self.suggested.number}" if self.suggested else ""

    @property
    def door(self) -> str:
        """The queue's door, for reasons."""
        return f"{self.route.queue.key} door"

    @property
    def asker(self) -> str:
        """The sender, for reasons."""
        firm = f" of '{self.sender.customer.key}'" if self.sender.customer else ""
        return f"{self.sender.identity.value} {self.sender.address.mail or '<>'}{firm}"


def asked_for(event: MailReceived, sender: Sender, found: Finding, seen: Seen, policy: Policy) -> Request:
    """What a mail asks for; `found` is what it is."""
    address = reply_address(event, sender)
    return Request(
        event,
        route(event, sender, found[0], policy),
        found,
        spent_on_answers(sender, address, event.recipients, seen, policy),
        suggested(event, seen),
        unread(address, sender, policy),
    )


def answer(asked: Request, sent: SendMail, seen: Seen) -> tuple[Effect, ...]:
    """The automatic answer as it leaves, or what remembers that a budget held it back."""
    if not asked.wants_answer:
        return ()
    if asked.spent is not None:
        address = reply_address(asked.event, asked.sender)
        return hold_back(asked.spent, address, sent.letter.ticket, seen, asked.event.received_at)
    return (replace(sent, letter=_to_sender(sent.letter, asked), counted=is_bounded(asked.sender)),)


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
        registered=sender.registered and may(sender, Act.SEE_OWN_WORDS),
        assignee=routed.assign,
        tags=routed.tags,
        team=routed.team,
        notify=routed.notify,
        skills=tuple(sorted(routed.skills)),
        participants=frozenset({sender.address.mail.lower(), reply_address(asked.event, sender).lower()} - {""}),
        references=references,
    )


def reply_address(event: MailReceived, sender: Sender) -> str:
    """Where automatic answers go: the registered address of a contact, else the envelope sender (interfaces.md §5).

    What a person writes goes to the author: whoever forges a colleague's From must not read the answer."""
    return sender.address.mail if sender.registered else event.envelope_from or sender.address.mail


def unread(address: str, sender: Sender, policy: Policy) -> str:
    """Why nobody would read what is sent to the envelope sender `address`, or ""; contacts read what they are named
    by. A forger names ourselves, and each of our answers would come back as a mail."""
    local = signs.local_part(address)
    if sender.registered:
        return ""
    if is_ours(address, policy):
        return "its envelope sender is an address of this desk"
    programs = signs.is_daemon(local) or signs.is_often_unread(local) or signs.wants_no_reply(local)
    return f"nobody reads its envelope sender {local[:SHOWN]}" if programs else ""


def _to_sender(letter: Letter, asked: Request) -> Letter:
    """An automatic answer, to whoever handed the request in; who writes from elsewhere is not told whose customer the
    author would be."""
    address, firm = reply_address(asked.event, asked.sender), asked.sender.customer
    if firm is not None and asked.sender.registered:
        return letter
    at_home = firm is not None and address.rpartition("@")[2].lower() in firm.domains
    facts = letter.facts if at_home else replace(letter.facts, customer=None)
    return replace(letter, to=replace(letter.to, address=address), facts=facts)


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


def acknowledgement(ticket: Ticket, template: str, policy: Policy) -> SendMail:
    """The acknowledgement with the real deadline; an unknown sender's shows nothing of theirs."""
    return SendMail(letter_to_requester(template, ticket, policy, Tone.REPLIED), record=True)
