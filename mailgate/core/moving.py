"""A mail that continues a ticket may come to a door, and a door is a promise (domain.md §1).

    under way, and the door promises sooner ──▶ the ticket moves there: people are called who were not yet
    resolved or closed, any door            ──▶ the ticket is new again, and people are called until somebody has it

Nobody who writes to the urgent door waits for the regular one, or for whoever had the ticket a month ago. Who wrote
reads which promise holds now, where anybody who writes to a door would be acknowledged; it is no second acknowledgement
of the request (hazards I11). An answer to the signed address is no mail to a door. One more copy of a mail may be one:
`again`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from mailgate.core import floods
from mailgate.core.changes import Change
from mailgate.core.clocks import after_wait, call_back, dropped
from mailgate.core.clockwork import clocks_after
from mailgate.core.correspondence import facts_about, letter_to_requester, view_of_requester
from mailgate.core.effects import CancelTimer, ChangeStatus, Effect, MoveToQueue, SendMail, SetClock
from mailgate.core.escalation import first_step
from mailgate.core.letters import NoticeFacts, Tone
from mailgate.core.levels import Act, may
from mailgate.core.lifecycle import AFTER_CUSTOMER, SETTLED, WAITING, WAITING_OVER
from mailgate.core.model import Status
from mailgate.core.opening import call_people
from mailgate.core.page_effects import UnanswerPages
from mailgate.core.paging import Chosen, choose
from mailgate.core.policy import Actions, Policy, Queue
from mailgate.core.requests import Request, answer, is_parked, is_refused, language_of
from mailgate.core.routing import addressed_queue, settle
from mailgate.core.seen import Seen
from mailgate.core.stand_ins import hearers, in_absence
from mailgate.core.summons import Words, summon, tell
from mailgate.core.ticket import Clock, Ticket

MOVED = NoticeFacts("moved")
"""Why those who know the ticket from its first door hear of it again, and why who wrote does."""

REOPENED = NoticeFacts("reopened")
"""Why people are called for a ticket that was settled."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A ticket that a door promises something for: as it stands then, what leads there, and why."""

    ticket: Ticket
    effects: tuple[Effect, ...]
    why: str


def sooner_queue(recipients: tuple[str, ...], ticket: Ticket, policy: Policy) -> Queue | None:
    """The addressed queue, if it promises sooner than the ticket's own and the ticket is under way."""
    queue, current = addressed_queue(recipients, policy), policy.queues.get(ticket.queue)
    if queue is None or ticket.status in (Status.PARKED, Status.MERGED):
        return None
    if current is not None and queue.callback.minutes >= current.callback.minutes:
        return None
    return queue


def promising_queue(asked: Request, ticket: Ticket, policy: Policy) -> Queue | None:
    """The addressed queue, if a mail there begins a promise: sooner than the ticket's own, or after it was settled, by
    who could have asked for something new."""
    recipients = asked.event.recipients
    if is_parked(asked) or is_refused(asked):
        return None
    settled = ticket.status in SETTLED
    return addressed_queue(recipients, policy) if settled else sooner_queue(recipients, ticket, policy)


def move(ticket: Ticket, queue: Queue, words: Words, seen: Seen, policy: Policy) -> Moved:
    """Bring a ticket to a door: its clock, and its people."""
    callback, ended = _promised(ticket, queue, words, policy)
    again = ticket.status in SETTLED
    status = Status.NEW if again else AFTER_CUSTOMER[ticket.status]
    moved = replace(ticket.with_clocks(callback), queue=queue.key, status=status)
    moved = moved.with_clocks(*clocks_after(Change(ticket, moved, words.at), policy))
    call = _call_again if again else _call_more
    chosen, pages = call(moved, ticket, words, seen, policy)
    known = hearers(ticket, seen, policy, words.at) if _is_known(ticket, chosen) else ()
    notice = in_absence(REOPENED if again else MOVED, ticket, seen, policy, words.at)
    told = tell(moved, tuple(one for one in known if one not in chosen.people), notice, words, policy)
    effects = (
        *((MoveToQueue(ticket.number, queue.key),) if queue.key != ticket.queue else ()),
        *ended,
        SetClock(ticket.number, callback),
        *wake(ticket, status, words.at),
        *pages,
        *told,
    )
    was = f"{ticket.status.value} before, and the {queue.key} door promises anew"
    sooner = f"the {queue.key} door promises sooner, so the ticket moves there"
    return Moved(moved, effects, f"{was if again else sooner}; {chosen.why}")


