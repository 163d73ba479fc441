"""Every invariant that can be asked of a database, asked (`mailgate verify`; hazards §4).

    whole     the database itself
    inbox     custody: nothing is lost, nothing is decided twice
    tickets   each has one beginning; its story, people and work add up
    bank      what was paid in advance adds up, and nothing of it was edited
    deeds     work adds up, and what was undone was compensated
    clocks    every promise runs once, is watched, and ends
    outbox    every promise ends, or is on its way
    pages     a page ends with a person, or with an alarm
    letters   what leaves and what came, read again octet for octet
    hazards   the whole list of what could go wrong, and where each is kept: here, by a test, or not yet

A question is one row of a table: a name, the hazard's number, the invariant in words, and the query for what breaks it.
Nothing is written, nothing is created; it works beside a daemon, and on a restored copy. What a database cannot know (a
relay's answers, the wire, who wrote what) is proven by the tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mailgate.store.database import Database
from mailgate.store.verify.bank import BANK
from mailgate.store.verify.clocks import CLOCKS
from mailgate.store.verify.deeds import DEEDS
from mailgate.store.verify.findings import Broken, Finding, Question, State, answered
from mailgate.store.verify.hazards import HAZARDS, Hazard
from mailgate.store.verify.inbox import INBOX
from mailgate.store.verify.letters import KEPT, WRITTEN, reread
from mailgate.store.verify.outbox import OUTBOX
from mailgate.store.verify.pages import PAGES
from mailgate.store.verify.relations import RELATIONS
from mailgate.store.verify.tickets import TICKETS
from mailgate.store.verify.whole import WHOLE

__all__ = ["HAZARDS", "INVARIANTS", "QUESTIONS", "Broken", "Finding", "Hazard", "State", "kept_by", "verify"]

QUESTIONS: tuple[Question, ...] = (*WHOLE, *INBOX, *TICKETS, *RELATIONS, *DEEDS, *BANK, *CLOCKS, *OUTBOX, *PAGES)

INVARIANTS = tuple(
    [question.invariant for question in QUESTIONS]
    + [invariant for invariant, _ in KEPT]
    + [invariant for invariant, _ in WRITTEN]
)
"""All of them, in the order in which they are asked."""


def kept_by(hazard: Hazard) -> tuple[str, ...]:
    """The names of the invariants that keep a hazard in a database."""
    return tuple(one.name for one in INVARIANTS if one.hazard == hazard.number)


def verify(database: Database, now: datetime) -> Iterator[Finding]:
    """What became of each invariant, one after the other. Raises DATABASE_FAULTS when the database cannot be used."""
    for question in QUESTIONS:
        yield answered(database, question, now)
    yield from reread(database)
