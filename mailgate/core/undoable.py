"""What one mail of a technician changed, kept with it so that `#annuler` can put it back (core.undoing).

A ticket's `State` is all of it that such a mail may change, apart from its clocks. It falls into parts that only make
sense together: whoever asks has a name, an address and a language. A part is put back as long as nobody changed it
since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mailgate.core.model import Activity, Address, Status
from mailgate.core.ticket import Clock, Promise, Ticket

ENDED = (Status.CLOSED, Status.MERGED)


@dataclass(frozen=True, slots=True)
class State:
    """A ticket as one mail found it, or left it; `since` is when its wait began or when it was closed, `wakes_at` when
    the wait ends by itself."""

    status: Status
    since: datetime | None
    wakes_at: datetime | None
    assignee: str | None
    queue: str
    kind: str
    level: int
    severity: str | None
    priority: str | None
    subject: str
    requester: str
    requester_name: str
    language: str
    registered: bool
    customer: str | None
    timezone: str


PARTS: Mapping[str, tuple[str, ...]] = {
    "status": ("status", "since"),
    "wait": ("wakes_at",),
    "assignee": ("assignee",),
    "queue": ("queue",),
    "kind": ("kind",),
    "level": ("level",),
    "severity": ("severity",),
    "priority": ("priority",),
    "subject": ("subject",),
    "contact": ("requester", "requester_name", "language", "registered"),
    "customer": ("customer", "timezone"),
}


@dataclass(frozen=True, slots=True)
class Work:
    """An intervention: real and charged minutes, both below zero when it takes back; `bank` is the customer whose bank
    pays them."""

    activity: Activity
    minutes: int
    charged: int
    public: bool = True
    bank: str | None = None


@dataclass(frozen=True, slots=True)
class Mailed:
    """A mail that left because of a deed, or will: `unsent` while nobody took it, `tried` when a relay was asked to."""

    outbox_id: int
    template: str
    target: str
    at: datetime
    unsent: bool = False
    tried: bool = False


@dataclass(frozen=True, slots=True)
class Marks:
    """What a ticket does not say of itself, before a technician's mail: the newest mail about it, and when its wait
    ends by itself."""

    newest_mail: int = 0
    wakes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """A technician's mail that was carried out: the ticket before it and after it, its work, and its `mails` as far as
    they are wanted. `lasting` are its lines that nothing undoes."""

    id: int
    inbox_id: int
    ticket: int
    technician: str
    at: datetime
    before: State
    after: State
    clocks_before: tuple[Clock, ...] = ()
    clocks_after: tuple[Clock, ...] = ()
    work: Work | None = None
    lasting: tuple[str, ...] = ()
    mails: tuple[Mailed, ...] = ()
    undone_at: datetime | None = None

    @property
    def moved(self) -> tuple[tuple[Clock | None, Clock], ...]:
        """Each clock that it changed, before and after; None: the promise was not made yet."""
        before: Mapping[Promise, Clock] = {one.promise: one for one in self.clocks_before}
        pairs = ((before.get(one.promise), one) for one in self.clocks_after)
        return tuple((earlier, later) for earlier, later in pairs if earlier != later)


def state_of(ticket: Ticket, wakes_at: datetime | None) -> State:
    """The ticket's state now."""
    return State(
        status=ticket.status,
        since=ticket.waiting_since or ticket.closed_at,
        wakes_at=wakes_at,
        assignee=ticket.assignee,
        queue=ticket.queue,
        kind=ticket.kind,
        level=ticket.level,
        severity=ticket.severity,
        priority=ticket.priority,
        subject=ticket.subject,
        requester=ticket.requester.mail,
        requester_name=ticket.requester.name,
        language=ticket.language,
        registered=ticket.registered,
        customer=ticket.customer,
        timezone=ticket.timezone,
    )


def as_in(ticket: Ticket, state: State) -> Ticket:
    """The ticket in that state."""
    return replace(
        ticket,
        status=state.status,
        waiting_since=state.since if state.status not in ENDED else None,
        closed_at=state.since if state.status in ENDED else None,
        assignee=state.assignee,
        queue=state.queue,
        kind=state.kind,
        level=state.level,
        severity=state.severity,
        priority=state.priority,
        subject=state.subject,
        requester=Address(state.requester, state.requester_name),
        language=state.language,
        registered=state.registered,
        customer=state.customer,
        timezone=state.timezone,
    )


@dataclass(frozen=True, slots=True)
class Undone:
    """A state with everything put back that can be: which parts were, and which somebody has changed since."""

    state: State
    parts: frozenset[str]
    stays: frozenset[str]


def put_back(now: State, deed: Deed, fixed: frozenset[str]) -> Undone:
    """What the deed changed is as before it, unless somebody changed it since; `fixed` parts are left alone."""
    parts: set[str] = set()
    stays: set[str] = set()
    for part, names in PARTS.items():
        before, after, current = (_values(state, names) for state in (deed.before, deed.after, now))
        if before != after and part not in fixed:
            (parts if current == after else stays).add(part)
    if "status" in stays:
        parts.discard("wait")
    names = tuple(name for part in parts for name in PARTS[part])
    return Undone(
        replace(now, **{name: getattr(deed.before, name) for name in names}), frozenset(parts), frozenset(stays)
    )


def _values(state: State, names: tuple[str, ...]) -> tuple[object, ...]:
    return tuple(getattr(state, name) for name in names)
