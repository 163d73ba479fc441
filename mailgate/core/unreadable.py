"""A mail that nobody can read: kept aside and told to the administrators; at the urgent door it pages all the same.

A flood of such mails wakes nobody for each (hazards A39): those that come while the desk's own timer is set are told in
one page when it fires. The timer's kind names the last mail that a page told of.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mailgate.core.correspondence import letters_to_administrators
from mailgate.core.decision import Decision
from mailgate.core.effects import Effect, Quarantine, SendMail, SetTimer
from mailgate.core.events import MailUnreadable
from mailgate.core.letters import NoticeFacts
from mailgate.core.model import Outcome
from mailgate.core.policy import Policy, Queue
from mailgate.core.routing import addressed_queue
from mailgate.core.seen import Seen
from mailgate.core.summons import alarm_unreadable

AGAIN = "unreadable-"
"""The kind of the desk's timer, the inbox row behind it."""

NAMED = 5
"""How many rows a page names."""


def unreadable(event: MailUnreadable, seen: Seen, policy: Policy) -> Decision:
    """Keep the mail aside, tell the administrators, and page the urgent door's people, or let them hear of it later."""
    notice = NoticeFacts("quarantine", f"inbox {event.inbox_id}: {event.reason}")
    effects: list[Effect] = [Quarantine(event.inbox_id, event.reason)]
    effects += map(SendMail, letters_to_administrators(notice, policy))
    because = f"mail could not be read or decided: {event.reason}"
    queue = _urgent(event.recipients, policy)
    if queue is not None and seen.alarmed:
        because += f"; the {queue.key} door's people hear of it in their next page"
    elif queue is not None:
        effects += _alarm(queue, (event.inbox_id,), seen, policy, event.received_at)
        because += f"; the {queue.key} door pages even then"
    return Decision(Outcome.RECORDED, because, tuple(effects))


def more_unreadable(seen: Seen, policy: Policy, now: datetime) -> Decision:
    """One page for all that came since the last one."""
    urgent = [(row, queue) for row, recipients in seen.unread if (queue := _urgent(recipients, policy)) is not None]
    if not urgent:
        return Decision(Outcome.RECORDED, "no other mail at an urgent door could not be read")
    rows = tuple(row for row, _ in urgent)
    effects = tuple(_alarm(urgent[0][1], rows, seen, policy, now))
    return Decision(Outcome.RECORDED, f"one page tells of {len(rows)} mails that could not be read", effects)


def _alarm(queue: Queue, rows: tuple[int, ...], seen: Seen, policy: Policy, at: datetime) -> Iterator[Effect]:
    more = f" (+{len(rows) - NAMED})" if len(rows) > NAMED else ""
    yield from alarm_unreadable(queue, policy, seen, f"inbox {', '.join(map(str, rows[:NAMED]))}{more}", at)
    yield SetTimer(None, f"{AGAIN}{rows[-1]}", at + policy.floods.within)


def _urgent(recipients: tuple[str, ...], policy: Policy) -> Queue | None:
    queue = addressed_queue(recipients, policy)
    return queue if queue is not None and policy.is_urgent(queue) else None
