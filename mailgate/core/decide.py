"""The whole behaviour of the desk: `decide(event, seen, policy, now) -> Decision`. Pure; the same call serves the
engine, `explain`, the examples in the rules and the tests.

A mail is, in this order: the same mail again; our own mail come back; a technician's work; a part of a ticket; a new
request. Each has its module.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from mailgate.core.again import one_more_copy
from mailgate.core.answers import answered
from mailgate.core.authority import NOT_YOURS, Standing, standing
from mailgate.core.bank import book
from mailgate.core.behalf import open_on_behalf
from mailgate.core.bounces import returned
from mailgate.core.budgets import REPORT, hold_back, report_held_back, spent_on_refusals, spent_on_sender
from mailgate.core.classify import Finding, described, kind_and_why, mail_kind
from mailgate.core.clockwork import clocked
from mailgate.core.decision import Decision, Findings
from mailgate.core.drills import drill
from mailgate.core.effects import CancelTimer, ChangeStatus, ClearAddress, Effect
from mailgate.core.escalation import STEP, escalate
from mailgate.core.events import (
    BankAsked,
    DeliveryFailed,
    DrillAsked,
    Event,
    MailReceived,
    MailUnreadable,
    PageAnswered,
    ReleaseAsked,
    RetryAsked,
    TicketRequested,
    TimerFired,
)
from mailgate.core.failures import refused_delivery, retry
from mailgate.core.flood_letters import together
from mailgate.core.floods import OF_FLOODS
from mailgate.core.identity import Sender, recognise
from mailgate.core.intents import Problem
from mailgate.core.keeping import kept_last
from mailgate.core.lateness import WARNING, warn, watched
from mailgate.core.letters import NoticeFacts
from mailgate.core.levels import Act, graded, may
from mailgate.core.lifecycle import WAITING, WAITING_OVER
from mailgate.core.model import Forwarded, MailKind, Outcome, Status, TokenKind
from mailgate.core.opening import incoming, request
from mailgate.core.people import Technician
from mailgate.core.policy import Policy
from mailgate.core.reach import check_reached
from mailgate.core.recount import CALENDAR_CHANGED, recount
from mailgate.core.replies import follow_up, resume, turned
from mailgate.core.routing import addressed_queue
from mailgate.core.seen import Seen
from mailgate.core.stand_ins import hearers, in_absence
from mailgate.core.starting import as_written, brings_in, start
from mailgate.core.summons import REACH, Words, tell
from mailgate.core.threads import thread_of
from mailgate.core.transcripts import told_problems
from mailgate.core.unreadable import AGAIN, more_unreadable, unreadable
from mailgate.core.wishes import PROVEN
from mailgate.core.work import work


def decide(event: Event, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """Answer one event; `now` only dates what happens because time passed."""
    decision = clocked(_decided(event, seen, policy, now), event, seen, policy, now)
    return kept_last(together(watched(decision, seen, policy, now), event, seen, policy, now))


def _decided(event: Event, seen: Seen, policy: Policy, now: datetime) -> Decision:
    match event:
        case MailReceived():
            return _mail(event, seen, policy)
        case MailUnreadable():
            return unreadable(event, seen, policy)
        case DeliveryFailed():
            return refused_delivery(event, seen, policy)
        case TicketRequested():
            return open_on_behalf(event, seen, policy)
        case RetryAsked() | ReleaseAsked():
            return retry(event)
        case DrillAsked():
            return drill(event, policy, now)
        case PageAnswered():
            return answered(event, seen, policy)
        case BankAsked():
            return book(event, seen, policy)
        case TimerFired():
            return _timer(event, seen, policy, now)
        case _:
            assert_never(event)


def _mail(event: MailReceived, seen: Seen, policy: Policy) -> Decision:
    sender = graded(event, recognise(event.mail.sender, event.envelope_from, policy), seen, policy)
    if seen.twins:
        return one_more_copy(event, sender, seen, policy)
    return _remarked(_understood(event, sender, seen, policy), event, sender, seen)


def _understood(event: MailReceived, sender: Sender, seen: Seen, policy: Policy) -> Decision:
    if event.ours:
        because = "our own mail came back: recorded, answered by nobody"
        found = Findings(sender.identity, sender.level, MailKind.OURS)
        return Decision(Outcome.RECORDED, because, (), seen.by_thread.number if seen.by_thread else None, found)
    if seen.sent is not None and event.mail.report is not None:
        return returned(event, event.mail.report, seen.sent, seen, sender, policy)
    by = brings_in(event, sender, seen, policy)
    if by is not None:
        return _brought_in(event, sender, by, seen, policy)
    stands = standing(event, sender, seen, policy)
    if stands is None:
        return _asked(event, sender, seen, policy)
    if stands.foreign and (_is_at_a_door(event, policy) or sender.customer is not None):
        return _asked_with_a_foreign_token(event, sender, stands, seen, policy)
    return work(event, sender, stands, seen, policy)


def _brought_in(event: MailReceived, sender: Sender, by: Technician, seen: Seen, policy: Policy) -> Decision:
    """A request that a technician passes on. At a door nobody waits for proof: unproven, it is the request of the
    contact who wrote it first, and else their own."""
    written = as_written(event, policy)
    if sender.level in PROVEN or event.token is not None or event.orders.orders or event.orders.problems:
        return start(event, sender, by, seen, policy)
    if written is not None:
        return request(*written, kind_and_why(*written), seen, policy)
    at_door = _is_at_a_door(event, policy)
    return _asked(event, sender, seen, policy) if at_door else start(event, sender, by, seen, policy)


def _is_at_a_door(event: MailReceived, policy: Policy) -> bool:
    return addressed_queue(event.recipients, policy) is not None


def _asked(event: MailReceived, sender: Sender, seen: Seen, policy: Policy) -> Decision:
    thread = thread_of(event, sender, seen)
    if thread is not None:
        return follow_up(event, sender, thread, seen, policy)
    found = kind_and_why(event, sender)
    if found[0] is MailKind.PERSON:
        return request(event, sender, found, seen, policy)
    return _robots_word(event, sender, found, seen, policy) or request(event, sender, found, seen, policy)


def _robots_word(event: MailReceived, sender: Sender, robot: Finding, seen: Seen, policy: Policy) -> Decision | None:
    """What a robot says about a mail of ours is kept with the ticket that mail was about, and answered by nobody."""
    found = Findings(sender.identity, sender.level, robot[0])
    if _is_at_our_address(event, seen) and not _is_at_a_door(event, policy):
        kept = (incoming(event, sender, seen.by_token.number, automatic=True),) if seen.by_token else ()
        because = f"{described(robot)} to an address that a mail of ours gave: kept, answered by nobody"
        return Decision(Outcome.RECORDED, because, kept, seen.by_token.number if seen.by_token else None, found)
    if seen.by_thread is not None:
        because = f"{described(robot)} about a mail of ours, from somebody who takes no part: answered by nobody"
        return Decision(Outcome.RECORDED, because, (), seen.by_thread.number, found)
    return None


def _is_at_our_address(event: MailReceived, seen: Seen) -> bool:
    """Whether a mail came to an address that only a mail of ours names: where it returns to, or where its reader
    answers. Robots write From as they like ("MAILER-DAEMON"), so that their level shows nothing."""
    kind = event.token.kind if event.token is not None else None
    return kind is TokenKind.BOUNCE or (kind is TokenKind.CONTACT and seen.by_token is not None)


def _asked_with_a_foreign_token(
    event: MailReceived, sender: Sender, found: Standing, seen: Seen, policy: Policy
) -> Decision:
    """A mail to a door, or of a customer, is heard, whatever else its writer addressed; the technician learns who has
    their address."""
    asked = _asked(event, sender, seen, policy)
    because = f"{asked.because}; it holds the signed address of {found.technician.key}"
    if mail_kind(event, sender) is not MailKind.PERSON:
        return replace(asked, because=because)
    spent = spent_on_refusals(seen, policy) or spent_on_sender(seen, policy)
    if spent is not None:
        held = hold_back(spent, found.technician.mail, asked.ticket, seen, event.received_at)
        return replace(asked, because=because, effects=(*asked.effects, *held))
    problems = (Problem(NOT_YOURS, detail=sender.address.mail),)
    told = told_problems(event, found.technician, seen.by_token, problems, policy)
    return replace(asked, because=f"{because}, who is told", effects=(*asked.effects, told))


def _remarked(decision: Decision, event: MailReceived, sender: Sender, seen: Seen) -> Decision:
    """The decision with what else the mail shows: whose mail it passes on, what could not be read of it, that its
    Message-ID was used before, that its writer's address works again."""
    remarks = [decision.because]
    if event.mail.forwarded is not None:
        remarks.append(_passed_on(event.mail.forwarded))
    if event.mail.defects:
        remarks.append(f"read with defects: {', '.join(event.mail.defects)}")
    if seen.same_id is not None:
        remarks.append(f"another mail, in #{seen.same_id.number}, has the same Message-ID")
    works = sender.address.mail.lower() in seen.marked and may(sender, Act.CLEAR_ADDRESS)
    cleared = (
        (ClearAddress(sender.address.mail.lower()),) if works and mail_kind(event, sender) is MailKind.PERSON else ()
    )
    return replace(decision, because="; ".join(remarks), effects=(*decision.effects, *cleared))


