"""A mail that continues a ticket and was not written by a technician.

A person's mail joins the story, may reopen it, and is told to whoever is responsible. An automatic one only joins the
story. What a mail to a door leads to is in `moving`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailgate.core.budgets import hold_back, spent_on_ticket
from mailgate.core.changes import Change
from mailgate.core.classify import described, kind_and_why
from mailgate.core.clocks import after_wait, call_back, stands_still
from mailgate.core.clockwork import clocks_after
from mailgate.core.correspondence import View, facts_about, to_contact
from mailgate.core.decision import Decision, Findings
from mailgate.core.effects import CancelTimer, ChangeStatus, Effect, SendMail, SetClock
from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender, recognise
from mailgate.core.letters import Letter, NoticeFacts, PersonFacts, Tone
from mailgate.core.levels import Act, may
from mailgate.core.lifecycle import AFTER_CUSTOMER, AFTER_YES, SETTLED, WAITING, WAITING_OVER
from mailgate.core.model import Identity, MailKind, Outcome, Status
from mailgate.core.moving import assured, move, promising_queue
from mailgate.core.opening import call_people, incoming, sentence
from mailgate.core.policy import Actions, Policy, Queue
from mailgate.core.requests import Request, acknowledgement, answer, asked_for
from mailgate.core.routing import settle
from mailgate.core.seen import Seen
from mailgate.core.stand_ins import hearers, in_absence
from mailgate.core.summons import Words, first_words, tell, words_of
from mailgate.core.threads import Thread
from mailgate.core.ticket import Clock, Promise, Ticket
from mailgate.core.words import is_bare_thanks, is_bare_yes, says_no, says_yes, unsigned

QUIET = SETTLED | {Status.PARKED}
"""The statuses in which a bare thank-you is for nobody."""

HEARD = frozenset({MailKind.PERSON, MailKind.LIST})
"""What is told to technicians when it continues a ticket: a list passes on what people write to it."""


def follow_up(event: MailReceived, sender: Sender, thread: Thread, seen: Seen, policy: Policy) -> Decision:
    """Decide a mail that belongs to a ticket."""
    robot = kind_and_why(event, sender)
    heard = robot[0] in HEARD
    found = Findings(sender.identity, sender.level, robot[0])
    ticket, said = thread.ticket, incoming(event, sender, thread.ticket.number, not heard)
    because = f"{sender.identity.value} {sender.address.mail or '<>'} continues #{ticket.number}: {thread.why}"
    if not heard:
        reasons = [because, f"{described(robot)}: kept with the ticket, answered by nobody"]
        return Decision(Outcome.RECORDED, sentence(reasons), (said,), ticket.number, found)
    asked = asked_for(event, sender, robot, seen, policy)
    if is_release(event, sender, ticket):
        released, why = release(ticket, words_of(event, sender), seen, policy)
        effects = (said, *released, *_heard(asked, ticket, seen, policy))
        return Decision(Outcome.FOLLOW_UP, sentence([because, why]), effects, ticket.number, found)
    quiet = _is_for_nobody(event, sender, ticket) or _validates(event, sender, ticket)
    queue = None if quiet else promising_queue(asked, ticket, policy)
    if queue is not None:
        moved = move(ticket, queue, words_of(event, sender), seen, policy)
        effects = (said, *assured(moved.ticket, asked, seen, policy), *moved.effects)
        return Decision(Outcome.FOLLOW_UP, sentence([because, moved.why, asked.silence]), effects, ticket.number, found)
    joined, why = _joined(event, sender, ticket, seen, policy)
    return Decision(Outcome.FOLLOW_UP, sentence([because, why]), (said, *joined), ticket.number, found)


def is_release(event: MailReceived, sender: Sender, ticket: Ticket) -> bool:
    """Whether an authorised contact of the parked request's customer says yes, in a mail that is surely theirs: the
    colleague who asks could write "oui" under a contact's name."""
    authorised = sender.identity is Identity.CONTACT and sender.customer_key == ticket.customer
    surely = authorised and may(sender, Act.RELEASE)
    return ticket.status is Status.PARKED and surely and says_yes(event.mail.text)