def assured(moved: Ticket, asked: Request, seen: Seen, policy: Policy) -> tuple[Effect, ...]:
    """What the door promises now, to who wrote to it, if an answer to their mail is due."""
    sender, mail = asked.sender, asked.event.mail
    theirs = replace(
        moved,
        requester=sender.address,
        registered=sender.customer_key == moved.customer and sender.registered and may(sender, Act.SEE_OWN_WORDS),
        language=language_of(sender, mail.language, policy),
        references=_answering(moved.references, mail.message_id),
    )
    facts = facts_about(theirs, policy, theirs.language, view_of_requester(theirs))
    facts = replace(facts, notice=MOVED)
    letter = letter_to_requester("followed", theirs, policy, Tone.GENERATED, facts)
    return answer(asked, SendMail(letter, record=True), seen)


def _answering(references: tuple[str, ...], message_id: str) -> tuple[str, ...]:
    """The thread of a ticket with the mail that is answered last."""
    return (*(one for one in references if one != message_id), message_id) if message_id else references


def wake(ticket: Ticket, status: Status, at: datetime) -> list[Effect]:
    """What brings the turn back to the desk, if it is the customer's or nobody's."""
    if status is ticket.status:
        return []
    ended: list[Effect] = [CancelTimer(ticket.number, WAITING_OVER)] if ticket.status in WAITING else []
    return [*ended, ChangeStatus(ticket.number, status, at)]


def _is_known(ticket: Ticket, chosen: Chosen) -> bool:
    """Whether others hear of it than those who are called: who has it, who was called before, or nobody would."""
    asked = bool(ticket.notified) and ticket.status not in SETTLED
    return ticket.assignee is not None or asked or not chosen.people


def _wakes(ticket: Ticket) -> bool:
    """Whether a customer's mail changes whose turn it is."""
    return AFTER_CUSTOMER[ticket.status] is not ticket.status


def _promised(ticket: Ticket, queue: Queue, words: Words, policy: Policy) -> tuple[Clock, tuple[Effect, ...]]:
    """The call-back that is owed from now on, and the end of the one that was owed: the sooner one stays, unless the
    ticket was settled."""
    callback, earlier = call_back(queue, policy, words.at), ticket.callback
    if earlier is None or not earlier.running:
        return callback, ()
    earlier = after_wait(ticket, earlier, policy, words.at) if _wakes(ticket) else earlier
    if ticket.status in SETTLED:
        return callback, (SetClock(ticket.number, dropped(earlier, ticket.waiting_since or words.at)),)
    if earlier.due_at <= callback.due_at:
        return earlier, ()
    return callback, (SetClock(ticket.number, dropped(earlier, words.at)),)


def _call_more(
    moved: Ticket, _was: Ticket, words: Words, seen: Seen, policy: Policy
) -> tuple[Chosen, tuple[Effect, ...]]:
    """As many as the door promises, less those who were called before."""
    return call_people(moved, settle(Actions(), policy.queues[moved.queue]), words, seen, policy)


def _call_again(
    moved: Ticket, was: Ticket, words: Words, seen: Seen, policy: Policy
) -> tuple[Chosen, tuple[Effect, ...]]:
    """As many as for a new request, whoever has the ticket first; at another door as that one promises."""
    asked = moved if moved.queue == was.queue else replace(moved, team=None, notify=None)
    chosen = choose(floods.wanted(asked, policy), policy, seen, words.at)
    return chosen, (
        floods.counted(moved, words.at, alone=True),
        UnanswerPages(moved.number),
        *summon(moved, chosen, words, policy, REOPENED),
        first_step(moved, policy, words.at),
    )
