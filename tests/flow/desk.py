"""A whole desk without sockets: the starter site, a real database, the real engine, and a clock that a test moves.

Mail goes in by `write`, is decided by the engine, leaves through the outbox's own lease and settle, and is kept here as
`Sent`, read back by the standard library's parser: what a customer's mail program would show.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

from mailgate import site, starter
from mailgate.core.custody import Delivery as Arrival
from mailgate.core.delivery import Deferred, Delivered, Delivery, Lane, next_attempt
from mailgate.core.model import Door
from mailgate.core.policy import Floods
from mailgate.engine import Desk, Engine
from mailgate.mail.keyring import Keyring
from mailgate.site import Site
from mailgate.store import inbox, outbox, query
from mailgate.store.database import Database
from mailgate.store.outbox import Lease
from tests.builders import NOW
from tests.once import open_new

RING = Keyring.fresh(bytes(range(32)))


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail that left, with its envelope."""

    envelope_from: str
    to: str
    message: Message
    template: str

    def header(self, name: str) -> str:
        """A header, decoded; "" when there is none."""
        value = self.message[name]
        return "" if value is None else str(make_header(decode_header(str(value)))).replace("\r\n", "")

    @property
    def subject(self) -> str:
        return self.header("Subject")

    @property
    def reply_to(self) -> str:
        """The signed address that an answer goes to."""
        return self.header("Reply-To").rpartition("<")[2].rstrip(">")

    @property
    def text(self) -> str:
        """The text part as a person reads it."""
        for part in self.message.walk():
            if part.get_content_type() == "text/plain":
                return _decoded(part)
        raise AssertionError("a mail without a text part")

    @property
    def html(self) -> str:
        """The HTML part."""
        (part,) = [one for one in self.message.walk() if one.get_content_type() == "text/html"]
        return _decoded(part)

    @property
    def files(self) -> dict[str, bytes]:
        """The attachments."""
        found = {part.get_filename(): part.get_payload(decode=True) for part in self.message.walk()}
        return {name: octets for name, octets in found.items() if name and isinstance(octets, bytes)}


def _decoded(part: Message) -> str:
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    return octets.decode("utf-8").replace("\r\n", "\n")