def release(
    ticket: Ticket, words: Words, seen: Seen, policy: Policy, worked: Ticket | None = None
) -> tuple[list[Effect], str]:
    """A parked request is accepted after all: the clock starts now, the sender is told, and people are called unless a
    technician has taken it. `worked` is the ticket as the technician's mail that releases it leaves it."""
    queue = policy.queues.get(ticket.queue, policy.default_queue)
    accepted = worked or _accepted(ticket, queue, policy, words.at)
    effects: list[Effect] = [
        ChangeStatus(ticket.number, accepted.status, words.at),
        *((SetClock(ticket.number, accepted.callback),) if accepted.callback is not None else ()),
        acknowledgement(accepted, "released", policy),
    ]
    if accepted.status is not Status.NEW:
        return effects, f"released and taken by {words.sender.mail}"
    routed = settle(_asked_people(ticket, policy), queue)
    chosen, pages = call_people(accepted, routed, _asked_words(ticket, words), seen, policy)
    return [*effects, *pages], f"released by {words.sender.mail}; {chosen.why}"


def _heard(asked: Request, ticket: Ticket, seen: Seen, policy: Policy) -> tuple[Effect, ...]:
    """The contact who said yes to somebody else's request reads that it did what they wanted."""
    contact, customer = asked.sender.contact, asked.sender.customer
    if contact is None or customer is None or contact.mail.lower() == ticket.requester.mail.lower():
        return ()
    reader = to_contact(contact, customer, policy)
    facts = facts_about(replace(ticket, status=Status.NEW), policy, reader.language, View.REQUESTER)
    who = PersonFacts(contact.name, contact.mail, registered=True)
    facts = replace(facts, contact=who, deadline=None, notice=NoticeFacts("let-in"))
    message_id = asked.event.mail.message_id
    references = (message_id,) if message_id else ()
    letter = Letter("followed", reader, Tone.GENERATED, facts, ticket.number, message_id, references)
    return answer(asked, SendMail(letter), seen)


def _accepted(ticket: Ticket, queue: Queue, policy: Policy, at: datetime) -> Ticket:
    """A parked request as nobody has begun to work on it."""
    accepted = replace(ticket.with_clocks(call_back(queue, policy, at)), status=Status.NEW, queue=queue.key)
    return accepted.with_clocks(*clocks_after(Change(ticket, accepted, at), policy))


def _asked_people(ticket: Ticket, policy: Policy) -> Actions:
    """Whom the rules wanted when the request came, as far as the rules still know them."""
    team = ticket.team if ticket.team in policy.teams else None
    assign = ticket.assignee if ticket.assignee in policy.technicians else None
    return Actions(team=team, notify=ticket.notify, skills=frozenset(ticket.skills), assign=assign)


def _asked_words(ticket: Ticket, released: Words) -> Words:
    """What was asked when the request came; without a story, the words that released it."""
    first = first_words(ticket, released.at)
    return first if first.text or first.inbox_id else replace(first, text=released.text)


def resume(ticket: Ticket, at: datetime, policy: Policy) -> list[Effect]:
    """What ends with a wait: the pause of the call-back clock, and the timer that would have ended it."""
    effects: list[Effect] = []
    if ticket.callback is not None and ticket.callback.running and stands_still(ticket, Promise.CALLBACK):
        effects.append(SetClock(ticket.number, after_wait(ticket, ticket.callback, policy, at)))
    if ticket.status in WAITING:
        effects.append(CancelTimer(ticket.number, WAITING_OVER))
    return effects


def turned(ticket: Ticket, status: Status, policy: Policy, at: datetime) -> Ticket:
    """The ticket as it will stand when its turn changes without any work on it; letters about it are written from
    this."""
    return replace(ticket.with_clocks(*turning(ticket, status, policy, at)), status=status)


