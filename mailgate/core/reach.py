"""Whether people were reached: a channel of each must take the page within a minute, else the next person is called.

A page leaves over every channel of its person at once, so there is no next channel to fail over to: what a channel may
take its time over is made good by the next person. The channel goes on trying (hazards F18), and a page that leaves
late finds its ticket answered and is called off. A provider's word that it took a page is no acknowledgement: that the
person is silent is the escalation's business.
"""

from __future__ import annotations

from datetime import datetime

from mailgate.core.decision import Decision
from mailgate.core.escalation import awaits_somebody, fresh
from mailgate.core.events import TimerFired
from mailgate.core.model import Outcome, PageState
from mailgate.core.paging import choose
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from mailgate.core.summons import PATIENCE_SECONDS, REACH, first_words, summon
from mailgate.core.ticket import Ticket

TAKEN = frozenset(
    {PageState.SENT, PageState.ACCEPTED, PageState.ACKNOWLEDGED, PageState.ESCALATED, PageState.EXHAUSTED}
)
"""The states of a page that some channel took."""


def check_reached(event: TimerFired, seen: Seen, policy: Policy, now: datetime) -> Decision:
    """A minute has passed since some people were called: call others in place of those whom nothing reached."""
    ticket = seen.by_token
    if ticket is None or not awaits_somebody(ticket):
        because = "whom the pages reached no longer matters"
        return Decision(Outcome.RECORDED, because, (), event.ticket)
    called = _called(event, ticket)
    lost = tuple(key for key in called if not _is_reached(key, ticket, seen))
    if not lost:
        because = f"pages reached {', '.join(called)} within {PATIENCE_SECONDS} s"
        return Decision(Outcome.RECORDED, because, (), ticket.number)
    chosen = choose(fresh(ticket, len(lost), policy), policy, seen, now)
    effects = tuple(summon(ticket, chosen, first_words(ticket, now), policy))
    because = f"no channel took the page of {', '.join(lost)} within {PATIENCE_SECONDS} s: {chosen.why}"
    return Decision(Outcome.RECORDED, because, effects, ticket.number)


def _called(event: TimerFired, ticket: Ticket) -> tuple[str, ...]:
    """The people that the timer's kind counts: "reach-0-3" are the first three who were called."""
    first, _, end = event.kind.removeprefix(REACH).partition("-")
    return ticket.notified[int(first) : int(end)]


def _is_reached(technician: str, ticket: Ticket, seen: Seen) -> bool:
    """Whether a channel took a page of theirs, and not one to an address where mail is known to end."""
    theirs = (page for page in ticket.pages if page.technician == technician)
    return any(page.state in TAKEN and page.target.lower() not in seen.dead for page in theirs)
