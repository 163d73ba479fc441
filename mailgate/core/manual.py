"""What `#aide` says of one ticket: which commands make sense as it stands, and the words that they take there."""

from __future__ import annotations

from collections.abc import Iterable

from mailgate.core.accounts import ManualFacts
from mailgate.core.lifecycle import POSSIBLE
from mailgate.core.people import Technician
from mailgate.core.policy import Policy
from mailgate.core.ticket import Ticket

MOST_NAMED = 8
"""How many technicians, queues and so on a short answer names."""


def manual(ticket: Ticket, reader: Technician, policy: Policy) -> ManualFacts:
    """The manual of a ticket for one technician; what is likelier to be written comes first."""
    return ManualFacts(
        impossible=tuple(kind.__name__.lower() for kind, when in POSSIBLE.items() if ticket.status not in when),
        technicians=_others(policy.technicians, reader.key),
        severities=_others(policy.severities, ticket.severity),
        priorities=_others(policy.priorities, ticket.priority),
        queues=_others(policy.queues, ticket.queue),
        customers=_others(policy.customers, ticket.customer),
    )


def _others(keys: Iterable[str], current: str | None) -> tuple[str, ...]:
    """The keys without the one that it is already."""
    return tuple(key for key in keys if key != current)[:MOST_NAMED]
