"""When the customer says nothing: the desk reminds, warns, then closes, in business days (domain.md §5).

    asked ──remind──▶ a reminder ──warn──▶ the last one, which names the day ──close──▶ closed, and told so
    resolved ──resolved──▶ closed, and told so

An answer ends the silence, and reopens what it closed. Whoever comes back after a week sends one mail, not three.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mailgate.core.clocks import hours_of
from mailgate.core.correspondence import facts_about, letter_to_requester, view_of_requester
from mailgate.core.decision import Decision
from mailgate.core.effects import ChangeStatus, Effect, SendMail, SetTimer
from mailgate.core.hours import due
from mailgate.core.letters import Letter, NoticeFacts, Tone
from mailgate.core.model import Outcome, Status
from mailgate.core.page_effects import CancelPages
from mailgate.core.policy import Policy
from mailgate.core.summons import first_words, responsible, tell
from mailgate.core.ticket import Clock, Promise, Ticket


def reminders(clock: Clock, ticket: Ticket, policy: Policy) -> Iterator[datetime]:
    """When the customer is written to before the ticket is closed; a resolved one closes without."""
    if ticket.status is Status.RESOLVED:
        return
    hours = hours_of(clock, ticket.queue, policy)
    for delay in (policy.closing.remind, policy.closing.warn):
        if delay is not None:
            yield due(hours, clock.asked_at, delay)


def break_silence(ticket: Ticket, clock: Clock, following: SetTimer, policy: Policy, now: datetime) -> Decision:
    """The customer has said nothing for so long."""
    if now >= clock.due_at:
        return _closed(ticket, policy, now)
    last = following.due_at >= clock.due_at
    template = "validation" if clock.promise is Promise.VALIDATION else "reminder"
    letter = _letter(template, ticket, NoticeFacts("last-reminder" if last else "reminder"), policy)
    because = f"the customer of #{ticket.number} is silent: {'warned' if last else 'reminded'}"
    return Decision(Outcome.RECORDED, because, (SendMail(letter, record=True), following), ticket.number)


def _closed(ticket: Ticket, policy: Policy, now: datetime) -> Decision:
    was_resolved, number = ticket.status is Status.RESOLVED, ticket.number
    silence = None if was_resolved else NoticeFacts("closed-by-silence")
    after = replace(ticket, status=Status.CLOSED, clocks=())
    effects: list[Effect] = [
        ChangeStatus(number, Status.CLOSED, now),
        CancelPages(number, f"#{number} is closed"),
        SendMail(_letter("closing", after, silence, policy), record=True),
    ]
    if silence is not None:
        effects += tell(after, responsible(ticket, policy), silence, first_words(ticket, now), policy)
    why = "resolved long enough" if was_resolved else "the customer says nothing"
    return Decision(Outcome.RECORDED, f"#{number} is closed: {why}", tuple(effects), number)


def _letter(template: str, ticket: Ticket, notice: NoticeFacts | None, policy: Policy) -> Letter:
    facts = facts_about(ticket, policy, ticket.language, view_of_requester(ticket))
    return letter_to_requester(template, ticket, policy, Tone.GENERATED, replace(facts, notice=notice))
