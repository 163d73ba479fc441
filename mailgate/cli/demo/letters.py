"""The mails that people write in the demo, as their mail programs would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mailgate.cli.demo.postbox import Arrived
from mailgate.daemon import clock
from mailgate.mail import mime
from mailgate.mail.headers import date_field, fixed_field, mailbox_field, text_field

URGENT_DOOR = "support-urgent@example.com"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a mail program."""

    name: str
    mail: str


@dataclass(frozen=True, slots=True)
class Written:
    """A mail ready to be handed in."""

    sender: Person
    to: str
    subject: str
    message_id: str
    body: str
    answers: str = ""
    date: datetime = field(default_factory=clock.now)

    @property
    def raw(self) -> bytes:
        """The mail on the wire."""
        head = (
            mailbox_field("From", self.sender.mail, self.sender.name),
            mailbox_field("To", self.to),
            text_field("Subject", self.subject),
            date_field("Date", self.date),
            fixed_field("Message-ID", self.message_id),
            *(fixed_field(name, self.answers) for name in ("In-Reply-To", "References") if self.answers),
        )
        return mime.message(head, mime.text_part("plain", self.body))


CUSTOMER = Person("Dominique Gagnon", "chef@acme.example")

FIRST = Written(
    sender=CUSTOMER,
    to=URGENT_DOOR,
    subject="Panne du serveur de facturation",
    message_id="<premier.courriel@acme.example>",
    body=(
        "Bonjour,\n\nDepuis ce matin, plus personne ne peut émettre de facture :\n"
        "le serveur répond « accès refusé ».\n"
        "Pouvez-vous nous rappeler ?\n\nDominique Gagnon\nAcme\n"
    ),
)


def answer(person: Person, mail: Arrived, words: str) -> Written:
    """A person's answer to a mail of the desk, with the whole mail quoted below as mail programs do."""
    quoted = "\n".join(f"> {line}" for line in mail.text.strip().splitlines())
    return Written(
        sender=person,
        to=mail.reply_to,
        subject=f"Re: {mail.subject}",
        message_id=f"<re.{mail.message_id.strip('<>')}>",
        body=f"{words}\n\nLe lundi 23 novembre 2026 à 09:12, {mail.sender} a écrit :\n\n{quoted}\n",
        answers=mail.message_id,
    )
