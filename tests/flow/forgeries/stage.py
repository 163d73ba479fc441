"""Where the forgeries are played: the starter site with ticket 1001 open, made once and copied for every scene.

tech1, tech2 and tech3 were called for the ticket of chef@acme.example; whatever a scene adds is told apart from that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from mailgate import engine, site, starter
from mailgate.core import decide
from mailgate.core.custody import Delivery
from mailgate.core.decision import Decision
from mailgate.core.delivery import Delivered, Lane
from mailgate.core.events import MailReceived
from mailgate.core.model import AuthLevel, Door, Outcome, Status
from mailgate.core.policy import CommandsNeed, Policy
from mailgate.core.seen import Seen
from mailgate.engine import Engine
from mailgate.mail import parse
from mailgate.mail.keyring import Keyring
from mailgate.site import Site
from mailgate.store import inbox, outbox, snapshot
from mailgate.store.columns import InboxState
from mailgate.store.database import Database
from mailgate.store.outbox import Lease
from mailgate.store.query import TicketStory
from mailgate.store.tables import InboxRow, JournalRow
from tests.flow.desk import Letter, LiveDesk, Sent, a_database
from tests.flow.restoring import Rows

CHEF = "chef@acme.example"
TECH1 = "tech1@example.com"
TECH2 = "tech2@example.com"
EVIL = "mallory@evil.example"
DESK = "tickets@example.com"
URGENT = "support-urgent@example.com"
RELAY = "mx.example.com"


class Stale(Exception):
    """A scene failed to play: a weakened build has to run, or what it proves is nothing."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one mail of a scene."""

    outcome: Outcome | None
    level: AuthLevel | None
    ticket: int | None
    because: tuple[str, ...]


class Scene(LiveDesk):
    """One desk, on which a case is played. `first` are the mails that left when ticket 1001 was opened."""

    def __init__(self, loaded: Site, database: Database, first: list[Sent]) -> None:
        super().__init__(loaded, database)
        self.first, self.sent, self._shown = first, list(first), len(first)
        self.before = len(self.entries())
        self.noted: list[Any] = []

    def needs(self, **changes: Any) -> None:
        """Other rules from now on, as fields of the policy."""
        self._serve(replace(self.desk.policy, **changes))

    def needs_proof(self) -> None:
        """`commands_need = "pass"`: a technician's mail must be proven."""
        self.needs(desk=replace(self.desk.policy.desk, commands_need=CommandsNeed.PASS))

    def signs_with(self, ring: Keyring) -> None:
        """Another key ring from now on."""
        self.ring = ring
        self.desk = replace(self.desk, ring=ring)
        self.engine = Engine(self.desk, self.database, lambda: self.now)

    def _serve(self, policy: Policy) -> None:
        self.desk = replace(self.desk, policy=policy)
        self.engine = Engine(self.desk, self.database, lambda: self.now)

    def address_of(self, person: str) -> str:
        """The signed address that somebody got with the first mails."""
        return next(mail.reply_to for mail in self.first if mail.to == person)

    def relayed(
        self,
        octets: bytes,
        *recipients: str,
        trusted: bool = True,
        dkim: tuple[str, ...] = (),
        envelope_from: str = TECH1,
    ) -> list[Sent]:
        """A mail that came through our relay, or pretends to; `dkim` are the signatures that the door found good."""
        came = Delivery(Door.SMTP, envelope_from, recipients, octets, "127.0.0.1", trusted=trusted, dkim=dkim)
        with self.database.write() as tx:
            inbox.accept(tx, [came], self.now)
        return self.work()

    def read(self, octets: bytes, envelope_from: str, *recipients: str) -> MailReceived:
        """A mail as an event."""
        delivery = Delivery(Door.SMTP, envelope_from, recipients, octets, "127.0.0.1")
        return engine.read_mail(delivery, 0, parse.digest(octets), self.desk, self.now)

    def seen(self, event: MailReceived) -> Seen:
        """What the desk knows when it decides the event."""
        with self.database.read() as tx:
            return snapshot.load(tx, event)

    def judged(self, event: MailReceived, seen: Seen | None = None) -> Decision:
        """What would be decided; nothing is written."""
        return decide.decide(event, seen or self.seen(event), self.desk.policy, self.now)

    def _send_one(self, lane: Lane) -> bool:
        """All that is due in a lane at once: a scene asks only what leaves."""
        with self.database.write() as tx:
            leased = outbox.lease(tx, Lease(lane, 100, "test", self.now + timedelta(minutes=10)), self.now)
            for one in leased:
                message = message_from_bytes(one.parcel.message)
                self.sent.append(Sent(one.parcel.envelope_from, one.parcel.target, message, one.template))
                outbox.settle(tx, one, Delivered(), None, self.now)
        return bool(leased)

    @property
    def told(self) -> list[Sent]:
        """What left because of the scene."""
        return self.sent[len(self.first) :]

    def entries(self) -> list[Entry]:
        """What became of every mail, oldest first. Raises Stale when one could not be decided."""
        with self.database.read() as tx:
            rows = tx.exec(select(InboxRow).order_by(col(InboxRow.id))).all()
            journal = tx.exec(select(JournalRow).order_by(col(JournalRow.id))).all()
        aside = [row.reason for row in rows if row.state is InboxState.QUARANTINED]
        if aside:
            raise Stale(f"a mail of the scene could not be decided: {aside}")
        said = {row.id: tuple(one.because for one in journal if one.inbox_id == row.id) for row in rows}
        return [Entry(row.outcome, row.level, row.ticket, said[row.id]) for row in rows]

    @property
    def fresh(self) -> list[Entry]:
        """What became of the mails of the scene."""
        return self.entries()[self.before :]

    def tickets(self) -> list[TicketStory]:
        """Every ticket there is, oldest first."""
        numbers = sorted({one.ticket for one in self.entries() if one.ticket is not None})
        return [self.ticket(number) for number in numbers]


class Stage:
    """The site, and its database as every scene finds it.

    All scenes share one open database, whose rows are put back: most of a scene's time would be SQLAlchemy learning
    the same statements again."""

    def __init__(self, root: Path, database: Database) -> None:
        self._site, self._database = site.load(root / "config.toml"), database
        self._first = LiveDesk(self._site, database).write(Letter("Bonjour,\n\nplus rien ne marche."))
        self._rows = Rows(database)

    @contextmanager
    def scene(self) -> Iterator[Scene]:
        """A scene of its own."""
        try:
            yield Scene(self._site, self._database, self._first)
        finally:
            self._rows.put_back()


@contextmanager
def a_stage(root: Path) -> Iterator[Stage]:
    """The starter site in `root`, with its first ticket."""
    starter.write(root)
    with a_database(root / "var/mailgate.db") as database:
        yield Stage(root, database)


def raw(*fields: str, body: str = "") -> bytes:
    """A mail with exactly these header lines."""
    return ("".join(f"{line}\r\n" for line in fields) + f"\r\n{body}\r\n").encode()


def untouched(scene: Scene) -> None:
    """Nothing was done to ticket 1001, nothing was said in it, and nobody is taken to have seen a page."""
    story = scene.ticket(1001)
    assert (story.status, story.assignee, story.interventions) == (Status.NEW, None, ())
    assert len(story.messages) == 2
    assert not [page for page in story.pages if page.acknowledged_at]


def recorded(scene: Scene) -> None:
    """Every mail of the scene left its trace, and with it the level that it was found to have."""
    assert scene.fresh
    assert all(one.outcome is not None and one.level is not None and one.because for one in scene.fresh)
