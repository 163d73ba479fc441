"""What stands behind the word of a command, read as the thing that it names: a time, a person, a date.

Whatever cannot be read in one way only is a `Misread`, and with one of those nothing of the mail is done.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import replace

from mailgate.core.intents import UNSAID, Absent, AssignTo, Correct, Grade, Intent, Present, Scale, Spend, Wait
from mailgate.core.model import Activity, Status
from mailgate.mail import days, lengths
from mailgate.mail.misread import Misread
from mailgate.mail.text import shorten

BLANKS = " \t\u00a0\u2002\u2003\u2005\u2007\u2009\u200a\u202f\u3000"
PUNCTUATION = BLANKS + ".,;:!="
MOST_CHARS = 200
_QUOTES = BLANKS + "\"'«»“”„‘’‹›"
_WAITED_FOR = {
    **dict.fromkeys(("client", "customer"), Status.WAITING_CUSTOMER),
    **dict.fromkeys(("tiers", "third", "third-party", "fournisseur", "supplier", "vendor"), Status.WAITING_THIRD),
}
_BEFORE_WHOM = frozenset("le la du de un une the a for on".split())
_BEFORE_LENGTH = frozenset("pour pendant for party".split())
_REASONED = frozenset({Scale.SEVERITY, Scale.LEVEL})
_VALUE = re.compile(r"[^\s,;:=—–()]+")
_LETTER_AND_FIGURE = re.compile(r"([A-Za-z])\s([0-9])")
_BEFORE_REASON = PUNCTUATION + "-—–()"
_TO_WHOM = re.compile(r"(?:à|a|to)\s+(?=\S)|@", re.IGNORECASE)
_MINUS = "-−–"
_BRACKETED = re.compile(r"<\s?([^<>\s]{1,320}@[^<>\s]{1,320})\s?>")
BACK = frozenset({"non", "no", "off"})


def folded(word: str) -> str:
    """Without case and accents."""
    decomposed = unicodedata.normalize("NFKD", word[:MOST_CHARS].casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def nothing(intent: Intent, argument: str) -> Intent | Misread:
    """A command that is written alone."""
    return Misread("no-argument-wanted", argument) if argument else intent


def time_spent(activity: Activity, argument: str) -> Intent | Misread:
    """How long a call or a visit took; with a minus before it, how much of that is taken back."""
    back = len(argument) > 1 and argument[0] in _MINUS and argument[1].isdigit()
    read = lengths.time_spent(argument[1:] if back else argument)
    if isinstance(read, Misread):
        return replace(read, valid=f"-{read.valid}") if back and read.valid else read
    return Correct(activity, read) if back else Spend(activity, read)


def person(argument: str) -> Intent | Misread:
    """Somebody, as typed; behind a name in quotes or beside an address, that alone."""
    bracketed = _BRACKETED.search(argument[: 4 * MOST_CHARS])
    named = bracketed[1] if bracketed else _TO_WHOM.sub("", argument, count=1) if _TO_WHOM.match(argument) else argument
    named = shorten(named.strip(_QUOTES), MOST_CHARS)
    return AssignTo(named) if named else Misread("missing-who")


def grade(scale: Scale, argument: str) -> Intent | Misread:
    """The new value, and behind it why, where the customer is told."""
    argument = argument.strip(_QUOTES)
    together = _LETTER_AND_FIGURE.fullmatch(argument)
    found = _VALUE.match("".join(together.groups()) if together else argument)
    if found is None:
        return Misread("missing-grade")
    value = shorten(found[0].strip(_QUOTES + PUNCTUATION), MOST_CHARS)
    reason = "" if together else argument[found.end() :].strip(_BEFORE_REASON)
    if reason and scale not in _REASONED:
        return Misread("too-many-words", reason, value)
    return Grade(scale, value, "" if reason == UNSAID else reason)


def wait(argument: str) -> Intent | Misread:
    """Whom to wait for, and for how long when that is said: 3d, 3j, 3 jours, 4h, 1w, une semaine."""
    words = [word.strip(PUNCTUATION) for word in argument.replace("’", "'").replace("d'", " ").split()]
    whom, *rest = _without_first([word for word in words if word], _BEFORE_WHOM) or [""]
    status = _WAITED_FOR.get(folded(whom))
    if status is None:
        return Misread("bad-wait", argument, _nearest_wait(folded(whom), rest))
    said = _without_first(rest, _BEFORE_LENGTH)
    if not said:
        return Wait(status)
    length = lengths.length_of_time(said)
    return Misread("bad-minutes", " ".join(said), whom) if length is None else Wait(status, length)


def _nearest_wait(whom: str, rest: list[str]) -> str:
    """Whom somebody who made a slip of the pen waits for, and how long."""
    (meant,) = difflib.get_close_matches(whom[:40], _WAITED_FOR, n=1) or ("",)
    said = " ".join([meant, *rest])
    return said if meant and not isinstance(wait(said), Misread) else ""


def absence(argument: str) -> Intent | Misread:
    """One day or a first and a last one, as 2026-12-24..2027-01-03 (a year at most); "non" or "off" takes all back."""
    if folded(argument) in BACK:
        return Present()
    read = days.first_and_last(argument)
    return read if isinstance(read, Misread) else Absent(*read)


def _without_first(words: list[str], few: frozenset[str]) -> list[str]:
    """Without the little words at the beginning, of which there may be two."""
    for _ in range(2):
        words = words[1:] if words and folded(words[0]) in few else words
    return words
