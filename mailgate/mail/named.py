"""What a command names behind its word: a subject, an address, a firm.

Mail programs link an address as they show it: "x@acme.example<mailto:x@acme.example>" is one address, not two.
"""

from __future__ import annotations

import re

from mailgate.core.intents import Intent, SetContact, SetCustomer, SetSubject
from mailgate.mail.arguments import MOST_CHARS, PUNCTUATION
from mailgate.mail.mailboxes import read_address
from mailgate.mail.misread import Misread
from mailgate.mail.text import clean_header, shorten

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


def one_address(text: str) -> str | None:
    """The one address in a text that holds no other, whatever stands around it."""
    words = _AROUND.split(text[: 2 * MOST_CHARS])
    found = {read_address(word.strip(PUNCTUATION)) for word in words if "@" in word}
    return next(iter(found)) if len(found) == 1 else None
