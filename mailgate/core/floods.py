"""Floods: from a customer's fourth request within a quarter of an hour on, one page tells of several (hazards A39).

    request 1, 2, 3      people are called for each
    request 4            the same people, one page: "4 requests, #1001 #1002 #1003 #1004"; it is the front of the flood
    request 5 … 10,000   gathered: a ticket each, acknowledged, with its clocks, and no page
    the window is over   the same people, one page: "9,996 requests, #1005 …"; #1005 is the next front
    a window of nothing  the flood is over

The window of a front is a timer of its ticket, and only while it is set is anything gathered: nothing waits for a page
that will not come. Each queue has fronts of its own, so a flood of small matters hides no urgent one. The requests of
senders whom the rules do not name are one flood, whoever sends them.

The front escalates for all that its pages tell of, and whoever takes it takes those that nobody has by then: each of
them is woken and asks who has its front. When nobody does, it asks for people itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from mailgate.core.decision import Decision
from mailgate.core.effects import Assign, ChangeStatus, Effect, SendMail, SetTimer
from mailgate.core.escalation import awaits_somebody, first_step, promised_people, team_of
from mailgate.core.events import Event, MailReceived, TimerFired
from mailgate.core.identity import recognise
from mailgate.core.letters import FloodFacts
from mailgate.core.model import Identity, Outcome, Status, TokenKind
from mailgate.core.page_effects import AcknowledgePages, CancelPages, CountCall, Page, SpeakFor
from mailgate.core.paging import Chosen, Wanted, choose, same_people
from mailgate.core.policy import Policy
from mailgate.core.seen import Call, Seen
from mailgate.core.summons import Words, first_words, summon
from mailgate.core.ticket import Ticket

WINDOW = "flood"
"""The kind of the timer of a front: its window ends."""

WAKE = "flood-woken"
"""The kind of the timer of a ticket whose front changed hands."""

NAMED = 20
"""How many numbers a letter names."""

HOUR = timedelta(hours=1)


def call_people(
    ticket: Ticket, wanted: Wanted, words: Words, seen: Seen, policy: Policy
) -> tuple[Chosen, tuple[Effect, ...]]:
    """Call people for a request, or let it wait for the page that tells of several."""
    if wanted.notify == 0:
        chosen = choose(wanted, policy, seen, words.at)
        return chosen, tuple(summon(ticket, chosen, words, policy))
    theirs = tuple(
        call for call in seen.calls if call.customer == (ticket.customer or "") and call.ticket != ticket.number
    )
    front = next((call for call in theirs if call.gathers and call.queue == ticket.queue), None)
    if front is not None and not ticket.notified:
        return _gather(ticket, wanted, front, policy, words.at)
    if is_flood(ticket, theirs, policy, words.at) and not ticket.notified:
        return _lead(ticket, wanted, words, theirs, seen, policy)
    chosen = choose(wanted, policy, seen, words.at)
    return chosen, (
        counted(ticket, words.at, alone=True),
        *summon(ticket, chosen, words, policy),
        first_step(ticket, policy, words.at),
    )


def is_flood(ticket: Ticket, theirs: Iterable[Call], policy: Policy, at: datetime) -> bool:
    """Whether so many requests of the same customer, or of all strangers, called people that this one must not."""
    bounds = policy.floods
    if ticket.customer is None:
        return sum(call.at > at - HOUR for call in theirs) >= bounds.unknown
    return sum(call.at > at - bounds.within for call in theirs) >= bounds.tickets - 1


def firm_of(event: Event, policy: Policy) -> str | None:
    """Whose requests the decision of an event probably asks about, as in `Call.customer`; None: perhaps anybody's."""
    if not isinstance(event, MailReceived):
        return None
    sender = recognise(event.mail.sender, event.envelope_from, policy)
    return None if sender.identity is Identity.TECHNICIAN else sender.customer_key or ""


def asks_of_others(decision: Decision, firm: str | None) -> bool:
    """Whether people are wanted for a customer of whose requests only another's were looked at: a rule may say whose a
    mail is, and a reply belongs to its ticket's."""
    wanted = (effect.customer for effect in decision.effects if isinstance(effect, CountCall))
    return firm is not None and any(customer != firm for customer in wanted)


