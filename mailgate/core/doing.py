"""A mail of a technician that was checked as a whole is carried out: one intervention and one notification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mailgate.core.bank import Bill, left, shown_to, warn_of_low, with_bank
from mailgate.core.changes import Change
from mailgate.core.clocks import after_wait, call_back, keeps, kept, stands_still
from mailgate.core.clockwork import clocks_after
from mailgate.core.correcting import correction, did_correct, taken_back
from mailgate.core.correspondence import View, facts_about, letter_to_requester, person_facts, view_of_requester
from mailgate.core.decision import Decision, Findings
from mailgate.core.deeds import done, received
from mailgate.core.effects import (
    AddMessage,
    Assign,
    CancelTimer,
    ChangeStatus,
    Effect,
    SendMail,
    SetClock,
    SetTimer,
)
from mailgate.core.events import MailReceived
from mailgate.core.grading import grading, moved
from mailgate.core.hours import due
from mailgate.core.identity import Sender
from mailgate.core.interventions import recorded, spent_on
from mailgate.core.keeping import deed_of
from mailgate.core.leave import did_leave, leave
from mailgate.core.letters import NoticeFacts, Tone
from mailgate.core.lifecycle import AFTER_WORK, SETTLED, WAITING, WAITING_OVER
from mailgate.core.model import Activity, Direction, Outcome, Status
from mailgate.core.opening import incoming
from mailgate.core.page_effects import AcknowledgePages, CancelPages
from mailgate.core.plan import Plan
from mailgate.core.policy import Policy
from mailgate.core.relating import copies, did_relate, relate
from mailgate.core.replies import release
from mailgate.core.seen import Seen
from mailgate.core.statement import statement
from mailgate.core.summons import Words, first_words, message_facts, tell, words_of
from mailgate.core.ticket import Clock, Line, Promise, Ticket
from mailgate.core.transcripts import Account, told_work

ATTENDED = "somebody attends to it already: nobody is called"
"""Why nobody was called for a request, in the journal."""

WORDLESS = {Status.CLOSED: "closing", Status.WAITING_VALIDATION: "validation"}
"""What tells the customer of a status when the technician said nothing beside it."""


def carry_out(
    event: MailReceived, sender: Sender, planned: Plan, seen: Seen, policy: Policy, findings: Findings
) -> Decision:
    """Everything that the mail asks for, in the order of events."""
    effects, account, after = worked(event, sender, planned, seen, policy)
    said, told = _said(event, sender, planned), told_work(event, planned.by, after, account, policy)
    effects = (said, *effects, told) if planned.orders or not planned.public_words else (said, *effects)
    bound = tuple(did_relate(planned.orders, planned.ticket, after, policy))
    number = planned.ticket.number
    because = f"{planned.by.key} works on #{number}: " + (", ".join(one.code for one in account.did) or "help")
    reasons = [f"{one.scale} {one.now}: {one.reason or 'the customer is told'}" for one in planned.regraded]
    reasons += [f"{one.code}: {one.detail}" for one in bound]
    reasons += [ATTENDED] if planned.releases and planned.owner is not None else []
    effects = (*effects, *deed_of(event, planned, effects, seen))
    return Decision(Outcome.FOLLOW_UP, "; ".join((because, *reasons)), effects, number, findings)


def worked(
    event: MailReceived, sender: Sender, planned: Plan, seen: Seen, policy: Policy
) -> tuple[tuple[Effect, ...], Account, Ticket]:
    """What the work leads to beside the mail itself, what its author hears of it, and the ticket as it stands then."""
    at = event.received_at
    after, spent = _ticket_after(planned, policy, at), spent_on(planned, policy)
    bank, correct = left(planned.graded, spent, seen, policy), correction(planned, seen, policy)
    effects: tuple[Effect, ...] = (
        *_seen(planned, at),
        *_changes(planned, after, policy, at),
        *relate(planned, after, seen, policy, at),
        *((taken_back(event, planned, correct),) if correct else recorded(event, planned, spent)),
        *_released(event, sender, planned, after, seen, policy),
        *_notification(event, sender, planned, after, Bill(spent, bank), policy),
        *_handed_over(event, sender, planned, after, policy),
        *_holder_told(event, sender, planned, after, policy),
        *_called_off(planned, after, policy, at),
        *warn_of_low(after, spent, bank, seen, policy),
        *leave(planned.orders, planned.by, policy, at),
    )
    bound = did_relate(planned.orders, planned.ticket, after, policy)
    did = (*done(planned, after, spent, policy), *did_correct(correct), *bound, *did_leave(planned.orders))
    stated = statement(planned, spent, bank, seen.worked, policy)
    return effects, Account(did, planned.help, spent, received(planned, after), bank, stated), after


def _ticket_after(planned: Plan, policy: Policy, at: datetime) -> Ticket:
    """The ticket as it will stand; letters about it are written from this."""
    ticket, owner = planned.ticket, planned.owner
    worked = owner is not None or planned.activity not in (None, Activity.NOTE)
    status = planned.status or (AFTER_WORK[ticket.status] if worked else ticket.status)
    if planned.releases:
        status = Status.NEW if owner is None else Status.OPEN
    callback = _callback_after(planned, policy, at)
    assignee = owner.key if owner is not None else ticket.assignee
    after = replace(planned.graded.with_clocks(*callback), status=status, assignee=assignee)
    heard_by = planned.by.key if planned.speaks else None
    timed = planned.wait is not None and planned.wait.duration is not None
    after = after.with_clocks(*clocks_after(Change(ticket, after, at, heard_by, timed, seen=planned.sees), policy))
    return replace(after, history=(*ticket.history, *_line(planned, at)))


def _line(planned: Plan, at: datetime) -> Iterator[Line]:
    """The words of the mail as the next ones about the ticket quote them: everybody at the desk reads them there."""
    if planned.text:
        yield Line(at, planned.by.mail, Direction.OUT if planned.public_words else Direction.INTERNAL, planned.text)


def _callback_after(planned: Plan, policy: Policy, at: datetime) -> tuple[Clock, ...]:
    """The call-back clock after this mail, if the ticket has one; a parked request has it from its release on."""
    ticket, graded = planned.ticket, planned.graded
    if planned.releases:
        graded = graded.with_clocks(call_back(policy.queues.get(ticket.queue, policy.default_queue), policy, at))
    callback = graded.callback
    if callback is None:
        return ()
    callback = moved(callback, ticket, graded, policy)
    means = (planned.activity, Activity.REPLY if planned.public_words else None)
    how = next((one for one in means if one is not None and keeps(graded, one, policy)), None)
    if not planned.releases and (how is not None or planned.status not in (None, ticket.status)):
        callback = after_wait(ticket, callback, policy, at)
    return (callback if how is None else kept(callback, at, planned.by.key, how),)


def _said(event: MailReceived, sender: Sender, planned: Plan) -> AddMessage:
    """The technician's words for the story; a mail of nothing but commands is kept as what it asked for."""
    message = incoming(event, sender, planned.ticket.number, automatic=False)
    if planned.public_words:
        return replace(message, direction=Direction.OUT, to=(planned.graded.requester.mail,), text=planned.text)
    text = planned.text or "\n".join(order.line for order in planned.orders)
    return replace(message, direction=Direction.INTERNAL, to=(), text=text)


