"""Three accounts of the same mails, compared: the clients', the database's and the relay's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from itertools import islice
from typing import Any

from tests.flow.process import Taken
from tests.prove.clients import Clients
from tests.prove.figures import Figures

Ask = Callable[[str], list[tuple[Any, ...]]]
"""Asks the database in SQL that both databases understand."""

NUMBER = re.compile(rb"^Message-ID: <(\d+)@firm\d+\.example>\r?$", re.IGNORECASE | re.MULTILINE)
REQUEST = re.compile(rb"^From: [^\r\n]*@firm\d+\.example>?\r?$", re.IGNORECASE | re.MULTILINE)
"""A customer's mail; any other with a number is a technician's, about a ticket."""

ASKED, WORKED = ("ticket",), ("recorded", "follow-up")
"""Outcomes by which a request, or a technician's mail, was not lost. A request that was put aside was, for nobody is
called for it; and so was one that only was a duplicate of what is not there."""

TICKETS = (
    "SELECT r.raw, i.outcome, i.ticket FROM inbox AS i JOIN inbox_raw AS r ON r.inbox_id = i.id WHERE i.kind = 'mail'"
)
PROMISES = (
    "SELECT message_id, target, lane, ticket, state FROM outbox"
    " WHERE state <> 'cancelled' AND by_mail AND settled_at IS NOT NULL"
)
"""What is still under way is in custody: a timer may have fired since the rig saw the desk at rest. A desk that never
comes to rest is told by who waited for it (`ProvenDesk.drain`)."""

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Promise:
    """A mail that must reach somebody."""

    message_id: str
    to: str
    is_page: bool
    ticket: int | None
    state: str

    @property
    def key(self) -> tuple[str, str]:
        return self.message_id, self.to


@dataclass(frozen=True, slots=True)
class Event:
    """What became of a mail that came, and its ticket."""

    number: int
    is_request: bool
    outcome: str | None
    ticket: int | None

    @property
    def is_heard(self) -> bool:
        return self.outcome in (ASKED if self.is_request else WORKED)


def compare(clients: Clients, ask: Ask, taken: Sequence[Taken]) -> Figures:
    """What the accounts say together. Mails without a number (other rigs' own) count in the relay's account only."""
    events = list(_events(ask))
    heard = {one.number for one in events if one.is_heard}
    opened = Counter(one.number for one in events if one.outcome == "ticket")
    promised = [Promise(found, to, lane == "page", *rest) for found, to, lane, *rest in ask(PROMISES)]
    reached = Counter((_message_id(one.raw), one.to) for one in taken)
    unreached = [one for one in promised if one.key not in reached]
    return Figures(
        sent=clients.sent,
        acked=len(clients.acked),
        stored=len({one.number for one in events}),
        lost=len(set(clients.acked) - heard),
        duplicated=sum(times - 1 for times in opened.values()),
        recovered=len(clients.again & heard),
        acks=sum(not one.is_page and one.key in reached for one in promised),
        pages=sum(one.is_page and one.key in reached for one in promised),
        page_lost=len(unreached),
        page_dup=sum(times - 1 for times in reached.values()),
        max_delay=_longest_delay(clients, events, promised, taken),
        wrong=(*_changed(taken), *_believed(unreached)),
    )


def _events(ask: Ask) -> Iterator[Event]:
    """Each numbered mail in custody, as often as it came."""
    for raw, outcome, ticket in ask(TICKETS):
        found = NUMBER.search(bytes(raw))
        if found:
            yield Event(int(found[1]), bool(REQUEST.search(bytes(raw))), outcome, ticket)


def _longest_delay(
    clients: Clients,
    events: Iterable[Event],
    promised: Iterable[Promise],
    taken: Sequence[Taken],
) -> float:
    """In seconds, from the 250 of a mail to the first page of its ticket; 0 when nobody was paged."""
    first: dict[str, float] = {}
    for one in taken:
        first.setdefault(_message_id(one.raw), one.at)
    paged: dict[int | None, float] = {}
    for page in promised:
        if page.is_page and page.message_id in first:
            paged[page.ticket] = min(first[page.message_id], paged.get(page.ticket, first[page.message_id]))
    opened = ((clients.acked.get(one.number), paged.get(one.ticket)) for one in events if one.outcome == "ticket")
    return max((left - acked for acked, left in opened if acked and left), default=0.0)


def _changed(taken: Iterable[Taken]) -> Iterator[str]:
    """A second sending must be the same mail, byte for byte."""
    first: dict[tuple[str, str], bytes] = {}
    for one in taken:
        key = _message_id(one.raw), one.to
        if first.setdefault(key, one.raw) != one.raw:
            yield f"{key[0]} was sent to {key[1]} with other octets"


def _believed(unreached: Iterable[Promise]) -> Iterator[str]:
    """The first of those that the desk takes for sent."""
    sent = (one for one in unreached if one.state == "sent")
    yield from (f"{one.message_id} never reached {one.to}, and is 'sent'" for one in islice(sent, MOST_NAMED))


def _message_id(raw: bytes) -> str:
    return str(message_from_bytes(raw)["Message-ID"])
