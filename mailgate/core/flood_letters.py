"""What the desk's people hear of a flood beside its pages: a few letters tell of all, not each ticket of itself.

A front's letters name the others that wait with it. Of the others, as long as nobody has them, only one is heard within
a window, and says how many there are. Whoever took them with the front hears of each by itself, up to the last letter
that a window has room for: that one names the rest. What is late has room of its own, which no reminder takes. Ten
thousand deadlines pass, and a person reads a few mails. What a customer gets is never touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from mailgate.core.decision import Decision
from mailgate.core.effects import Assign, ChangeStatus, Effect, SendMail
from mailgate.core.escalation import awaits_somebody
from mailgate.core.events import Event, TimerFired
from mailgate.core.floods import NAMED, WAKE, WINDOW, speaking
from mailgate.core.lateness import is_late
from mailgate.core.letters import FloodFacts
from mailgate.core.model import TokenKind
from mailgate.core.page_effects import AcknowledgePages, Await, Page, PassOn
from mailgate.core.policy import Policy
from mailgate.core.seen import Flood, Seen
from mailgate.core.ticket import Ticket

REMINDED = ("flood-reminded-1", "flood-reminded-2", "flood-reminded-3")
LATE = ("flood-late-1", "flood-late-2", "flood-late-3")
TOLD = (*REMINDED, *LATE)
"""The kinds of the timers of a front that say that a letter spoke of its flood lately: one for each that may."""

FOR_OTHERS = (WINDOW, *TOLD)
"""The timers of a front that are about those behind it, whatever becomes of itself."""


def together(decision: Decision, event: Event, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """The decision about a ticket that may be part of a flood."""
    ticket, flood = seen.by_token, seen.flood
    if ticket is None or flood is None:
        return decision
    if flood.front == ticket.number:
        return _of_front(decision, ticket, flood, now if isinstance(event, TimerFired) else event.received_at)
    if isinstance(event, TimerFired) and event.kind not in (WAKE, WINDOW) and _goes_with_front(ticket, flood):
        return _of_another(decision, ticket, flood, policy)
    return decision


def _of_front(decision: Decision, ticket: Ticket, flood: Flood, at: datetime) -> Decision:
    if flood.size == 0:
        return decision
    facts = FloodFacts(flood.size + 1, (ticket.number, *flood.named)[:NAMED], ticket.customer is None)
    effects = tuple(speaking(decision.effects, ticket.number, facts))
    wakes = (PassOn(ticket.number, WAKE, at),) if _changes_hands(effects, ticket.number) else ()
    return replace(decision, effects=(*effects, *wakes))


def _of_another(decision: Decision, ticket: Ticket, flood: Flood, policy: Policy) -> Decision:
    """Its pages are the front's; its letters are few within a window."""
    others = tuple(effect for effect in decision.effects if not _is_for_desk(effect))
    letters = tuple(effect for effect in decision.effects if _is_for_desk(effect) and isinstance(effect, SendMail))
    if len(others) == len(decision.effects):
        return decision
    free = _room(ticket, flood, letters)
    if flood.front is None or not free or not letters:
        by = f"#{flood.front}" if flood.front is not None else "the next page"
        return replace(decision, because=f"{decision.because}; {by} speaks for it in a flood", effects=others)
    if len(free) == 1:
        taken = not awaits_somebody(ticket)
        numbers = (ticket.number, *flood.named)[:NAMED]
        facts = FloodFacts(flood.size + 1, numbers, ticket.customer is None, taken)
        others = (*others, *speaking(letters, ticket.number, facts))
    else:
        others = (*others, *letters)
    spoken = Await(flood.front, free[0], int(policy.floods.within.total_seconds()))
    return replace(decision, effects=(*others, spoken))


def _room(ticket: Ticket, flood: Flood, letters: Iterable[SendMail]) -> tuple[str, ...]:
    """The timers of the letters of this kind that may still leave within the window."""
    if awaits_somebody(ticket):
        return () if flood.told else REMINDED[:1]
    notices = (one.letter.facts.notice for one in letters)
    room = LATE if any(notice and is_late(notice) for notice in notices) else REMINDED
    return tuple(kind for kind in room if kind not in flood.told)


def names_others(told: frozenset[str], is_new: bool) -> bool:
    """Whether the next letter of a flood of which these timers are set may be the one that names others."""
    return not told if is_new else any(len(told.intersection(room)) == len(room) - 1 for room in (REMINDED, LATE))


def _goes_with_front(ticket: Ticket, flood: Flood) -> bool:
    """Whether nobody has it yet, or whoever has it has the front: somebody else hears of their own ticket."""
    return awaits_somebody(ticket) or (ticket.assignee is not None and ticket.assignee == flood.owner)


def _is_for_desk(effect: Effect) -> bool:
    return isinstance(effect, Page) or (
        isinstance(effect, SendMail) and effect.letter.to.token is not TokenKind.CONTACT
    )


def _changes_hands(effects: Iterable[Effect], ticket: int) -> bool:
    return any(isinstance(one, AcknowledgePages | Assign | ChangeStatus) and one.ticket == ticket for one in effects)