def _changes(planned: Plan, after: Ticket, policy: Policy, at: datetime) -> Iterator[Effect]:
    ticket, number = planned.ticket, planned.ticket.number
    if after.assignee != ticket.assignee and after.assignee is not None:
        yield Assign(number, after.assignee)
    yield from grading(ticket, after)
    moves = after.callback != ticket.callback or _goes_on(planned, after)
    if after.callback is not None and moves and not planned.releases:
        yield SetClock(number, after.callback)
    if after.status is not ticket.status and not planned.releases:
        yield ChangeStatus(number, after.status, at)
    if ticket.status in WAITING and after.status is not ticket.status:
        yield CancelTimer(number, WAITING_OVER)
    if planned.wait is not None and planned.wait.duration is not None:
        calendar = policy.calendar_of(policy.queues.get(ticket.queue, policy.default_queue))
        yield SetTimer(number, WAITING_OVER, due(calendar, at, planned.wait.duration))
    if after.status in SETTLED:
        yield CancelPages(number, f"#{number} is {after.status.value}")


def _goes_on(planned: Plan, after: Ticket) -> bool:
    """Whether the call-back clock stood still until now: its warnings are due again."""
    ticket = planned.ticket
    owed = ticket.callback is not None and ticket.callback.running
    return owed and after.status is not ticket.status and stands_still(ticket, Promise.CALLBACK)


