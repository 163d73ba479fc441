"""A technician's mail that somebody may regret is held: nothing of it happens before one more word.

    an answer that is written against an older state     somebody else answered, or the customer wrote, since
    what takes a ticket out of a colleague's hands       what shows the customer somebody else's words (core.leaks)
    another customer, or an address from outside         what gives a ticket to somebody who is absent

The transcript says what speaks against the mail. Answered by « oui » it is carried out as it stands, and what happened
since it was held is a new doubt; answered by « non », or by any other work on the ticket, it is dropped. The mail stays
in the story of what came in all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from enum import Enum

from mailgate.core.authority import only_acknowledges
from mailgate.core.correcting import asks_first
from mailgate.core.decision import Decision, Findings
from mailgate.core.effects import Hold, LetGo
from mailgate.core.events import HeldMail, MailReceived
from mailgate.core.intents import Problem
from mailgate.core.leaks import leaks
from mailgate.core.letters import Did, Doubt
from mailgate.core.lifecycle import ACTIVE, SETTLED
from mailgate.core.model import Direction, Outcome, Status
from mailgate.core.people import Technician
from mailgate.core.plan import Plan
from mailgate.core.policy import Policy
from mailgate.core.presence import is_away
from mailgate.core.relating import cautions
from mailgate.core.seen import Seen
from mailgate.core.ticket import Line, Ticket
from mailgate.core.transcripts import told_done, told_doubts
from mailgate.core.words import COURTESY, THANKS, is_bare_thanks, words_of

LONGEST_NO = 12
"""Words of an answer that begins with no: to drop a mail is safe."""

LONGEST_GRUNT = 3
"""An answer to a question of so few words is no new mail to the customer."""

LONGEST_SAID = 600
"""Characters of somebody else's words that a transcript repeats."""


SETTLING = SETTLED | {Status.WAITING_VALIDATION}
"""To call a request done is to say something to the customer."""


class Word(Enum):
    """What a technician says about their mail that was held."""

    YES = frozenset("oui yes ok okay d'accord confirmer confirme confirm envoyer envoie envoyez l'envoyer send".split())
    NO = frozenset("non no abandonner abandonne annuler annule cancel drop".split())


def waiting(event: MailReceived, seen: Seen) -> HeldMail | None:
    """The mail that waits for a word of this one's author, if nobody answered for it meanwhile."""
    return event.held if seen.still_held else None


def word_on_held(event: MailReceived, by: Technician, seen: Seen) -> Word | None:
    """What a mail that says nothing else says about the mail that waits, when it answers the question about it."""
    held = waiting(event, seen)
    return bare_word(event, by) if held is not None and held.asked else None


def against_word(event: MailReceived, by: Technician, seen: Seen) -> tuple[Problem, ...]:
    """An answer to the desk's question that is neither a word nor a new mail must not reach the customer, nor must a
    word for which nothing waits."""
    held, said = waiting(event, seen), words_of(event.orders.text)
    if not _is_bare(event):
        return ()
    if held is not None and held.asked:
        led = said[:1] and said[0] in Word.YES.value | Word.NO.value and len(said) <= LONGEST_NO
        short = len(said) <= LONGEST_GRUNT or led
        return (Problem("unclear-word"),) if short and bare_word(event, by) is None else ()
    lost = seen.answers_transcript and bare_word(event, by) is not None and not only_acknowledges(event)
    return (Problem("nothing-waits"),) if lost else ()


def bare_word(event: MailReceived, by: Technician) -> Word | None:
    """What a mail of nothing but a word or two says to the desk."""
    said = words_of(event.orders.text)
    if not said or not _is_bare(event):
        return None
    if said[0] in Word.NO.value and len(said) <= LONGEST_NO:
        return Word.NO
    around = Word.YES.value | COURTESY | THANKS | set(words_of(by.name))
    return Word.YES if said[0] in Word.YES.value and all(word in around for word in said) else None


def _is_bare(event: MailReceived) -> bool:
    """Whether a mail is only words."""
    orders = event.orders
    return not (orders.orders or orders.problems or event.mail.files)


def confirmed(held: HeldMail, at: datetime) -> MailReceived:
    """The mail that was held as it is carried out now."""
    return replace(held.mail, received_at=at, confirmed_at=held.at)


