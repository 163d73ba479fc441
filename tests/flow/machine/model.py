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
from tests.flow.machine.letters import CONTACTS, Posted, Sort, ticket_of
from tests.flow.machine.relay import Relay

ASKED = "Rien n’est encore parti"
REFUSED = "Rien n’a été appliqué"
STOLEN_MINUTES = 700
"""Minutes from here on are an attacker's: none is ever charged."""
REGRET = timedelta(minutes=9)
"""For so long a technician may take back their last mail, and a little longer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: who wrote it, whether at the urgent door, and whether somebody is to be answered."""

    sender: str
    urgent: bool
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
    which; `flood`: one came, and nothing is sure any more.
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
    flood: bool = False
    posted: list[Posted] = field(default_factory=list)
    letters: int = 0
    uid: int = 10

    def number(self) -> int:
        """The number of the next letter."""
        self.letters += 1
        return self.letters

    def asks(self, mark: str, sender: str, urgent: bool, sort: Sort) -> None:
        """Somebody wants something."""
        self.requests[mark] = Asked(sender, urgent, sort in (Sort.PERSON, Sort.STUCK))

    def is_fresh(self, ticket: int) -> bool:
        """Whether nobody wrote about a ticket, so that it surely waits for somebody."""
        return ticket not in self.touched and not self.flood

    def works_on(self, mail: Sent, minutes: int, answers: str, at: datetime) -> None:
        """A technician answers a mail with minutes."""
        ticket = ticket_of(mail)
        assert ticket is not None
        self.works[minutes] = Worked(ticket, mail, answers, self.is_fresh(ticket), self.letters, at)
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

    def merges(self, ticket: int, target: int, surely: bool) -> None:
        """A technician wants the one to be part of the other."""
        self.joined.add((ticket, target))
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
