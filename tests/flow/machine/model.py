"""What must come of it, in plain dicts, beside the desk and without a look at its database.

It knows only what the people around the desk know: who asked, who answered which mail with which words, and what the
relay took. Minutes are all different, so that each charge names the mail that it came from.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.flow.desk import Sent
from tests.flow.machine.letters import CONTACTS, Posted, Sort, ticket_of
from tests.flow.machine.relay import Relay

ASKED = "Rien n’est encore parti"
REFUSED = "Rien n’a été appliqué"
STOLEN_MINUTES = 700
"""Minutes from here on are an attacker's: none is ever charged."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: who wrote it, whether at the urgent door, and whether somebody is to be answered."""

    sender: str
    urgent: bool
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Worked:
    """A technician's mail with minutes. `surely`: nothing had happened to the ticket yet, so nothing speaks against it;
    `answers` is its Message-ID."""

    ticket: int
    technician: str
    answers: str
    surely: bool


@dataclass
class Model:
    """`requests` by their word, `works` by their minutes, `words` that somebody added to a ticket; `touched` are the
    tickets that somebody else than the desk wrote about, `ended` those that a technician may have put to rest,
    `confirmed` who said yes on which ticket, `quiet` how much the relay had when a ticket was surely taken."""

    requests: dict[str, Asked] = field(default_factory=dict)
    works: dict[int, Worked] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    ended: set[int] = field(default_factory=set)
    confirmed: set[tuple[int, str]] = field(default_factory=set)
    quiet: dict[int, int] = field(default_factory=dict)
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

    def works_on(self, mail: Sent, minutes: int, answers: str) -> None:
        """A technician answers a mail with minutes."""
        ticket = ticket_of(mail)
        assert ticket is not None
        self.works[minutes] = Worked(ticket, mail.to, answers, ticket not in self.touched)
        self.touched.add(ticket)

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
