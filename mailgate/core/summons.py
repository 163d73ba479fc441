"""Calling people to a ticket: a mail and every pager for each of them, and the leads when they are too few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from mailgate.core.correspondence import (
    View,
    desk_facts,
    enclose,
    facts_about,
    notice_letters,
    person_facts,
    to_technician,
)
from mailgate.core.effects import Effect, SendMail, TakeTurn
from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender
from mailgate.core.letters import Enclosure, Facts, Letter, MessageFacts, NoticeFacts, Proof, Tone
from mailgate.core.model import Address, Attachment, AuthLevel, AuthVerdict, Channel, Forwarded, Identity
from mailgate.core.page_effects import Await, Page
from mailgate.core.paging import Chosen, Wanted, choose, leads_of
from mailgate.core.people import Pager, Technician
from mailgate.core.policy import Policy, Queue
from mailgate.core.seen import Seen
from mailgate.core.subjects import renamed
from mailgate.core.targets import gateway_of
from mailgate.core.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Words:
    """What a mail said, for those who are told of it; `inbox_id` is where its attachments lie.

    `suggests` is a ticket that the mail may belong to; `proof` and `forwarded` as in `letters.MessageFacts`; `subject`
    is that of a customer's mail."""

    text: str
    sender: Address
    at: datetime
    inbox_id: int | None = None
    attachments: tuple[Attachment, ...] = ()
    forwarded: Forwarded | None = None
    proof: Proof = Proof.UNASKED
    suggests: int | None = None
    subject: str = ""


def first_words(ticket: Ticket, at: datetime) -> Words:
    """What was asked when the request came, with its files, for those who hear of it at `at`."""
    first = next((line for line in ticket.history if line.who in ticket.participants), None)
    if first is None:
        return Words("", ticket.requester, at)
    return Words(first.text, ticket.requester, at, first.inbox_id, first.attachments)


def words_of(event: MailReceived, sender: Sender) -> Words:
    """What the mail said, for those who are told of it."""
    mail = event.mail
    return Words(
        mail.text,
        sender.address,
        event.received_at,
        event.inbox_id,
        mail.attachments,
        mail.forwarded,
        _proof(event, sender),
        subject="" if sender.identity is Identity.TECHNICIAN else mail.subject,
    )


def _proof(event: MailReceived, sender: Sender) -> Proof:
    if event.verdict is AuthVerdict.FAIL:
        return Proof.FAILING
    if event.checked and sender.level in (AuthLevel.L0, AuthLevel.L1):
        return Proof.MISSING
    return Proof.UNASKED


def message_facts(words: Words, policy: Policy) -> tuple[MessageFacts, Enclosure | None]:
    """The words as templates show them, and the attachments that fit beside them."""
    parts = tuple(part for part in words.attachments if not part.inline)
    enclosure, left_out = enclose(parts, words.inbox_id, policy) if words.inbox_id is not None else (None, parts)
    carried = enclosure.parts if enclosure else ()
    facts = MessageFacts(
        words.text,
        words.sender.mail,
        words.sender.name,
        words.at,
        carried,
        left_out,
        forwarded=words.forwarded,
        proof=words.proof,
        suggests=words.suggests,
    )
    return facts, enclosure


NEW = NoticeFacts("new")

REACH = "reach-"
"""The kind of the timer that asks whether people were reached; behind it stands which of those called: "0-3"."""

PATIENCE_SECONDS = 60
"""How long some channel of a person has to take a page, before the next person is called (hazards F14)."""

SHORT = "too-few-people"
"""The code of the alarm that too few people could be called, and the kind of the timer that lets it come once."""

SHORT_SECONDS = 86_400
"""For how long one such alarm is enough for one ticket."""


def summon(ticket: Ticket, chosen: Chosen, words: Words, policy: Policy, notice: NoticeFacts = NEW) -> Iterator[Effect]:
    """Page everybody chosen for a ticket; the first page leaves at any hour unless the queue is quiet."""
    yield from call(ticket, chosen.people, words, notice, policy)
    if chosen.people:
        first = len(ticket.notified)
        yield Await(ticket.number, f"{REACH}{first}-{first + len(chosen.people)}", PATIENCE_SECONDS)
    if chosen.turn is not None:
        yield TakeTurn(chosen.team, chosen.turn)
    yield from tell_shortfall(ticket, chosen, policy)


def call(
    ticket: Ticket,
    people: tuple[Technician, ...],
    words: Words,
    notice: NoticeFacts,
    policy: Policy,
    again: bool = False,
) -> Iterator[Effect]:
    """Page people over every channel; `again` only by what wakes them, when they have such a thing."""
    not_before = _opening(ticket, policy, words.at)
    for one, mail in zip(people, _letters(ticket, people, notice, words, policy, answerable=True), strict=True):
        if not (again and one.pagers):
            yield Page(one.key, Channel.MAIL, one.mail, mail)
        for pager in one.pagers:
            yield _pager(mail, one, pager, policy, not_before)


