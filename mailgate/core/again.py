"""The same mail comes once more: the same content from the same envelope sender (hazards I5).

A relay that hands over one copy for each recipient, or a mailbox behind each address, brings a mail twice that was
written once. The first copy was decided; one more changes nothing, unless it is the one that was sent to a door that
promises sooner (`moving`). What the desk made of the earlier ones is not for a relay to take back.
"""

from __future__ import annotations

from mailgate.core.classify import kind_and_why
from mailgate.core.decision import Decision, Findings
from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender
from mailgate.core.lifecycle import SETTLED
from mailgate.core.model import Identity, Outcome
from mailgate.core.moving import assured, move, promising_queue
from mailgate.core.policy import Policy, Queue
from mailgate.core.replies import HEARD
from mailgate.core.requests import Request, asked_for
from mailgate.core.routing import addressed_queue
from mailgate.core.seen import Seen
from mailgate.core.summons import words_of
from mailgate.core.ticket import Ticket


def one_more_copy(event: MailReceived, sender: Sender, seen: Seen, policy: Policy) -> Decision:
    """Decide a mail that has `seen.twins`: nothing new, or the door that only this copy names."""
    first, ticket, found = seen.twins[0], seen.by_twin, kind_and_why(event, sender)
    findings = Findings(sender.identity, sender.level, found[0])
    asked, known = asked_for(event, sender, found, seen, policy), _door_of_twins(seen, policy)
    queue = _promising(asked, ticket, known, policy) if ticket is not None else None
    if ticket is None or queue is None:
        about = f" (#{ticket.number})" if ticket is not None else ""
        because = f"the same mail as inbox {first.inbox_id}{about}: nothing new"
        return Decision(Outcome.DUPLICATE, because, (), ticket.number if ticket is not None else None, findings)
    moved = move(ticket, queue, words_of(event, sender), seen, policy)
    told = assured(moved.ticket, asked, seen, policy) if known is None else ()
    because = f"the same mail as inbox {first.inbox_id}, at another door: {moved.why}"
    return Decision(Outcome.FOLLOW_UP, because, (*told, *moved.effects), ticket.number, findings)


def _door_of_twins(seen: Seen, policy: Policy) -> Queue | None:
    """The door that earlier copies came to, which has answered; None when they came to signed addresses alone."""
    return addressed_queue(tuple(one for twin in seen.twins for one in twin.recipients), policy)


def _promising(asked: Request, ticket: Ticket, known: Queue | None, policy: Policy) -> Queue | None:
    """The queue that this copy moves a ticket under way to: it promises sooner than the ticket's own and than `known`.
    A technician's answer was work on the ticket, at whatever door its copies come."""
    answered_by_us = known is None and asked.sender.identity is Identity.TECHNICIAN
    if asked.kind not in HEARD or ticket.status in SETTLED or answered_by_us:
        return None
    queue = promising_queue(asked, ticket, policy)
    if queue is None or known is None:
        return queue
    return queue if queue.callback.minutes < known.callback.minutes else None