def _passed_on(inside: Forwarded) -> str:
    """Who wrote the mail inside a forward, and under which subject: a claim of whoever forwards it."""
    who = inside.sender
    name = f"{who.name} " if who and who.name else ""
    writer = f" by {name}<{who.mail}>" if who else ""
    told = f"passes on a mail{writer}" + (f' with the subject "{inside.subject}"' if inside.subject else "")
    return "".join(filter(str.isprintable, told))


def _timer(event: TimerFired, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """What was held back is reported; a wait that was given a length is over, unless the ticket has moved on since."""
    if event.kind == REPORT:
        return report_held_back(seen, policy)
    if event.kind == CALENDAR_CHANGED:
        return recount(event, seen, policy)
    if event.kind.endswith(WARNING):
        return warn(event, seen, policy, now)
    if event.kind.startswith(STEP):
        return escalate(event, seen, policy, now)
    if event.kind.startswith(REACH):
        return check_reached(event, seen, policy, now)
    if event.kind.startswith(AGAIN):
        return more_unreadable(seen, policy, now)
    if event.kind in OF_FLOODS:
        return OF_FLOODS[event.kind](event, seen, policy, now)
    ticket = seen.by_token
    if event.kind != WAITING_OVER or ticket is None or ticket.status not in WAITING:
        return Decision(Outcome.RECORDED, f"timer {event.kind} no longer applies", (), event.ticket)
    words = Words("", ticket.requester, now)
    opened = turned(ticket, Status.OPEN, policy, now)
    notice = in_absence(NoticeFacts("waiting-over"), ticket, seen, policy, now)
    effects: list[Effect] = [
        *(effect for effect in resume(ticket, now, policy) if not isinstance(effect, CancelTimer)),
        ChangeStatus(ticket.number, Status.OPEN, now),
        *tell(opened, hearers(ticket, seen, policy, now), notice, words, policy),
    ]
    return Decision(Outcome.RECORDED, f"the wait of #{ticket.number} is over", tuple(effects), ticket.number)
