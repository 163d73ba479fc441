"""What a command names behind its word: a ticket, a subject, an address, a firm.

Mail programs link an address as they show it: "x@acme.example<mailto:x@acme.example>" is one address, not two.
"""

from __future__ import annotations

import re

from mailgate.core.intents import (
    AddWatcher,
    Intent,
    LinkTo,
    MergeInto,
    RemoveWatcher,
    SetContact,
    SetCustomer,
    SetSubject,
    SplitOff,
)
from mailgate.mail.arguments import BACK, MOST_CHARS, PUNCTUATION, folded
from mailgate.mail.mailboxes import read_address
from mailgate.mail.misread import Misread
from mailgate.mail.text import clean_header, shorten

_NUMBER = re.compile(r"(?:\[?#|n[o°º]\.?|no\.|num[ée]ro)? ?([0-9]{1,9})\]?", re.IGNORECASE)
_TAG = re.compile(r"\[#[0-9]{1,9}\]")
_AROUND = re.compile(r"[\s<>()\[\],;\"'«»“”]+|mailto:", re.IGNORECASE)


def subject(argument: str) -> Intent | Misread:
    """A line for a subject, without the tag of any ticket: that is put there when a mail leaves."""
    line = clean_header(_TAG.sub(" ", argument))
    if not line:
        return Misread("missing-subject")
    return Misread("long-subject", str(len(line))) if len(line) > MOST_CHARS else SetSubject(line)


def contact(argument: str) -> Intent | Misread:
    """Who asks from now on."""
    found = one_address(argument)
    return Misread("bad-address", argument) if found is None else SetContact(found)


def customer(argument: str) -> Intent | Misread:
    """A firm, as typed."""
    return SetCustomer(shorten(argument, MOST_CHARS)) if argument else Misread("missing-customer")


def link(argument: str) -> Intent | Misread:
    """The ticket that belongs with this one."""
    found = one_ticket(argument)
    return Misread("bad-ticket", argument) if found is None else LinkTo(found)


def merge(argument: str) -> Intent | Misread:
    """The ticket that this one becomes part of."""
    found = one_ticket(argument)
    return Misread("bad-ticket", argument) if found is None else MergeInto(found)


def split(argument: str) -> Intent | Misread:
    """The newest message on its own, under a subject of its own when one is given."""
    if not argument:
        return SplitOff()
    read = subject(argument)
    return SplitOff(read.subject) if isinstance(read, SetSubject) else read


def watch(argument: str) -> Intent | Misread:
    """Who hears from now on what the customer is told; behind "non" or "off", who hears no more."""
    first, _, rest = argument.partition(" ")
    back = folded(first) in BACK
    found = one_address(rest if back else argument)
    if found is None:
        return Misread("bad-address", argument)
    return RemoveWatcher(found.lower()) if back else AddWatcher(found.lower())


def one_ticket(text: str) -> int | None:
    """A ticket's number, as 17, #17, [#17] or nº 17."""
    found = _NUMBER.fullmatch(" ".join(text.split()))
    return int(found[1]) if found else None


def one_address(text: str) -> str | None:
    """The one address in a text that holds no other, whatever stands around it."""
    words = _AROUND.split(text[: 2 * MOST_CHARS])
    found = {read_address(word.strip(PUNCTUATION)) for word in words if "@" in word}
    return next(iter(found)) if len(found) == 1 else None
