"""What the store's tests need of the rest of the desk: mails at the door, letters, and somebody who writes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from mailgate.core.custody import Delivery, ImapSource
from mailgate.core.decision import Decision
from mailgate.core.delivery import Lane
from mailgate.core.effects import AddMessage, Effect, OpenTicket, SendMail
from mailgate.core.events import MailReceived
from mailgate.core.letters import Correspondent, DeskFacts, Facts, Letter, Tone
from mailgate.core.model import Attachment, Channel, Direction, Door, Outcome
from mailgate.core.page_effects import Page
from mailgate.mail import mime
from mailgate.mail.compose import Draft, Stamp
from mailgate.store import inbox, outbox
from mailgate.store.apply import apply_all
from mailgate.store.database import Database
from mailgate.store.outbox import Lease, Leased
from tests.builders import NOW, a_ticket, received

MINUTE = timedelta(minutes=1)
RAW = b"From: chef@acme.example\r\nSubject: Panne\r\n\r\nBonjour.\r\n"


class Writer:
    """Writes the subject and the outbox id; remembers what it was asked and given."""

    def __init__(self) -> None:
        self.stamps: list[Stamp] = []
        self.files: list[tuple[tuple[Attachment, bytes], ...]] = []
        self.enclosures: list[tuple[mime.Part, ...]] = []

    def enclose(self, files: tuple[tuple[Attachment, bytes], ...]) -> tuple[mime.Part, ...]:
        self.files.append(files)
        return tuple(mime.file_part(one, octets) for one, octets in files)

    def write(self, letter: Letter, stamp: Stamp, enclosures: tuple[mime.Part, ...] = ()) -> Draft:
        self.stamps.append(stamp)
        self.enclosures.append(enclosures)
        text = f"{letter.template} pour {letter.to.name}, n° {stamp.outbox_id}"
        return Draft(text.encode("utf-16"), f"<{stamp.occasion}@example.com>", "", f"Objet de {letter.template}", text)


def a_delivery(raw: bytes = RAW, **changes: Any) -> Delivery:
    return replace(
        Delivery(Door.SMTP, "chef@acme.example", ("support-urgent@example.com",), raw, "127.0.0.1"), **changes
    )


def fetched(uid: int, uidvalidity: int = 7, mailbox: str = "INBOX@imap.example.com") -> Delivery:
    return a_delivery(door=Door.IMAP, source=ImapSource(mailbox, uidvalidity, uid))


def a_letter(template: str = "acknowledgement", **changes: Any) -> Letter:
    to = Correspondent("chef@acme.example", "Chantal Chef", "fr-CA", "America/Toronto")
    letter = Letter(
        template, to, Tone.REPLIED, Facts(DeskFacts("Exemple Logiciels", "tickets@example.com")), ticket=1001
    )
    return replace(letter, **changes)


def a_page(technician: str = "tech1", **changes: Any) -> Page:
    page = Page(technician, Channel.MAIL, f"{technician}@example.com", a_letter("technician"))
    return replace(page, **changes)


def a_message(**changes: Any) -> AddMessage:
    message = AddMessage(
        1001,
        Direction.IN,
        "chef@acme.example",
        ("support-urgent@example.com",),
        "Bonjour.",
        NOW,
        message_id="<m1@acme.example>",
    )
    return replace(message, **changes)


def apply(database: Database, *effects: Effect, now: datetime = NOW) -> Writer:
    """Apply the effects in one transaction, and say who wrote the letters."""
    writer = Writer()
    with database.write() as tx:
        apply_all(tx, writer, effects, "inbox-1", now)
    return writer


def open_ticket(database: Database, *more: Effect, **changes: Any) -> Writer:
    """Ticket 1001 (or as changed) and what comes with it."""
    return apply(database, OpenTicket(a_ticket(**{"notified": (), "references": (), **changes})), *more)


def promise(database: Database, *promises: SendMail | Page) -> None:
    """Promise within ticket 1001."""
    open_ticket(database, *promises)


def lease(database: Database, lane: Lane, now: datetime = NOW, limit: int = 10) -> tuple[Leased, ...]:
    """Take what is due for ten minutes."""
    with database.write() as tx:
        return outbox.lease(tx, Lease(lane, limit, "worker", now + 10 * MINUTE), now)


def keep(database: Database, *deliveries: Delivery, now: datetime = NOW) -> tuple[int, ...]:
    """Into custody, in one transaction."""
    with database.write() as tx:
        return inbox.accept(tx, deliveries, now)


def finish(database: Database, inbox_ids: Iterable[int], ticket: int | None = None) -> None:
    """The rows were decided."""
    with database.write() as tx:
        for inbox_id in inbox_ids:
            inbox.done(tx, inbox_id, Decision(Outcome.TICKET, "decided", ticket=ticket), NOW)


def event_of(database: Database, inbox_id: int, **changes: Any) -> MailReceived:
    """The row's mail as an event, so that its digest is the stored one."""
    with database.seek() as tx:
        row = inbox.next_pending(tx)
    assert row is not None
    assert row.id == inbox_id
    return received(inbox_id=inbox_id, digest=row.digest, **changes)
