"""How people say how long something took, or may take: "1h30", "90 min", "1,5 h", "une heure et demie", "3 jours".

A number alone is minutes. What two people could read in two ways is no length: "1,5" (hours?), "14:30" and "14h30"
(when the call was?), "10 30". For such a thing the reader says how the likelier of the two is written.
"""

from __future__ import annotations

import re

from mailgate.core.hours import Duration, parse_duration
from mailgate.core.words import fold
from mailgate.mail.misread import Misread

MOST_MINUTES = 1440
MOST_WORDS = 6
"""Of a length: "three quarters of an hour" has five."""

_TOO_MANY_HOURS = 10
"""From here on hours with minutes are rather a time of day."""

_NUMBERS = {
    **dict.fromkeys("un une a an one".split(), 1),
    **dict.fromkeys("deux two".split(), 2),
    **dict.fromkeys("trois three".split(), 3),
    **dict.fromkeys("quatre four".split(), 4),
    **dict.fromkeys("cinq five".split(), 5),
    "six": 6,
    **dict.fromkeys("sept seven".split(), 7),
    **dict.fromkeys("huit eight".split(), 8),
    **dict.fromkeys("neuf nine".split(), 9),
    **dict.fromkeys("dix ten".split(), 10),
    **dict.fromkeys("quinze fifteen".split(), 15),
    **dict.fromkeys("vingt twenty".split(), 20),
    **dict.fromkeys("trente thirty".split(), 30),
    **dict.fromkeys("quarante forty".split(), 40),
    **dict.fromkeys("quarante-cinq forty-five".split(), 45),
}
_FRACTIONS = (("½", ",5"), ("¼", ",25"), ("¾", ",75"))
_MINUTE = r"(?:m|mn|min|mins|minutes?|['′])"
_HOUR = r"(?:h|hr|hrs|hours?|heures?)"
_MINUTES = re.compile(rf"([0-9]{{1,4}}) ?{_MINUTE}?")
_HOURS = re.compile(rf"([0-9]{{1,2}}) ?{_HOUR}(?: ?(?:et |and )?([0-5]?[0-9]) ?{_MINUTE}?)?")
_CLOCK = re.compile(rf"([0-9]{{1,2}}) ?: ?([0-5][0-9]) ?{_HOUR}?")
_DECIMAL = re.compile(rf"([0-9]{{0,2}})[.,]([0-9]{{1,2}}) ?({_HOUR})?")
_AND_A_PART = re.compile(rf"([0-9]{{1,2}}) ?{_HOUR} (?:et|and 1) (?:(demie?|half)|quart(?:er)?)")
_HALF = re.compile(r"(?:1 )?demie?[ -]heure|(?:1 )?half(?: 1 |[ -])hour")
_QUARTERS = re.compile(r"([13]) quart(?:s? d'heure|ers? of 1 hour)")
_UNITS = {
    "m": re.compile(r"([0-9]{1,5}) ?(?:m|mn|min|minutes?)"),
    "h": re.compile(r"([0-9]{1,5}) ?(?:h|hr|hrs|hours?|heures?)"),
    "d": re.compile(
        r"([0-9]{1,5}) ?(?:d|j|jours?|days?)(?: ouvres| ouvrables)?|([0-9]{1,5}) (?:business|working) days?"
    ),
    "w": re.compile(r"([0-9]{1,5}) ?(?:w|sem|semaines?|weeks?)"),
}


def time_spent(argument: str) -> int | Misread:
    """The minutes that somebody worked: the longest run of words that is a time; whatever stands behind is too much."""
    words = argument.split()
    if not words:
        return Misread("missing-minutes")
    for count in range(min(len(words), MOST_WORDS), 0, -1):
        read = _minutes(_plain(words[:count]))
        if read is None:
            continue
        if isinstance(read, int) and not 1 <= read <= MOST_MINUTES:
            return Misread("bad-minutes", argument)
        if len(words) > count:
            return Misread("too-many-words", " ".join(words[count:]), " ".join(words[:count]))
        return Misread("bad-minutes", argument, read) if isinstance(read, str) else read
    return Misread("bad-minutes", argument)


def length_of_time(words: list[str]) -> Duration | None:
    """How long a ticket waits: "3d", "3 jours", "une semaine", "48 h"."""
    text = _plain(words[:MOST_WORDS])
    for unit, pattern in _UNITS.items():
        found = pattern.fullmatch(text)
        if found and len(words) <= MOST_WORDS:
            try:
                return parse_duration(f"{found[1] or found[2]}{unit}")
            except ValueError:
                return None
    return None


def _minutes(text: str) -> int | str | None:
    """In minutes; as text, how it is written when it may be read in two ways; None when it is no length."""
    if found := _MINUTES.fullmatch(text):
        return int(found[1])
    if found := _HOURS.fullmatch(text) or _CLOCK.fullmatch(text):
        minutes = 60 * int(found[1]) + int(found[2] or 0)
        return minutes if found[2] is None or int(found[1]) < _TOO_MANY_HOURS else str(minutes)
    if found := _DECIMAL.fullmatch(text):
        return _decimal(int(found[1] or 0), found[2], has_unit=found[3] is not None)
    if found := _AND_A_PART.fullmatch(text):
        return 60 * int(found[1]) + (30 if found[2] else 15)
    if found := _QUARTERS.fullmatch(text):
        return 15 * int(found[1])
    return 30 if _HALF.fullmatch(text) else None


def _decimal(hours: int, part: str, has_unit: bool) -> int | str | None:
    """ "1,5 h" is 90 minutes; "1.30" may be an hour and a half or less, "1,33 h" is no whole minute, and "15,5" may be
    minutes as well as hours."""
    minutes, rest = divmod(60 * int(part.ljust(2, "0")), 100)
    if has_unit and not rest:
        return 60 * hours + minutes
    if not has_unit and hours >= _TOO_MANY_HOURS:
        return None
    if not has_unit and len(part) == 2 and int(part) < 60:
        minutes = int(part)
    return _written(60 * hours + minutes)


def _written(minutes: int) -> str:
    return f"{minutes // 60}h{minutes % 60:02}" if minutes >= 60 else str(minutes)


def _plain(words: list[str]) -> str:
    """In lower case without accents, with one blank between words and digits for numbers that something follows."""
    text = " ".join(words)[:80]
    for sign, decimal in _FRACTIONS:
        text = text.replace(f" {sign}", decimal).replace(sign, decimal)
    *before, last = fold(text).split() or [""]
    return " ".join((*(str(_NUMBERS.get(word, word)) for word in before), last))
