"""The whole behaviour of the desk: `decide(event, seen, policy, now) -> Decision`. Pure; the same call serves the
engine, `explain`, the examples in the rules and the tests.

A mail is, in this order: the same mail again; our own mail come back; a technician's work; a part of a ticket; a new
request. Each has its module.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from mailgate.core.authority import NOT_YOURS, Standing, standing
from mailgate.core.behalf import open_on_behalf
from mailgate.core.classify import mail_kind
from mailgate.core.decision import Decision, Findings
from mailgate.core.effects import CancelTimer, ChangeStatus, Effect
from mailgate.core.events import (
    DeliveryFailed,
    Event,
    MailReceived,
    MailUnreadable,
    RetryAsked,
    TicketRequested,
    TimerFired,
)
from mailgate.core.failures import refused_delivery, retry, unreadable
from mailgate.core.identity import Sender, recognise
from mailgate.core.intents import Problem
from mailgate.core.letters import NoticeFacts
from mailgate.core.lifecycle import WAITING
from mailgate.core.model import MailKind, Outcome, Status, TokenKind
from mailgate.core.opening import incoming, request, words_of
from mailgate.core.policy import Policy
from mailgate.core.replies import WAITING_OVER, follow_up, move, resume, sooner_queue
from mailgate.core.restraint import refused_enough
from mailgate.core.routing import addressed_queue
from mailgate.core.seen import Seen
from mailgate.core.summons import Words, responsible, tell
from mailgate.core.threads import thread_of
from mailgate.core.transcripts import told_problems
from mailgate.core.work import work


def decide(event: Event, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """Answer one event; `now` only dates what happens because time passed."""
    match event:
        case MailReceived():
            return _mail(event, seen, policy)
        case MailUnreadable():
            return unreadable(event, seen, policy)
        case DeliveryFailed():
            return refused_delivery(event, seen, policy)
        case TicketRequested():
            return open_on_behalf(event, seen, policy)
        case RetryAsked():
            return retry(event)
        case TimerFired():
            return _timer(event, seen, policy, now)
        case _:
            assert_never(event)


def _mail(event: MailReceived, seen: Seen, policy: Policy) -> Decision:
    sender = recognise(event.mail.sender, event.envelope_from, policy)
    if seen.twins:
        return _again(event, sender, seen, policy)
    if event.ours:
        because = "our own mail came back: recorded, answered by nobody"
        number = seen.by_thread.number if seen.by_thread else None
        return Decision(Outcome.RECORDED, because, (), number, Findings(sender.identity, MailKind.OURS))
    at_a_door = addressed_queue(event.recipients, policy) is not None
    if event.token is not None and event.token.kind is TokenKind.BOUNCE and not at_a_door:
        return _report(event, sender, seen)
    found = standing(event, sender, seen, policy)
    if found is None:
        return _asked(event, sender, seen, policy)
    if found.foreign and (at_a_door or sender.customer is not None):
        return _asked_with_a_foreign_token(event, sender, found, seen, policy)
    return work(event, sender, found, seen, policy)


def _asked(event: MailReceived, sender: Sender, seen: Seen, policy: Policy) -> Decision:
    thread = thread_of(event, sender, seen)
    if thread is not None:
        return follow_up(event, sender, thread, seen, policy)
    kind = mail_kind(event, sender)
    if seen.by_thread is not None and kind is not MailKind.PERSON:
        because = f"{kind.value} mail about a mail of ours, from somebody who takes no part: answered by nobody"
        return Decision(Outcome.RECORDED, because, (), seen.by_thread.number, Findings(sender.identity, kind))
    return request(event, sender, seen, policy)


def _asked_with_a_foreign_token(
    event: MailReceived, sender: Sender, found: Standing, seen: Seen, policy: Policy
) -> Decision:
    """A mail to a door, or of a customer, is heard, whatever else its writer addressed; the technician learns who has
    their address."""
    asked = _asked(event, sender, seen, policy)
    if refused_enough(seen):
        return asked
    problems = (Problem(NOT_YOURS, detail=sender.address.mail),)
    told = told_problems(event, found.technician, seen.by_token, problems, policy)
    because = f"{asked.because}; it holds the signed address of {found.technician.key}, who is told"
    return replace(asked, because=because, effects=(*asked.effects, told))


def _again(event: MailReceived, sender: Sender, seen: Seen, policy: Policy) -> Decision:
    """The same content from the same envelope sender: nothing new, unless it now names a door that promises sooner."""
    first = seen.twins[0]
    findings = Findings(sender.identity, mail_kind(event, sender))
    number = seen.by_twin.number if seen.by_twin else None
    sooner = sooner_queue(event.recipients, seen.by_twin, policy) if seen.by_twin else None
    if sooner is not None and seen.by_twin is not None:
        moved, why = move(seen.by_twin, sooner, words_of(event, sender), seen, policy)
        because = f"the same mail as inbox {first.inbox_id}, at another door: {why}"
        return Decision(Outcome.FOLLOW_UP, because, tuple(moved), number, findings)
    about = f" (#{number})" if number else ""
    because = f"the same mail as inbox {first.inbox_id}{about}: nothing new"
    return Decision(Outcome.DUPLICATE, because, (), number, findings)


def _report(event: MailReceived, sender: Sender, seen: Seen) -> Decision:
    """A mail to the return address of one of our mails: kept with the ticket that mail was about."""
    ticket = seen.by_token
    findings = Findings(sender.identity, mail_kind(event, sender))
    because = "a report about a mail of ours came back to its return address"
    if ticket is None:
        return Decision(Outcome.RECORDED, because, (), None, findings)
    effects: tuple[Effect, ...] = (incoming(event, sender, ticket.number, automatic=True),)
    return Decision(Outcome.RECORDED, because, effects, ticket.number, findings)


def _timer(event: TimerFired, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """A wait that was given a length is over, unless the ticket has moved on since."""
    ticket = seen.by_token
    if event.kind != WAITING_OVER or ticket is None or ticket.status not in WAITING:
        return Decision(Outcome.RECORDED, f"timer {event.kind} no longer applies", (), event.ticket)
    words = Words("", ticket.requester, now)
    opened = replace(ticket, status=Status.OPEN)
    effects: list[Effect] = [
        *(effect for effect in resume(ticket, now, policy) if not isinstance(effect, CancelTimer)),
        ChangeStatus(ticket.number, Status.OPEN, now),
        *tell(opened, responsible(ticket, policy), NoticeFacts("waiting-over"), words, policy),
    ]
    return Decision(Outcome.RECORDED, f"the wait of #{ticket.number} is over", tuple(effects), ticket.number)