def window_over(event: TimerFired, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """One page for all that was gathered meanwhile, by way of the oldest of them.

    It counts as a call of when the window ended: a desk that was off since then does not go on with an old flood."""
    front, flood = seen.by_token, seen.flood
    first = flood.first if flood else None
    if front is None or flood is None or first is None:
        return Decision(Outcome.RECORDED, "the flood is over: no request waits for a page", (), event.ticket)
    chosen = same_people(front.notified, wanted(first, policy), policy, seen, now)
    facts = FloodFacts(flood.waiting, flood.gathered[:NAMED], first.customer is None)
    effects = (
        *speaking(summon(first, chosen, first_words(first, now), policy), first.number, facts),
        first_step(first, policy, now),
        *_leads(first, (), policy, now),
        counted(first, min(event.due_at, now), alone=True),
    )
    because = f"one page tells of {flood.waiting} requests that came since #{front.number}: {chosen.why}"
    return Decision(Outcome.RECORDED, because, effects, first.number)


def woken(event: TimerFired, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """The front of the ticket changed hands: whoever has it has this one, too."""
    ticket, flood = seen.by_token, seen.flood
    if ticket is None or flood is None or flood.front in (None, ticket.number) or not awaits_somebody(ticket):
        return Decision(Outcome.RECORDED, "who has the front of its flood no longer matters", (), event.ticket)
    number, owner = ticket.number, policy.technicians.get(flood.owner or "")
    if owner is None:
        chosen, called = call_people(ticket, wanted(ticket, policy), first_words(ticket, now), seen, policy)
        return Decision(Outcome.RECORDED, f"nobody has #{flood.front}: {chosen.why}", called, number)
    effects: tuple[Effect, ...] = (
        AcknowledgePages(number, owner.key, now),
        Assign(number, owner.key),
        ChangeStatus(number, Status.OPEN, now),
        CancelPages(number, f"taken by {owner.name}"),
    )
    return Decision(Outcome.RECORDED, f"{owner.key} has #{flood.front}, whose page told of it", effects, number)


def wanted(ticket: Ticket, policy: Policy) -> Wanted:
    """Whom a request asked for when it came, as far as the rules still know them."""
    first = ticket.assignee if ticket.assignee in policy.technicians else None
    people, skills = promised_people(ticket, policy), frozenset(ticket.skills)
    return Wanted(team_of(ticket, policy), people, skills, ticket.language, first)


def counted(ticket: Ticket, at: datetime, alone: bool) -> CountCall:
    """People are wanted for a ticket: `alone`, pages of its own call them, else one that tells of several."""
    return CountCall(ticket.number, ticket.customer or "", ticket.queue, at, alone)


def speaking(effects: Iterable[Effect], ticket: int, facts: FloodFacts) -> Iterator[Effect]:
    """The effects, with the flood in every letter to the desk's people about the ticket, if there is more than one."""
    for effect in effects:
        speaks = isinstance(effect, SendMail | Page) and effect.letter.to.token is not TokenKind.CONTACT
        if speaks and isinstance(effect, SendMail | Page) and effect.letter.ticket == ticket and facts.count > 1:
            yield replace(effect, letter=replace(effect.letter, facts=replace(effect.letter.facts, flood=facts)))
        else:
            yield effect


def _gather(
    ticket: Ticket, wanted: Wanted, front: Call, policy: Policy, at: datetime
) -> tuple[Chosen, tuple[Effect, ...]]:
    minutes = policy.floods.within // timedelta(minutes=1)
    why = f"a flood of {_whose(ticket)}: #{front.ticket}'s people hear of it in their next page, within {minutes} min"
    return Chosen(wanted.team, (), 0, None, why), (counted(ticket, at, alone=False),)


def _lead(
    ticket: Ticket, wanted: Wanted, words: Words, theirs: tuple[Call, ...], seen: Seen, policy: Policy
) -> tuple[Chosen, tuple[Effect, ...]]:
    """The request that makes a flood of them: its page tells of those that still wait for somebody."""
    before = next((call.people for call in theirs if call.people), ())
    chosen = same_people(before, wanted, policy, seen, words.at)
    since = words.at - (policy.floods.within if ticket.customer is not None else HOUR)
    others = sorted(call.ticket for call in theirs if call.queue == ticket.queue and call.waits and call.at > since)
    numbers = (*others, ticket.number)
    facts = FloodFacts(len(numbers), numbers[-NAMED:], ticket.customer is None)
    effects = (
        counted(ticket, words.at, alone=True),
        *speaking(summon(ticket, chosen, words, policy), ticket.number, facts),
        first_step(ticket, policy, words.at),
        *_leads(ticket, tuple(others), policy, words.at),
    )
    why = f"a flood of {_whose(ticket)}: one page tells of {len(numbers)} requests, {chosen.why}"
    return replace(chosen, why=why), effects


def _leads(ticket: Ticket, others: tuple[int, ...], policy: Policy, at: datetime) -> Iterator[Effect]:
    yield SpeakFor(ticket.number, others)
    yield SetTimer(ticket.number, WINDOW, at + policy.floods.within)


def _whose(ticket: Ticket) -> str:
    return f"'{ticket.customer}'" if ticket.customer else "unknown senders"


OF_FLOODS = {WINDOW: window_over, WAKE: woken}
"""What the timers of floods ask."""