def turning(ticket: Ticket, status: Status, policy: Policy, at: datetime) -> tuple[Clock, ...]:
    """The clocks that move when the turn of a ticket changes, of one promise the newest last."""
    if status is ticket.status:
        return ()
    shifted = tuple(effect.clock for effect in resume(ticket, at, policy) if isinstance(effect, SetClock))
    after = replace(ticket.with_clocks(*shifted), status=status)
    return (*shifted, *clocks_after(Change(ticket, after, at), policy))


def _joined(
    event: MailReceived, sender: Sender, ticket: Ticket, seen: Seen, policy: Policy
) -> tuple[list[Effect], str]:
    words = words_of(event, sender)
    if _is_for_nobody(event, sender, ticket):
        return [], f"a bare thank-you leaves it {ticket.status.value}"
    status = _status_after(event, sender, ticket)
    changed = status is not ticket.status
    effects: list[Effect] = []
    if changed:
        effects = [*resume(ticket, words.at, policy), ChangeStatus(ticket.number, status, words.at)]
    if ticket.status is Status.PARKED and not _is_for_desk(event, sender, ticket, policy):
        return effects, "it stays parked"
    people = hearers(ticket, seen, policy, words.at)
    spent = spent_on_ticket(seen, ticket.number, policy)
    if spent is not None and not changed:
        held = hold_back(spent, people[0].mail if people else "", ticket.number, seen, words.at)
        return [*effects, *held], f"told to nobody: {spent.why}"
    validated = status is Status.RESOLVED and changed
    notice = NoticeFacts("validated" if validated else "reopened" if ticket.status in SETTLED else "follow-up")
    notice = in_absence(notice, ticket, seen, policy, words.at)
    effects += tell(turned(ticket, status, policy, words.at), people, notice, words, policy)
    told = ", ".join(one.key for one in people) or "nobody"
    why = "a bare yes validates it: " if validated else ""
    became = f"{why}{ticket.status.value} becomes {status.value}" if changed else ""
    return effects, sentence([became, f"told: {told}"])


def _is_for_nobody(event: MailReceived, sender: Sender, ticket: Ticket) -> bool:
    """Whether it says nothing but thank you where nothing is to be done."""
    bare = not event.mail.files and is_bare_thanks(_unsigned(event, sender, ticket), sender.address.name)
    return bare and ticket.status in QUIET


def _validates(event: MailReceived, sender: Sender, ticket: Ticket) -> bool:
    """Whether it says that all is well: what is in order calls nobody, whatever door is in copy."""
    return _status_after(event, sender, ticket) is Status.RESOLVED


def _is_for_desk(event: MailReceived, sender: Sender, ticket: Ticket, policy: Policy) -> bool:
    """Whether somebody at the desk reads what is added to a parked request: who has it, who was asked to let it in, or
    is asked something now by a contact. What a colleague adds waits with the request for their contacts' word."""
    asks_contacts = recognise(ticket.requester, "", policy).identity is Identity.COLLEAGUE
    if ticket.assignee in policy.technicians or not asks_contacts:
        return True
    surely = sender.identity is Identity.CONTACT and may(sender, Act.RELEASE)
    return surely and not says_no(event.mail.text)


def _status_after(event: MailReceived, sender: Sender, ticket: Ticket) -> Status:
    """Where the mail leads. A yes with a file beside it says more than yes."""
    mail = event.mail
    alone = not mail.files and may(sender, Act.VALIDATE)
    if alone and is_bare_yes(_unsigned(event, sender, ticket), sender.address.name):
        return AFTER_YES.get(ticket.status, AFTER_CUSTOMER[ticket.status])
    return AFTER_CUSTOMER[ticket.status]


def _unsigned(event: MailReceived, sender: Sender, ticket: Ticket) -> str:
    theirs = (line.text for line in ticket.history if line.who.lower() == sender.address.mail.lower())
    return unsigned(event.mail.text, sender.address.name, theirs)
