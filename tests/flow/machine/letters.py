"""What customers, technicians and strangers write to the machine's desk. Each carries a word of its own, by which it is
known again whatever becomes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto

from mailgate.core.custody import Delivery, ImapSource
from mailgate.core.model import Door
from tests.flow.desk import Letter, Sent, answer

URGENT, REGULAR = "support-urgent@example.com", "support-regulier@example.com"
CONTACTS = ("chef@acme.example", "it@acme.example")
TECHNICIANS = tuple(f"tech{number}@example.com" for number in range(1, 5))
PAGERS = {f"514555010{number}@pager.example.net": f"tech{number}@example.com" for number in range(1, 5)}
DESK = "tickets@example.com"
EVIL = "mallory@evil.example"

TICKET = re.compile(r"#([0-9]{4,})")


class Way(Enum):
    """How a mail comes; TWICE: fetched from a mailbox as well."""

    SMTP = auto()
    LMTP = auto()
    IMAP = auto()
    TWICE = auto()


class Sort(Enum):
    """Who writes a request: a person, a robot, somebody without a reverse-path, a program whose Message-ID is always
    the same."""

    PERSON = auto()
    ROBOT = auto()
    NOBODY = auto()
    STUCK = auto()


class Trick(Enum):
    """What somebody tries who may not."""

    FORGED_FROM = auto()
    STOLEN_ADDRESS = auto()
    GARBLED_ADDRESS = auto()
    COLLEAGUES_ADDRESS = auto()
    CUSTOMERS_ADDRESS = auto()
    QUOTED = auto()


@dataclass(frozen=True, slots=True)
class Posted:
    """A mail under way."""

    sender: str
    to: str
    raw: bytes

    def deliveries(self, way: Way, uid: int) -> tuple[Delivery, ...]:
        """As it comes in; a fetched mail has the place `uid`."""
        fetched = ImapSource("INBOX@host", 7, uid)
        at_door = Delivery(Door.SMTP, self.sender, (self.to,), self.raw, "127.0.0.1")
        by_imap = replace(at_door, door=Door.IMAP, peer="", source=fetched)
        return {
            Way.SMTP: (at_door,),
            Way.LMTP: (replace(at_door, door=Door.LMTP, peer=""),),
            Way.IMAP: (by_imap,),
            Way.TWICE: (at_door, by_imap),
        }[way]


def request(mark: str, number: int, sender: str, to: str, sort: Sort) -> Posted:
    """Somebody wants something."""
    headers = {Sort.ROBOT: {"Auto-Submitted": "auto-replied"}, Sort.STUCK: {"Message-ID": "<1@stuck.example>"}}
    letter = Letter(f"Bonjour,\n\nplus rien ne va, {mark}.", sender, to, f"Panne {mark}", headers.get(sort, {}))
    return Posted("" if sort is Sort.NOBODY else sender, to, letter.raw(number))


def answered(mail: Sent, text: str, number: int, sender: str | None = None, to: str | None = None) -> Posted:
    """An answer to a mail of the desk, by whoever got it or by somebody else; at its signed address or at a door."""
    letter = answer(mail, text)
    letter = replace(letter, sender=sender or letter.sender, to=to or letter.to)
    return Posted(letter.sender, letter.to, letter.raw(number))


def tricked(trick: Trick, stolen: Sent, text: str, number: int) -> Posted:
    """Somebody got hold of `stolen`, a technician's mail, and commands by it."""
    owner = stolen.to
    colleague = next(one for one in TECHNICIANS if one != owner)
    match trick:
        case Trick.FORGED_FROM:
            letter = replace(answer(stolen, text), to=DESK)
        case Trick.STOLEN_ADDRESS:
            letter = replace(answer(stolen, text), sender=EVIL)
        case Trick.GARBLED_ADDRESS:
            letter = replace(answer(stolen, text), to=_garbled(stolen.reply_to))
        case Trick.COLLEAGUES_ADDRESS:
            letter = replace(answer(stolen, text), sender=colleague)
        case Trick.CUSTOMERS_ADDRESS:
            letter = replace(answer(stolen, text), sender=CONTACTS[0])
        case Trick.QUOTED:
            letter = answer(stolen, "\n".join(f"> {line}" for line in text.splitlines()))
    return Posted(letter.sender, letter.to, letter.raw(number))


def ticket_of(mail: Sent) -> int | None:
    """The number in a subject."""
    found = TICKET.search(mail.subject)
    return int(found[1]) if found else None


def _garbled(address: str) -> str:
    """One letter of a signed address is another."""
    local, _, domain = address.partition("@")
    return f"{local[:-1]}{'b' if local[-1] == 'a' else 'a'}@{domain}"
