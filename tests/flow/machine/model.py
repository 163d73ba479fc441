"""What must come of it, in plain dicts, beside the desk and without a look at its database.

It knows only what the people around the desk know: who asked, who answered which mail with which words, and what the
relay took. Minutes are all different, so that each charge names the mail that it came from.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.flow.desk import Sent
from tests.flow.machine.letters import CONTACTS, Posted, ticket_of
from tests.flow.machine.relay import Relay

ASKED = "Rien n’est encore parti"
REFUSED = "Rien n’a été appliqué"
STOLEN_MINUTES = 700
"""Minutes from here on are an attacker's: none is ever charged."""
REGRET = timedelta(minutes=9)
"""For so long a technician may take back their last mail, and a little longer."""

WINDOW = timedelta(minutes=15)
"""From a customer's fourth request within this time on, one page tells of several; what comes within as long waits for
the next such page."""

SEVERAL = "demandes"
"""What a page says that tells of several."""

MOST_IN_AN_HOUR = 20
"""So many of the requests of one contact are acknowledged within an hour, and no more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: who wrote it, whether at the urgent door, when, and whether somebody is to be answered."""

    sender: str
    urgent: bool
    at: datetime
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Worked:
    """A technician's mail with minutes, the `number`-th letter. `surely`: nothing had happened to the ticket yet, so
    nothing speaks against it; `mail` is what it answers, `answers` its Message-ID."""

    ticket: int
    mail: Sent
    answers: str
    surely: bool
    number: int
    at: datetime

    @property
    def technician(self) -> str:
        """Whose mail it is."""
        return self.mail.to


@dataclass
class Model:
    """`requests` by their word, `works` by their minutes, `words` that somebody added to a ticket; `touched` are the
    tickets that somebody else than the desk wrote about, `ended` those that a technician may have put to rest,
    `confirmed` who said yes on which ticket, `quiet` how much the relay had when a ticket was surely taken.

    `bought` are the minutes of each invoice, `regretful` who took something back, `undone` the minutes that were surely
    taken back, `merged` the tickets that surely became part of another, `joined` which ones may have become part of
    which. `flooded` are the words of the requests that a page of several may tell of: somebody else may have them by
    now. What comes until `floods_until` may be such a one.
    """

    requests: dict[str, Asked] = field(default_factory=dict)
    works: dict[int, Worked] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    ended: set[int] = field(default_factory=set)
    confirmed: set[tuple[int, str]] = field(default_factory=set)
    quiet: dict[int, int] = field(default_factory=dict)
    bought: dict[str, int] = field(default_factory=dict)
    regretful: set[str] = field(default_factory=set)
    undone: set[int] = field(default_factory=set)
    merged: set[int] = field(default_factory=set)
    joined: set[tuple[int, int]] = field(default_factory=set)
    flooded: set[str] = field(default_factory=set)
    floods_until: datetime | None = None
    posted: list[Posted] = field(default_factory=list)
    letters: int = 0
    uid: int = 10

    def number(self) -> int:
        """The number of the next letter."""
        self.letters += 1
        return self.letters

    def asks(self, mark: str, asked: Asked) -> None:
        """Somebody wants something."""
        self.requests[mark] = asked
        if self.floods_until is not None and asked.at <= self.floods_until:
            self.flooded.add(mark)
            self.floods_until = asked.at + 2 * WINDOW

    def floods(self, at: datetime) -> None:
        """One page may tell of several, from now on and of what came shortly before."""
        self.flooded |= {mark for mark, asked in self.requests.items() if asked.at > at - WINDOW}
        self.floods_until = at + 2 * WINDOW

    def may_ask(self, sender: str, at: datetime) -> bool:
        """Whether somebody is answered when they ask once more."""
        lately = (one for one in self.requests.values() if one.sender == sender and one.at > at - timedelta(hours=1))
        return len(list(lately)) < MOST_IN_AN_HOUR

    def is_fresh(self, mail: Sent) -> bool:
        """Whether nobody wrote about the ticket of a mail, and no page of another told of it, so that it surely waits
        for somebody."""
        words = mail.subject.split()
        return ticket_of(mail) not in self.touched and SEVERAL not in words and self.flooded.isdisjoint(words)

    def works_on(self, mail: Sent, minutes: int, answers: str, at: datetime) -> None:
        """A technician answers a mail with minutes."""
        ticket = ticket_of(mail)
        assert ticket is not None
        self.works[minutes] = Worked(ticket, mail, answers, self.is_fresh(mail), self.letters, at)
        self.touched.add(ticket)

    def takes_back(self, minutes: int, at: datetime) -> Sent:
        """A technician regrets what they wrote with these minutes: the mail that it answered. When nobody wrote
        anything since, it is surely that which is undone."""
        work = self.works[minutes]
        self.regretful.add(work.technician)
        self.quiet.pop(work.ticket, None)
        if work.surely and work.number == self.letters and at < work.at + REGRET:
            self.undone.add(minutes)
        return work.mail

    def calls_again(self, ticket: int) -> None:
        """A customer writes to a door: people may be called for the ticket, or for what it is part of."""
        for one in self.leads_to(ticket):
            self.quiet.pop(one, None)

    def merges(self, ticket: int, target: int, surely: bool) -> None:
        """A technician wants the one to be part of the other; or what the one is part of by then, which may be decided
        later."""
        others = self.leads_to(ticket) - {ticket}
        self.joined |= {(ticket, target), *((one, target) for one in others), *((target, one) for one in others)}
        self.merged |= {ticket} if surely else set()
        self.touched |= {ticket, target}
        self.ended.add(ticket)
        for one in (ticket, target):
            self.quiet.pop(one, None)

    def leads_to(self, ticket: int) -> frozenset[int]:
        """The tickets that a ticket may be part of by now, itself among them."""
        found, fresh = {ticket}, {ticket}
        while fresh:
            fresh = {into for one, into in self.joined if one in fresh} - found
            found |= fresh
        return frozenset(found)

    def expected(self, relay: Relay) -> Iterator[tuple[int, range]]:
        """How often each of the minutes may be charged: once, unless the technician was told otherwise."""
        told: dict[str, str] = defaultdict(str)
        for one in (*relay.taken, *relay.refused):
            told[one.mail.header("In-Reply-To")] += one.mail.text
        for minutes, work in self.works.items():
            yield minutes, self._times(work, told[work.answers])

    def _times(self, work: Worked, told: str) -> range:
        if work.surely:
            return range(1, 2)
        if REFUSED in told:
            return range(1)
        if ASKED in told:
            return range(2 if (work.ticket, work.technician) in self.confirmed else 1)
        return range(1, 2)


def acknowledged(relay: Relay, mark: str) -> Counter[str]:
    """The acknowledgements of a request, by Message-ID, whether they were taken or refused."""
    found = (one for one in (*relay.taken, *relay.refused) if is_acknowledgement(one.mail, mark))
    return Counter(one.message_id for one in found)


def is_acknowledgement(mail: Sent, mark: str) -> bool:
    """The automatic answer to a request: RFC 3834 §3.1.7 and §3.3."""
    answer = mail.header("Auto-Submitted") == "auto-replied" and mail.envelope_from == ""
    return answer and mail.to in CONTACTS and mark in mail.subject.split()
