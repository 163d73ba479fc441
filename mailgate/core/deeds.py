"""What a technician's transcript tells of a plan that was carried out: what was done, and what the customer got."""

from __future__ import annotations

from collections.abc import Iterator

from mailgate.core.accounts import Received
from mailgate.core.grading import did_grade
from mailgate.core.intents import Acknowledge, MergeInto, SplitOff
from mailgate.core.letters import Did, InterventionFacts
from mailgate.core.model import Status
from mailgate.core.plan import Plan
from mailgate.core.policy import Policy
from mailgate.core.ticket import Ticket
from mailgate.core.transcripts import did_time


def done(planned: Plan, after: Ticket, spent: InterventionFacts | None, policy: Policy) -> Iterator[Did]:
    """What was done, in the order in which a person would tell it."""
    if planned.owner is planned.by and planned.ticket.assignee != planned.by.key:
        yield Did("taken")
    elif planned.owner is not None and planned.owner is not planned.by:
        yield Did("assigned", planned.owner.name)
    if planned.internal:
        yield Did("noted")
    yield from did_grade(planned.orders, policy)
    yield from _called(planned, after, policy)
    if planned.notifies:
        yield Did("answered", after.requester.mail)
    if spent is not None and spent.minutes:
        yield did_time(spent)
    if after.callback is not None and after.callback.kept_at and after.callback != planned.ticket.callback:
        yield Did("callback-kept" if after.callback.in_time else "callback-late")
    if planned.status is not None or planned.releases:
        yield Did(after.status.value if not planned.releases else "released")
    if not planned.public_words and all(isinstance(order.intent, Acknowledge) for order in planned.orders):
        holder = policy.technicians.get(planned.ticket.assignee or "")
        late = planned.owner is None and holder is not planned.by
        yield Did("already-taken", holder.name) if late and holder else Did("acknowledged")


def _called(planned: Plan, after: Ticket, policy: Policy) -> Iterator[Did]:
    """Who goes on being called for a request that only changed its queue: to note something is to take nothing."""
    people = (policy.technicians.get(key) for key in after.notified)
    names = ", ".join(one.name for one in people if one is not None)
    if after.queue != planned.ticket.queue and after.status is Status.NEW and names:
        yield Did("still-called", names)


def received(planned: Plan, after: Ticket) -> Received:
    """What the customer gets of the mail; what becomes of a request as a whole they get a letter of its own about."""
    own = planned.text if planned.public_words else ""
    files = len(planned.attachments) if planned.public_words else 0
    told = planned.notifies or planned.releases or _is_told_apart(planned, after)
    return Received(told, after.requester.mail, own, files)


def _is_told_apart(planned: Plan, after: Ticket) -> bool:
    """Whether whoever asks hears that they do from now on, or of which request theirs is part."""
    asks_anew = after.requester.mail.lower() != planned.ticket.requester.mail.lower()
    joins = any(isinstance(order.intent, MergeInto | SplitOff) for order in planned.orders)
    return not planned.internal and (asks_anew or joins)
