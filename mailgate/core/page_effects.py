"""What must happen to pages: the effects that reach people, and those that end with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailgate.core.letters import Letter
from mailgate.core.model import Channel


@dataclass(frozen=True, slots=True)
class Page:
    """Promise to reach a technician over one channel: rendered now, sent by the lane that never waits.

    `target` is a mail address, or the URL of a pager that is not reached by mail. It does not leave before
    `not_before` (a queue with quiet hours)."""

    technician: str
    channel: Channel
    target: str
    letter: Letter
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class AcknowledgePages:
    """The technician has seen the ticket: their pages for it are acknowledged."""

    ticket: int
    technician: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CancelPages:
    """Pages of the ticket that did not leave yet are no longer needed."""

    ticket: int
    reason: str


@dataclass(frozen=True, slots=True)
class EscalatePages:
    """Nobody answered the ticket's pages that left: others are called."""

    ticket: int


@dataclass(frozen=True, slots=True)
class ExhaustPages:
    """Nobody answered the ticket's pages, and there is nobody left to call."""

    ticket: int


@dataclass(frozen=True, slots=True)
class UnanswerPages:
    """Whoever answered the ticket's pages gave it back: nobody has answered them."""

    ticket: int


@dataclass(frozen=True, slots=True)
class FailPage:
    """The page that outbox row `outbox_id` carried did not reach its person."""

    outbox_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Await:
    """Bring `TimerFired(kind, ticket)` back so many seconds after this is written down: what is decided late does
    not find the patience of its pages used up."""

    ticket: int
    kind: str
    seconds: int


@dataclass(frozen=True, slots=True)
class CountCall:
    """A request asks for people. `alone`: they are called for it; else it waits for a page that tells of several.
    `customer` is "" when the rules name none."""

    ticket: int
    customer: str
    queue: str
    at: datetime
    alone: bool


@dataclass(frozen=True, slots=True)
class SpeakFor:
    """The pages of the ticket `front` tell of these others, too, and of all that waited in its queue for a page about
    its customer."""

    front: int
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PassOn:
    """Bring `TimerFired(kind, …)` back at `at` for every ticket that the pages of `front` tell of and nobody has."""

    front: int
    kind: str
    at: datetime


FloodEffect = CountCall | SpeakFor | PassOn

PageEffect = (
    Page
    | AcknowledgePages
    | CancelPages
    | EscalatePages
    | ExhaustPages
    | UnanswerPages
    | FailPage
    | Await
    | CountCall
    | SpeakFor
    | PassOn
)