def doubts(event: MailReceived, planned: Plan, seen: Seen, policy: Policy) -> tuple[Doubt, ...]:
    """Why a mail that could be carried out should be asked about first. Once its author has confirmed it, only what
    happened since they were asked."""
    since = event.confirmed_at or seen.answered_at
    late = tuple(_since(since, event.received_at, planned, policy)) if since is not None else ()
    if event.confirmed_at is not None:
        return late
    handed = (*_out_of_hands(event, planned, seen, policy), *_to_nobody(event, planned, seen, policy))
    lasting = (*handed, *cautions(planned, policy), *leaks(event, planned, seen, policy))
    return (*late, *lasting, *asks_first(planned, seen, policy))


def hold(
    event: MailReceived, by: Technician, ticket: Ticket | None, why: tuple[Doubt, ...], policy: Policy, found: Findings
) -> Decision:
    """Nothing happens but the question."""
    number = ticket.number if ticket else None
    because = f"{by.key}'s mail waits for one more word ({', '.join(one.code for one in why)})"
    asked = told_doubts(event, by, ticket, why, policy)
    return Decision(
        Outcome.RECORDED, because, (Hold(event.inbox_id, by.key, number, event.received_at), asked), number, found
    )


def drop(
    event: MailReceived, held: HeldMail, by: Technician, ticket: Ticket | None, policy: Policy, found: Findings
) -> Decision:
    """The mail that was held is not carried out."""
    told = told_done(event, by, ticket, (Did("dropped"),), False, policy)
    because = f"{by.key} drops the mail of inbox {held.mail.inbox_id}"
    gone = LetGo(held.mail.inbox_id, event.received_at)
    return Decision(Outcome.RECORDED, because, (gone, told), ticket.number if ticket else None, found)


def overtaken(decision: Decision, held: HeldMail | None, at: datetime) -> Decision:
    """The decision of whatever was carried out or held after the mail that waited, which now waits no longer."""
    if held is None or any(isinstance(one, Hold) and one.inbox_id == held.mail.inbox_id for one in decision.effects):
        return decision
    return replace(decision, effects=(*decision.effects, LetGo(held.mail.inbox_id, at)))


def _since(since: datetime, at: datetime, planned: Plan, policy: Policy) -> Iterator[Doubt]:
    """What the customer heard or said after the mail that is answered here; only words to the customer can come too
    late."""
    if not (planned.public_words or planned.status in SETTLING):
        return
    for line in planned.ticket.history:
        code = _met(line, planned.by) if line.at > since else None
        if code is not None:
            yield Doubt(code, _who(line, planned.ticket, policy), _minutes(line.at, at), line.text[:LONGEST_SAID])
    callback = planned.ticket.callback
    called = callback.kept_at if callback is not None else None
    if callback is None or called is None or called <= since or callback.ended_by in (None, planned.by.key):
        return
    if callback.how is not None and not _is_told(callback.kept_at, planned.ticket):
        caller = policy.technicians.get(callback.ended_by or "")
        yield Doubt("called-since", caller.name if caller else callback.ended_by or "", _minutes(called, at))


def _met(line: Line, by: Technician) -> str | None:
    if line.automatic or line.who.lower() in by.mails:
        return None
    if line.direction is Direction.OUT:
        return "answered-since"
    return "customer-wrote-since" if line.direction is Direction.IN and not is_bare_thanks(line.text) else None


def _is_told(at: datetime | None, ticket: Ticket) -> bool:
    """Whether the words that kept the promise are in the story themselves."""
    return any(line.at == at and line.direction is Direction.OUT and not line.automatic for line in ticket.history)


def _out_of_hands(event: MailReceived, planned: Plan, seen: Seen, policy: Policy) -> Iterator[Doubt]:
    """Whoever is away holds on to nothing."""
    ticket = planned.ticket
    holder = policy.technicians.get(ticket.assignee or "")
    under_way = ticket.status in ACTIVE and ticket.status is not Status.NEW
    if planned.assignee is not planned.by or not under_way or holder is None or holder is planned.by:
        return
    if not is_away(holder, policy, seen.absences, event.received_at):
        yield Doubt("has-it", holder.name)


def _to_nobody(event: MailReceived, planned: Plan, seen: Seen, policy: Policy) -> Iterator[Doubt]:
    owner = planned.assignee
    if owner not in (None, planned.by) and is_away(owner, policy, seen.absences, event.received_at):
        yield Doubt("away", owner.name)


def _who(line: Line, ticket: Ticket, policy: Policy) -> str:
    one = policy.technician_at(line.who)
    if one is not None:
        return one.name
    return ticket.requester.name or line.who if line.who == ticket.requester.mail else line.who


def _minutes(then: datetime, now: datetime) -> int:
    return max(int((now - then).total_seconds() // 60), 0)