def tell(
    ticket: Ticket, people: tuple[Technician, ...], notice: NoticeFacts, words: Words, policy: Policy
) -> Iterator[Effect]:
    """Tell people by ordinary mail what happened on a ticket."""
    yield from map(SendMail, _letters(ticket, people, notice, words, policy, answerable=False))


def _letters(
    ticket: Ticket,
    people: tuple[Technician, ...],
    notice: NoticeFacts,
    words: Words,
    policy: Policy,
    answerable: bool,
) -> Iterator[Letter]:
    """A mail to each of the people. What they read about the ticket is the same for all of one language."""
    message, enclosure = message_facts(words, policy)
    message = replace(message, renamed=renamed(words.subject, ticket.subject) if words.subject else "")
    told: dict[str, Facts] = {}
    for one in people:
        reader = to_technician(one, policy)
        if reader.language not in told:
            told[reader.language] = facts_about(ticket, policy, reader.language, View.DESK)
        facts = replace(told[reader.language], technician=person_facts(one), message=message, notice=notice)
        yield Letter(
            "technician", reader, Tone.GENERATED, facts, ticket.number, enclosure=enclosure, answerable=answerable
        )


def tell_shortfall(ticket: Ticket, chosen: Chosen, policy: Policy) -> Iterator[Effect]:
    """Fewer people than promised: the team's leads and the administrators hear of it, once."""
    if chosen.missing == 0 or ticket.number in chosen.short:
        return
    found, promised = len(chosen.people), len(chosen.people) + chosen.missing
    facts = facts_about(ticket, policy, policy.desk.language, View.DESK)
    facts = replace(facts, notice=NoticeFacts(SHORT, f"{found}/{promised}"))
    told = dict.fromkeys((*desk_addresses(chosen.team, policy), *policy.desk.administrators))
    for letter in notice_letters(tuple(told), facts, policy, ticket.number):
        yield SendMail(letter)
    yield Await(ticket.number, SHORT, SHORT_SECONDS)


def desk_addresses(team: str, policy: Policy) -> tuple[str, ...]:
    """Who at the desk hears what nobody else can settle: the team's leads, else the administrators."""
    return tuple(one.mail for one in leads_of(team, policy)) or policy.desk.administrators


def alarm_unreadable(queue: Queue, policy: Policy, seen: Seen, reason: str, now: datetime) -> Iterator[Effect]:
    """Page the people of an urgent door for a mail that could not be read."""
    chosen = choose(Wanted(queue.team, queue.notify), policy, seen, now)
    for one in chosen.people:
        reader = replace(to_technician(one, policy), token=None)
        facts = Facts(desk_facts(policy), technician=person_facts(one), notice=NoticeFacts("unreadable", reason))
        yield Page(one.key, Channel.MAIL, one.mail, Letter("notice", reader, Tone.GENERATED, facts))
        for pager in one.pagers:
            yield _pager(Letter("page", reader, Tone.GENERATED, facts), one, pager, policy, None)
    if chosen.turn is not None:
        yield TakeTurn(queue.team, chosen.turn)


def responsible(ticket: Ticket, policy: Policy) -> tuple[Technician, ...]:
    """Who is told about a ticket: its assignee, else those who were paged for it, else the team's leads, else the team:
    people leave the rules, and somebody still reads what customers write."""
    assignee = policy.technicians.get(ticket.assignee or "")
    keys = (assignee.key,) if assignee else ticket.notified
    people = tuple(policy.technicians[key] for key in keys if key in policy.technicians)
    if people:
        return people
    queue = policy.queues.get(ticket.queue, policy.default_queue)
    return leads_of(queue.team, policy) or tuple(policy.technicians[key] for key in policy.teams[queue.team].members)


def _pager(mail: Letter, one: Technician, pager: Pager, policy: Policy, not_before: datetime | None) -> Page:
    reader = to_technician(one, policy, pager.target if pager.by_mail else one.mail)
    limit = pager.limit or policy.limits.page
    facts = private(mail.facts) if pager.private else _as_renamed(mail.facts)
    gateway = gateway_of(pager.target)
    letter = replace(mail, template="page", to=reader, facts=facts, enclosure=None, limit=limit, gateway=gateway)
    return Page(one.key, Channel.PAGER, pager.target, letter, not_before)


def _as_renamed(facts: Facts) -> Facts:
    """A page has room for one subject: the newest."""
    if facts.ticket is None or facts.message is None or not facts.message.renamed:
        return facts
    return replace(facts, ticket=replace(facts.ticket, subject=facts.message.renamed))


def private(facts: Facts) -> Facts:
    """What a page may say where nobody must learn who asked for what: queue, number and deadline."""
    ticket = facts.ticket and replace(
        facts.ticket, subject=None, requester="", requester_name="", assignee=None, severity=None, priority=None,
        history=(),
    )  # fmt: skip
    return Facts(facts.desk, ticket, deadline=facts.deadline, notice=facts.notice, flood=facts.flood)


def _opening(ticket: Ticket, policy: Policy, at: datetime) -> datetime | None:
    queue = policy.queues[ticket.queue]
    if not queue.quiet_hours:
        return None
    opens = policy.calendar_of(queue).opening(at)
    return opens if opens > at else None
