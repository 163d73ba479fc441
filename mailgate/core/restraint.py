"""When it is time to be silent: a robot that does not say so answers whatever it gets, and so would we.

Nobody is asked what they are. Who wrote very often within a day, other than to a door, is answered no more, and what
they add to one ticket is told to nobody any more: kept and journaled it is all the same. One silence ends a ping-pong,
whoever the other half is. A mail to a door is always acknowledged: robots write to the address that our mails come
from. Pages and a technician's words are never held back (interfaces.md §5).
"""

from __future__ import annotations

from mailgate.core.model import Outcome
from mailgate.core.policy import Policy
from mailgate.core.routing import addressed_queue
from mailgate.core.seen import Seen

REQUESTS_A_DAY = 10
"""Requests beside the doors that are acknowledged to one envelope sender (hazards A36)."""

REFUSALS_A_DAY = 50
"""Refused mails of one envelope sender that somebody is told of: a technician, or the sender, who may be forged."""

FOLLOW_UPS_A_DAY = 50
"""Follow-ups of one envelope sender on one ticket that are told to technicians."""

_ASKED = frozenset({Outcome.TICKET, Outcome.PARKED, Outcome.REFUSED})


def asked_enough(seen: Seen, policy: Policy) -> bool:
    """Whether the sender was answered often enough for a day, doors aside."""
    asked = [one for one in seen.lately if one.outcome in _ASKED and addressed_queue(one.recipients, policy) is None]
    return len(asked) >= REQUESTS_A_DAY


def refused_enough(seen: Seen) -> bool:
    """Whether it was said often enough for a day that this sender is refused."""
    return len([one for one in seen.lately if one.outcome is Outcome.REFUSED]) >= REFUSALS_A_DAY


def followed_enough(seen: Seen, ticket: int) -> bool:
    """Whether technicians heard often enough for a day what this sender adds to the ticket."""
    told = [one for one in seen.lately if one.outcome is Outcome.FOLLOW_UP and one.ticket == ticket]
    return len(told) >= FOLLOW_UPS_A_DAY