def _seen(planned: Plan, at: datetime) -> Iterator[Effect]:
    if planned.sees:
        yield AcknowledgePages(planned.ticket.number, planned.by.key, at)


def _released(
    event: MailReceived, sender: Sender, planned: Plan, after: Ticket, seen: Seen, policy: Policy
) -> list[Effect]:
    if not planned.releases:
        return []
    effects, _ = release(planned.ticket, words_of(event, sender), seen, policy, after)
    return effects


def _notification(
    event: MailReceived, sender: Sender, planned: Plan, after: Ticket, bill: Bill, policy: Policy
) -> Iterator[Effect]:
    """The customer's mail of this intervention: the technician's own words, or an automatic sentence in their place."""
    if not planned.notifies:
        return
    words = replace(words_of(event, sender), text=planned.text)
    message, enclosure = message_facts(words, policy)
    personal = planned.public_words
    view = View.REQUESTER if personal else view_of_requester(after)
    facts = facts_about(after, policy, after.language, view)
    facts = replace(facts, technician=person_facts(planned.by), message=message, intervention=bill.spent)
    facts = replace(facts, regraded=planned.regraded)
    worded = planned.activity is not None or planned.regraded
    template = "notification" if worded else WORDLESS.get(after.status, "notification")
    tone = Tone.PERSON if personal else Tone.GENERATED
    letter = replace(letter_to_requester(template, after, policy, tone, facts), enclosure=enclosure)
    yield SendMail(with_bank(letter, shown_to(after, bill.bank)), record=not personal)
    yield from copies(letter, after, policy)


def _handed_over(event: MailReceived, sender: Sender, planned: Plan, after: Ticket, policy: Policy) -> Iterator[Effect]:
    """Somebody else who is given the ticket is told, with what was said."""
    if planned.owner is None or planned.owner is planned.by:
        return
    words = _words_of_colleague(event, sender, planned)
    yield from tell(after, (planned.owner,), NoticeFacts("assigned", planned.by.name), words, policy)


def _holder_told(event: MailReceived, sender: Sender, planned: Plan, after: Ticket, policy: Policy) -> Iterator[Effect]:
    """Somebody whose ticket is taken by another is told who has it now, and what was done on it by a colleague."""
    holder, owner = policy.technicians.get(planned.ticket.assignee or ""), planned.owner
    if holder in (None, owner, planned.by) or planned.ticket.status is Status.NEW or holder is None:
        return
    notice = NoticeFacts("worked", planned.by.name) if owner is None else NoticeFacts("taken", owner.name)
    if owner is not None or planned.activity is not None or _moved_or_graded(planned, after):
        yield from tell(after, (holder,), notice, _words_of_colleague(event, sender, planned), policy)


def _moved_or_graded(planned: Plan, after: Ticket) -> bool:
    return after.status is not planned.ticket.status or planned.graded != planned.ticket


def _words_of_colleague(event: MailReceived, sender: Sender, planned: Plan) -> Words:
    """The technician's words as another one reads them: under their own name, without the commands."""
    return replace(words_of(event, sender), text=planned.text, sender=replace(sender.address, name=planned.by.name))


def _called_off(planned: Plan, after: Ticket, policy: Policy, at: datetime) -> Iterator[Effect]:
    """The first who answers has the ticket: the others who were called are told who, and their pages are called off."""
    ticket, owner = planned.ticket, planned.owner
    if owner is None or ticket.status is not Status.NEW:
        return
    yield CancelPages(ticket.number, f"taken by {owner.name}")
    others = (policy.technicians.get(key) for key in ticket.notified)
    told = tuple(one for one in others if one not in (None, owner, planned.by))
    yield from tell(after, told, NoticeFacts("taken", owner.name), first_words(ticket, at), policy)
