"""The mails that people write in the demo, as their mail programs would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.header import Header
from email.utils import formatdate

from mailgate.cli.demo.postbox import Arrived

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
    date: str = field(default_factory=formatdate)

    @property
    def raw(self) -> bytes:
        """The mail on the wire (RFC 5322, text in UTF-8)."""
        headers = (
            ("From", f"{Header(self.sender.name, 'utf-8').encode()} <{self.sender.mail}>"),
            ("To", self.to),
            ("Subject", Header(self.subject, "utf-8").encode(linesep="\r\n")),
            ("Date", self.date),
            ("Message-ID", self.message_id),
            *((("In-Reply-To", self.answers), ("References", self.answers)) if self.answers else ()),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        )
        head = "".join(f"{name}: {value}\r\n" for name, value in headers)
        return f"{head}\r\n{self.body}".replace("\r\n", "\n").replace("\n", "\r\n").encode()


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
