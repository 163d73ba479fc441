"""What the desk's people hear of a flood beside its pages: one letter tells of all, not each ticket of itself.

A front's letters name the others that wait with it. Of the others only one is heard within a window, and says how many
there are: ten thousand deadlines pass, and a person reads one mail. What a customer gets is never touched.
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
from mailgate.core.letters import FloodFacts
from mailgate.core.model import TokenKind
from mailgate.core.page_effects import AcknowledgePages, Await, Page, PassOn
from mailgate.core.policy import Policy
from mailgate.core.seen import Flood, Seen
from mailgate.core.ticket import Ticket

TOLD = "flood-told"
"""The kind of the timer that says that letters spoke of the flood lately."""

FOR_OTHERS = (WINDOW, TOLD)
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
    """Its pages are the front's; its letters are one within a window."""
    others = tuple(effect for effect in decision.effects if not _is_for_desk(effect))
    letters = tuple(effect for effect in decision.effects if _is_for_desk(effect) and isinstance(effect, SendMail))
    if len(others) == len(decision.effects):
        return decision
    if flood.told or flood.front is None or not letters:
        by = f"#{flood.front}" if flood.front is not None else "the next page"
        return replace(decision, because=f"{decision.because}; {by} speaks for it in a flood", effects=others)
    facts = FloodFacts(flood.size + 1, (ticket.number, *flood.named)[:NAMED], ticket.customer is None)
    seconds = int(policy.floods.within.total_seconds())
    told = (*speaking(letters, ticket.number, facts), Await(flood.front, TOLD, seconds))
    return replace(decision, effects=(*others, *told))


def _goes_with_front(ticket: Ticket, flood: Flood) -> bool:
    """Whether nobody has it yet, or whoever has it has the front: somebody else hears of their own ticket."""
    return awaits_somebody(ticket) or (ticket.assignee is not None and ticket.assignee == flood.owner)


def _is_for_desk(effect: Effect) -> bool:
    return isinstance(effect, Page) or (
        isinstance(effect, SendMail) and effect.letter.to.token is not TokenKind.CONTACT
    )


def _changes_hands(effects: Iterable[Effect], ticket: int) -> bool:
    return any(isinstance(one, AcknowledgePages | Assign | ChangeStatus) and one.ticket == ticket for one in effects)
