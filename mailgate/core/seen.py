"""What `decide` may know of the past: loaded by `store.snapshot` before the decision, frozen, only what is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailgate.core.model import Outcome, Ticket

FIRST_TICKET = 1001
"""The number of the first ticket of a desk."""


@dataclass(frozen=True, slots=True)
class Twin:
    """An earlier inbox row with the same content and envelope sender, and what it had been addressed to."""

    inbox_id: int
    recipients: tuple[str, ...]
    ticket: int | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What became of an earlier mail of the same envelope sender."""

    outcome: Outcome
    ticket: int | None
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """The snapshot for one event.

    `by_token`, `by_thread`, `by_reference` and `by_tag` are the tickets that a mail might belong to: named by its
    signed address, by a Message-ID of ours, by a foreign Message-ID seen before, and by a `[#N]` in its subject.
    `by_twin` is the ticket of the newest twin. `lately` is what the same envelope sender sent within a day, the newest
    hundred of it. For the other events `by_token` is the ticket that they name.
    `turns` says who was paged last in each team, `load` how many open tickets each technician has."""

    next_ticket: int
    twins: tuple[Twin, ...] = ()
    by_twin: Ticket | None = None
    lately: tuple[Earlier, ...] = ()
    by_token: Ticket | None = None
    by_thread: Ticket | None = None
    by_reference: Ticket | None = None
    by_tag: Ticket | None = None
    turns: Mapping[str, str] = field(default_factory=dict)
    load: Mapping[str, int] = field(default_factory=dict)
