"""How people write from when to when: "2026-12-24..2027-01-03", "du 24 décembre 2026 au 3 janvier 2027", "24/12/2026".

The year must be said, at least at the end, and nobody may be able to read another day: "03/04/2027" is in March for
some and in April for others, unless it stands beside "24/12/2026". It is refused with the form of the standard, day
first as the desk's French has it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto

from mailgate.core.words import fold
from mailgate.mail.misread import Misread

_LONGEST_ABSENCE = timedelta(days=366)
_MOST_CHARS = 100
_MONTHS = {
    **dict.fromkeys("janvier janv january jan".split(), 1),
    **dict.fromkeys("fevrier fevr fev february feb".split(), 2),
    **dict.fromkeys("mars march mar".split(), 3),
    **dict.fromkeys("avril avr april apr".split(), 4),
    **dict.fromkeys("mai may".split(), 5),
    **dict.fromkeys("juin june jun".split(), 6),
    **dict.fromkeys("juillet juil july jul".split(), 7),
    **dict.fromkeys("aout august aug".split(), 8),
    **dict.fromkeys("septembre september sept sep".split(), 9),
    **dict.fromkeys("octobre october oct".split(), 10),
    **dict.fromkeys("novembre november nov".split(), 11),
    **dict.fromkeys("decembre december dec".split(), 12),
}
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_WEEKDAYS = frozenset(
    "lundi mardi mercredi jeudi vendredi samedi dimanche monday tuesday wednesday thursday friday saturday sunday"
    " lun mar mer jeu ven sam dim mon tue wed thu fri sat sun".split()
)
_AROUND = frozenset("du le de from the on of".split())
_BETWEEN = re.compile(
    r" ?(?:\.\.\.?|->|→|–|—) ?| (?:-|/|au|a|to|until|till|through|jusqu'au) "
    r"|(?<=-[0-9]{2})/(?=[0-9]{4}-)|(?<=[0-9]{4})-(?=[0-9]{1,2}[/.])"
    rf"|(?<=[0-9])-(?=[0-9]{{1,2}} {_MONTH})"
)
_STANDARD = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_FIGURES = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_DAY_FIRST = re.compile(rf"([0-9]{{1,2}})(?:er|st|nd|rd|th|\.)? ({_MONTH})\.?(?: ([0-9]{{4}}))?")
_MONTH_FIRST = re.compile(rf"({_MONTH})\.? ([0-9]{{1,2}})(?:st|nd|rd|th)?(?:,? ([0-9]{{4}}))?")
_ONLY_DAY = re.compile(r"([0-9]{1,2})(?:er|st|nd|rd|th|\.)?")


class _Order(Enum):
    """What comes first in figures with the year at the end."""

    DAY = auto()
    MONTH = auto()
    UNSURE = auto()


@dataclass(frozen=True, slots=True)
class _Named:
    """A day as it is written: None for what is not said, or for the order of what can be read in one way only."""

    day: int
    month: int | None = None
    year: int | None = None
    order: _Order | None = None


def first_and_last(argument: str) -> tuple[date, date] | Misread:
    """The days of an absence, both included, a year at most."""
    unclear = Misread("bad-dates", argument)
    named = _read(_BETWEEN.split(_plain(argument)))
    first, last = named[0], named[-1]
    if len(named) > 2 or first is None or last is None:
        return unclear
    try:
        days = _dated(first, last)
    except ValueError:
        return unclear
    if days is None or not timedelta() <= days[1] - days[0] < _LONGEST_ABSENCE:
        return unclear
    if _Order.UNSURE not in (first.order, last.order):
        return days
    return Misread("bad-dates", argument, "..".join(dict.fromkeys(map(str, days))))


def _read(pieces: list[str]) -> list[_Named | None]:
    """Each day; where one of them shows which order somebody uses, the other is read in it, too."""
    named = [_named(piece) for piece in pieces]
    shown = {one.order for one in named if one and one.order} - {_Order.UNSURE}
    return [_named(piece, *shown) for piece in pieces] if len(shown) == 1 else named


def _dated(first: _Named, last: _Named) -> tuple[date, date] | None:
    """What the first day leaves out is the last one's, in the year before if need be. Raises ValueError for a day that
    no calendar has."""
    if last.month is None or last.year is None:
        return None
    end = date(last.year, last.month, last.day)
    if first.year is not None and first.month is not None:
        return date(first.year, first.month, first.day), end
    begin = date(end.year, first.month or end.month, first.day)
    return (begin if begin <= end or first.month is None else date(end.year - 1, begin.month, begin.day)), end


def _named(text: str, order: _Order = _Order.UNSURE) -> _Named | None:
    if found := _STANDARD.fullmatch(text):
        return _Named(int(found[4]), int(found[3]), int(found[1]))
    if found := _FIGURES.fullmatch(text):
        return _in_figures(int(found[1]), int(found[3]), int(found[4]), _Order.DAY if found[2] == "." else order)
    if found := _DAY_FIRST.fullmatch(text):
        return _Named(int(found[1]), _MONTHS[found[2]], int(found[3]) if found[3] else None)
    if found := _MONTH_FIRST.fullmatch(text):
        return _Named(int(found[2]), _MONTHS[found[1]], int(found[3]) if found[3] else None)
    found = _ONLY_DAY.fullmatch(text)
    return _Named(int(found[1])) if found else None


def _in_figures(first: int, second: int, year: int, order: _Order) -> _Named:
    """With dots the day always comes first; with slashes only Americans put the month there."""
    if order is _Order.UNSURE and first > 12:
        order = _Order.DAY
    elif order is _Order.UNSURE and second > 12:
        order = _Order.MONTH
    if order is _Order.MONTH:
        return _Named(second, first, year, order)
    return _Named(first, second, year, None if first == second else order)


def _plain(argument: str) -> str:
    """In lower case without accents, one blank between words, without what may stand around a day."""
    words = fold(argument.replace("…", "..")[:_MOST_CHARS]).split()
    return " ".join(word for word in words if word not in _AROUND and word.rstrip(".,") not in _WEEKDAYS)
