"""What stands behind the word of a command, read as the thing that it names: a time, a person, a date.

Whatever cannot be read in one way only is a `Misread`, and with one of those nothing of the mail is done.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from mailgate.core.hours import Duration, parse_duration
from mailgate.core.intents import Absent, AssignTo, Grade, Intent, Present, Scale, Spend, Wait
from mailgate.core.model import Activity, Status
from mailgate.mail.text import shorten

BLANKS = " \t\u00a0\u2007\u202f"
PUNCTUATION = BLANKS + ".,;:!="
_MINUTES = re.compile(r"([0-9]{1,4})(?:m|mn|min|mins|minutes?)?")
_HOURS = re.compile(r"([0-9]{1,2})(?:h|hr|hrs|hours?|heures?)(?:([0-5]?[0-9])(?:m|mn|min|minutes?)?)?")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])")
_MOST_MINUTES = 1440
_MOST_WORDS_OF_TIME = 4
MOST_CHARS = 200
_WAITED_FOR = {
    "client": Status.WAITING_CUSTOMER,
    "customer": Status.WAITING_CUSTOMER,
    "tiers": Status.WAITING_THIRD,
    "third": Status.WAITING_THIRD,
}
_REASONED = frozenset({Scale.SEVERITY, Scale.LEVEL})
_DAYS = re.compile(r"([0-9]{1,5})(?:d|j|jours?|days?)")
_DATE = r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
_ABSENCE = re.compile(rf"{_DATE}(?:(?:\.\.\.?|…|/){_DATE})?")
_LONGEST_ABSENCE = timedelta(days=366)
_BACK = frozenset({"non", "off"})


@dataclass(frozen=True, slots=True)
class Misread:
    """Why an argument is none: the code of a `Problem`, and the words that it is about."""

    code: str
    detail: str = ""


def folded(word: str) -> str:
    """Without case and accents."""
    decomposed = unicodedata.normalize("NFKD", word[:MOST_CHARS].casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def nothing(intent: Intent, argument: str) -> Intent | Misread:
    """A command that is written alone."""
    return Misread("no-argument-wanted", argument) if argument else intent


def time_spent(activity: Activity, argument: str) -> Intent | Misread:
    """The longest run of words that is a time; whatever stands behind it is too much."""
    words = argument.split()
    if not words:
        return Misread("missing-minutes")
    for count in range(min(len(words), _MOST_WORDS_OF_TIME), 0, -1):
        minutes = _minutes("".join(words[:count]).lower())
        if minutes is not None and len(words) > count:
            return Misread("too-many-words", " ".join(words[count:]))
        if minutes is not None:
            return Spend(activity, minutes) if 1 <= minutes <= _MOST_MINUTES else Misread("bad-minutes", argument)
    return Misread("bad-minutes", argument)


def _minutes(text: str) -> int | None:
    """ "15", "90min", "2h", "1h30" or "1:30" in minutes; None for anything else."""
    if found := _MINUTES.fullmatch(text):
        return int(found[1])
    found = _HOURS.fullmatch(text) or _CLOCK.fullmatch(text)
    return 60 * int(found[1]) + int(found[2] or 0) if found else None


def person(argument: str) -> Intent | Misread:
    """Somebody, as typed."""
    return AssignTo(shorten(argument, MOST_CHARS)) if argument else Misread("missing-who")


def grade(scale: Scale, argument: str) -> Intent | Misread:
    """The new value, and behind it why, where the customer is told."""
    value, _, reason = argument.partition(" ")
    if not value:
        return Misread("missing-grade")
    if reason and scale not in _REASONED:
        return Misread("too-many-words", reason)
    return Grade(scale, shorten(value.strip(PUNCTUATION), MOST_CHARS), reason.strip(PUNCTUATION))


def wait(argument: str) -> Intent | Misread:
    """Whom to wait for, and for how long when that is said: 3d, 3j, 3 jours, 4h, 1w."""
    whom, *duration = argument.split() or [""]
    status = _WAITED_FOR.get(folded(whom))
    if status is None:
        return Misread("bad-wait", argument)
    if not duration:
        return Wait(status)
    length = _duration("".join(duration).lower())
    return Misread("bad-wait", argument) if length is None else Wait(status, length)


def absence(argument: str) -> Intent | Misread:
    """One day or a first and a last one, as 2026-12-24..2027-01-03 (a year at most); "non" or "off" takes all back."""
    if folded(argument) in _BACK:
        return Present()
    found = _ABSENCE.fullmatch("".join(argument.split()))
    if found is None:
        return Misread("bad-dates", argument)
    try:
        first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2] or found[1])
    except ValueError:
        return Misread("bad-dates", argument)
    return Absent(first, last) if timedelta() <= last - first < _LONGEST_ABSENCE else Misread("bad-dates", argument)


def _duration(text: str) -> Duration | None:
    days = _DAYS.fullmatch(text)
    try:
        return parse_duration(f"{days[1]}d" if days else text)
    except ValueError:
        return None