@dataclass
class Letter:
    """A mail to write: what a test does not say is an ordinary French mail."""

    text: str
    sender: str = "chef@acme.example"
    to: str = "support-urgent@example.com"
    subject: str = "Panne du serveur"
    headers: dict[str, str] = field(default_factory=dict)
    envelope_from: str | None = None

    def raw(self, number: int) -> bytes:
        """The octets; `number` makes them unlike any other mail."""
        head = {
            "From": self.sender,
            "To": self.to,
            "Subject": self.subject,
            "Message-ID": f"<{number}@{self.sender.rpartition('@')[2]}>",
            "Content-Type": "text/plain; charset=utf-8",
            **self.headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        return f"{lines}\r\n{self.text}\r\n".replace("\n", "\r\n").replace("\r\r\n", "\r\n").encode()


def answer(mail: Sent, text: str) -> Letter:
    """An answer to a mail by the person who got it, as a mail program writes it."""
    quoted = "\n".join(f"> {line}" for line in mail.text.splitlines())
    headers = {"In-Reply-To": mail.header("Message-ID"), "References": mail.header("Message-ID")}
    body = f"{text}\n\nLe lun. 16 nov. 2026 à 10:01, Exemple Logiciels <tickets@example.com> a écrit :\n\n{quoted}"
    return Letter(body, mail.to, mail.reply_to, f"Re: {mail.subject}", headers)


class LiveDesk:
    """A desk under test. `sent` holds everything that ever left it; `fresh()` what left since last asked."""

    def __init__(self, loaded: Site, database: Database, ring: Keyring = RING) -> None:
        self.site, self.root, self.database, self.now, self.ring = loaded, loaded.config.root, database, NOW, ring
        self.desk: Desk = self.site.desk(ring)
        self.engine = Engine(self.desk, database, lambda: self.now)
        self.sent: list[Sent] = []
        self.answers: dict[str, Delivery] = {}
        self._shown = 0
        self._written = 0

    def write(self, letter: Letter) -> list[Sent]:
        """A mail comes in and is dealt with; the mails that leave because of it."""
        self._written += 1
        return self.deliver(
            letter.raw(self._written),
            letter.sender if letter.envelope_from is None else letter.envelope_from,
            letter.to,
        )

    def deliver(self, raw: bytes, envelope_from: str, *recipients: str) -> list[Sent]:
        """The same with octets."""
        self.accept(raw, envelope_from, *recipients)
        return self.work()

    def accept(self, raw: bytes, envelope_from: str, *recipients: str) -> None:
        """Take a mail into custody and leave it there."""
        with self.database.write() as tx:
            inbox.accept(tx, [Arrival(Door.SMTP, envelope_from, recipients, raw, "127.0.0.1")], self.now)

    def insist(self, answered: list[Sent]) -> list[Sent]:
        """Whoever is asked first says that they mean it; all that left, before and after."""
        asked = [one for one in answered if one.template == "transcript" and "Rien n’est encore parti" in one.text]
        return answered + [mail for one in asked for mail in self.write(answer(one, "oui"))]

    def decide(self) -> None:
        """Let the engine do what is due; nothing is sent."""
        self.engine.run_pending(lambda: False, lambda: None)

    def advance(self, **time: float) -> list[Sent]:
        """Time passes; the mails that leave because of it."""
        self.now += timedelta(**time)
        return self.work()

    def reload(self) -> None:
        """The administrator changed the site and started the daemon again."""
        self.site = site.load(self.root / "config.toml")
        self.desk = self.site.desk(self.ring)
        self.engine = Engine(self.desk, self.database, lambda: self.now)

    def change_rules(self, old: str, new: str) -> None:
        """Edit the rules."""
        for path in (self.root / "rules").iterdir():
            path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
        self.reload()

    def configure(self, old: str, new: str) -> None:
        """Edit config.toml."""
        config = self.root / "config.toml"
        config.write_text(config.read_text("utf-8").replace(f'"{old}"', f'"{new}"'), "utf-8")
        self.reload()

    def without_floods(self) -> None:
        """However many mails come, each calls people: for what is about something else."""
        floods = Floods(tickets=10**6, unknown=10**6)
        self.desk = replace(self.desk, policy=replace(self.desk.policy, floods=floods))
        self.engine = Engine(self.desk, self.database, lambda: self.now)

    def at(self, moment: datetime) -> None:
        """Set the clock."""
        self.now = moment

    def work(self) -> list[Sent]:
        """Let the engine and the sender do what is due."""
        while self._work_once():
            pass
        fresh, self._shown = self.sent[self._shown :], len(self.sent)
        return fresh

    def _work_once(self) -> bool:
        """One round; a refused mail is an event of its own, and so is worth another round."""
        self.decide()
        return any(self.send_one(lane) for lane in Lane)

    def ticket(self, number: int = 1001) -> query.TicketStory:
        """The story that `mailgate ticket N` shows."""
        with self.database.read() as tx:
            story = query.ticket(tx, number)
        assert story is not None
        return story

    def send_one(self, lane: Lane) -> bool:
        """Send what is due for longest in a lane; False when nothing is. What it leads to is not decided yet."""
        with self.database.write() as tx:
            leased = outbox.lease(tx, Lease(lane, 1, "test", self.now + timedelta(minutes=10)), self.now)
        if not leased:
            return False
        (one,) = leased
        answer = self.answers.get(one.parcel.target, Delivered())
        if isinstance(answer, Delivered):
            message = message_from_bytes(one.parcel.message)
            self.sent.append(Sent(one.parcel.envelope_from, one.parcel.target, message, one.template))
        deferred = isinstance(answer, Deferred)
        again = next_attempt(lane, one.attempts, one.promised_at, 0.5, self.now) if deferred else None
        with self.database.write() as tx:
            outbox.settle(tx, one, answer, again, self.now)
        return True


@contextmanager
def live_desk(root: Path) -> Iterator[LiveDesk]:
    """The starter site in `root`, on Monday 2026-11-16 at 10:00 in Toronto."""
    starter.write(root)
    with a_database(root / "var/mailgate.db") as database:
        yield LiveDesk(site.load(root / "config.toml"), database)


@contextmanager
def a_database(path: Path) -> Iterator[Database]:
    """A new database with its tables."""
    database = open_new(f"sqlite:///{path}")
    try:
        yield database
    finally:
        database.close()
