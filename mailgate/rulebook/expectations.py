"""What an example expects of a decision, and what came instead.

`ANSWERS` reads each expected thing off the decision, the way the desk would act on it. A test proves the table total.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time
from zoneinfo import ZoneInfo

from mailgate.core.decision import Decision
from mailgate.core.effects import OpenTicket, SendMail
from mailgate.core.letters import Tone
from mailgate.core.model import Outcome
from mailgate.core.page_effects import Page
from mailgate.core.policy import Policy
from mailgate.core.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come of an example's mail; None: anything may. The names are those of the rules.

    `pages` and `notify` count people. `tag`: all of these. `team`: everybody paged belongs to it. `callback` is a
    time of day or a date with a time, local to the desk unless it has an offset."""

    outcome: Outcome | None = None
    queue: str | None = None
    customer: str | None = None
    priority: str | None = None
    severity: str | None = None
    kind: str | None = None
    level: int | None = None
    tag: tuple[str, ...] | None = None
    team: str | None = None
    assign: str | None = None
    notify: int | None = None
    pages: int | None = None
    acknowledge: bool | None = None
    park: bool | None = None
    refuse: bool | None = None
    callback: datetime | time | None = None


@dataclass(frozen=True, slots=True)
class Came:
    """A decision, as expectations look at it."""

    decision: Decision
    policy: Policy

    @property
    def ticket(self) -> Ticket | None:
        """The ticket that was opened."""
        return next((one.ticket for one in self.decision.effects if isinstance(one, OpenTicket)), None)

    @property
    def paged(self) -> tuple[str, ...]:
        """The people paged, each once."""
        pages = (one.technician for one in self.decision.effects if isinstance(one, Page))
        return tuple(dict.fromkeys(pages))

    @property
    def teams(self) -> tuple[str, ...]:
        """The teams that everybody paged belongs to."""
        people = set(self.paged)
        return tuple(key for key, team in self.policy.teams.items() if people and people <= set(team.members))

    @property
    def callback(self) -> datetime | None:
        """The call-back deadline, on the desk's clock."""
        owed = self.ticket.callback if self.ticket else None
        return owed.due_at.astimezone(ZoneInfo(self.policy.desk.timezone)) if owed else None

    @property
    def acknowledged(self) -> bool:
        """Whether a ticket's sender gets the automatic answer."""
        mails = (one.letter for one in self.decision.effects if isinstance(one, SendMail))
        return self.decision.outcome is Outcome.TICKET and any(mail.tone is Tone.REPLIED for mail in mails)


ANSWERS: Mapping[str, Callable[[Came], object]] = {
    "outcome": lambda came: came.decision.outcome,
    "queue": lambda came: came.ticket and came.ticket.queue,
    "customer": lambda came: came.ticket and came.ticket.customer,
    "priority": lambda came: came.ticket and came.ticket.priority,
    "severity": lambda came: came.ticket and came.ticket.severity,
    "kind": lambda came: came.ticket and came.ticket.kind,
    "level": lambda came: came.ticket and came.ticket.level,
    "tag": lambda came: came.ticket and came.ticket.tags,
    "team": lambda came: came.teams,
    "assign": lambda came: came.ticket and came.ticket.assignee,
    "notify": lambda came: len(came.paged),
    "pages": lambda came: len(came.paged),
    "acknowledge": lambda came: came.acknowledged,
    "park": lambda came: came.decision.outcome is Outcome.PARKED,
    "refuse": lambda came: came.decision.outcome is Outcome.REFUSED,
    "callback": lambda came: came.callback,
}


def disappointments(expect: Expectation, decision: Decision, policy: Policy) -> Iterator[str]:
    """A sentence for everything that was expected and came otherwise."""
    came = Came(decision, policy)
    for one in fields(expect):
        wanted, got = getattr(expect, one.name), ANSWERS[one.name](came)
        if wanted is not None and not _agree(wanted, got):
            yield f"expected {one.name} {_shown(wanted)}, got {_shown(got)}"


def _agree(wanted: object, got: object) -> bool:
    match wanted, got:
        case (tuple(), tuple()):
            return set(wanted) <= set(got)
        case (_, tuple()):
            return wanted in got
        case (time(), datetime()):
            return got.time() == wanted
        case _:
            return wanted == got


def _shown(value: object) -> str:
    match value:
        case None | ():
            return "nothing"
        case bool() | int():
            return str(value).lower()
        case tuple():
            return ", ".join(map(_shown, value))
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M%z}"
        case time():
            return f"{value:%H:%M}"
        case _:
            return f"'{value}'"
