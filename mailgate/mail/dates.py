"""Moments, lengths and sizes in words, as a person in one place and one language reads them.

French is the measure: "lundi 23 novembre à 12 h 00", "1 h 30", "1,2 Mo", always with no-break spaces inside a quantity.
Any other language is written in English until somebody adds a `Grammar`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailgate.core.hours import Unit, parse_duration

NBSP = "\u00a0"
WEEK_IS_CLEAR = timedelta(days=6)
"""Within this span the name of a weekday says which day is meant."""
SOON = timedelta(hours=12)
"""Within this span people count the hours that are left; beyond it nights and week-ends come between."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Grammar:
    """The words and shapes of one language; the shapes are `str.format` patterns."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    first: str
    day: str
    day_year: str
    clock: str
    at: str
    weekday_at: str
    short_day: str
    short_clock: str
    hours: str
    units: Mapping[Unit, tuple[str, str]]
    sizes: tuple[str, ...]
    decimal: str
    in_part: str
    in_time: str
    before: str


FRENCH = Grammar(
    weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    months=(
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
    short_months=("janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc"),
    first="1er",
    day="{weekday} {day} {month}",
    day_year="{weekday} {day} {month} {year}",
    clock="{hour}\u00a0h\u00a0{minute:02}",
    at="{day} à {clock}",
    weekday_at="{weekday} {clock}",
    short_day="{weekday:.3} {day} {month}",
    short_clock="{hour}h{minute:02}",
    hours="{hours}\u00a0h\u00a0{minutes:02}",
    units={
        Unit.MINUTES: ("min", "min"),
        Unit.HOURS: ("h", "h"),
        Unit.DAYS: ("jour ouvrable", "jours ouvrables"),
        Unit.WEEKS: ("semaine", "semaines"),
    },
    sizes=("o", "ko", "Mo", "Go"),
    decimal=",",
    in_part="… (le texte entier, {size}, est dans le fichier joint {name})",
    in_time="dans\u00a0{length}",
    before="avant {moment}",
)  # fmt: skip

ENGLISH = Grammar(
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    short_months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    first="1",
    day="{weekday}, {month} {day}",
    day_year="{weekday}, {month} {day}, {year}",
    clock="{hour}:{minute:02}",
    at="{day} at {clock}",
    weekday_at="{weekday} at {clock}",
    short_day="{weekday:.3} {month} {day}",
    short_clock="{hour}:{minute:02}",
    hours="{hours}\u00a0h\u00a0{minutes:02}\u00a0min",
    units={
        Unit.MINUTES: ("minute", "minutes"),
        Unit.HOURS: ("hour", "hours"),
        Unit.DAYS: ("working day", "working days"),
        Unit.WEEKS: ("week", "weeks"),
    },
    sizes=("B", "kB", "MB", "GB"),
    decimal=".",
    in_part="… (the whole text, {size}, is in the attached file {name})",
    in_time="in\u00a0{length}",
    before="before {moment}",
)  # fmt: skip

GRAMMARS = {"fr": FRENCH, "en": ENGLISH}


@lru_cache(maxsize=256)
def primary(language: str) -> str:
    """The primary tag of a language: "fr" of "fr-CA" (RFC 5646 §2.2.1), in lower case."""
    return language.replace("_", "-").partition("-")[0].lower()


@lru_cache(maxsize=256)
def grammar_of(language: str) -> Grammar:
    """The words of a language, English when we have none."""
    return GRAMMARS.get(primary(language), ENGLISH)


def zone_of(timezone: str) -> ZoneInfo:
    """The zone of that name, or UTC when there is none: a mail that says so beats no mail."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Tongue:
    """How one reader is told quantities. `now` leaves the current year out of dates; None leaves out every year."""

    language: str
    timezone: str
    now: datetime | None = None

    @property
    def grammar(self) -> Grammar:
        """The words of its language."""
        return grammar_of(self.language)

    def local(self, at: datetime) -> datetime:
        """The instant on the reader's clock; a naive time is taken as UTC."""
        aware = at if at.tzinfo else at.replace(tzinfo=UTC)
        return aware.astimezone(zone_of(self.timezone))

    def ahead(self, at: datetime) -> bool:
        """Whether it is still to come, as far as is known: nobody aims at what has passed."""
        return self.now is None or at > self.now

    def within(self, at: datetime) -> str:
        """How long there is still time: "dans 30 min", or, when that is long, "avant lundi 12 h 00"."""
        if self.now is not None and MINUTE <= at - self.now <= SOON:
            return self.grammar.in_time.format(length=self.duration((at - self.now) // MINUTE))
        return self.by(at)

    def by(self, at: datetime) -> str:
        """Until when: "avant lundi 12 h 00", with the date when the weekday does not say which day is meant."""
        clear = self.now is not None and abs(at - self.now) <= WEEK_IS_CLEAR
        return self.grammar.before.format(moment=self.day_and_hour(at) if clear else self.moment(at))

    def day(self, on: date) -> str:
        """A date: "lundi 23 novembre", with its year when that isn't the current one."""
        words = self.grammar
        return self._filled(words.day_year if self._other_year(on) else words.day, on, words.months)

    def full_day(self, on: date) -> str:
        """A date with its year: "lundi 23 novembre 2026"."""
        return self._filled(self.grammar.day_year, on, self.grammar.months)

    def clock(self, at: datetime) -> str:
        """A time of day: "12 h 00"."""
        return self._clock(self.local(at))

    def moment(self, at: datetime) -> str:
        """A date and time: "lundi 23 novembre à 12 h 00"."""
        return _moment(self, at)

    def day_and_hour(self, at: datetime, since: datetime | None = None) -> str:
        """A time in the coming week: "lundi 7 h 00"; in full when `since` is too long before it."""
        if since is not None and at - since > WEEK_IS_CLEAR:
            return self.moment(at)
        there = self.local(at)
        return self.grammar.weekday_at.format(weekday=self.grammar.weekdays[there.weekday()], clock=self._clock(there))

    def short(self, at: datetime) -> str:
        """A date and time for pagers: "lun 23 nov 12h00"."""
        there, words = self.local(at), self.grammar
        day = self._filled(words.short_day, there.date(), words.short_months)
        return f"{day} {words.short_clock.format(hour=there.hour, minute=there.minute)}"

    def duration(self, minutes: int) -> str:
        """A length of work: "15 min", "60 min", "2 h", "1 h 30"; what is owed has a minus sign."""
        if minutes < 0:
            return f"−{self.duration(-minutes)}"
        if minutes <= 60:
            return f"{minutes}{NBSP}min"
        hours, rest = divmod(minutes, 60)
        return self.grammar.hours.format(hours=hours, minutes=rest) if rest else f"{hours}{NBSP}h"

    def promise(self, text: str) -> str:
        """A delay as the rules write it, in words: "4h" is "4 h", "3d" is "3 jours ouvrables"."""
        try:
            delay = parse_duration(text)
        except ValueError:
            return text
        return f"{delay.amount}{NBSP}{self.grammar.units[delay.unit][delay.amount > 1]}"

    def size(self, octets: int) -> str:
        """A size in decimal units: "1,2 Mo"."""
        amount, step = float(octets), 0
        while amount >= 999.5 and step + 1 < len(self.grammar.sizes):
            amount, step = amount / 1000, step + 1
        digits = f"{amount:.1f}".removesuffix(".0") if step > 1 and amount < 10 else f"{amount:.0f}"
        return f"{digits.replace('.', self.grammar.decimal)}{NBSP}{self.grammar.sizes[step]}"

    def in_part(self, octets: int, file_name: str) -> str:
        """What stands under a text that is shown in part."""
        return self.grammar.in_part.format(size=self.size(octets), name=file_name)

    def _clock(self, there: datetime) -> str:
        return self.grammar.clock.format(hour=there.hour, minute=there.minute)

    def _other_year(self, on: date) -> bool:
        return self.now is not None and on.year != self.local(self.now).year

    def _filled(self, shape: str, on: date, months: tuple[str, ...]) -> str:
        weekday, day = self.grammar.weekdays[on.weekday()], self.grammar.first if on.day == 1 else str(on.day)
        return shape.format(weekday=weekday, day=day, month=months[on.month - 1], year=on.year)


@lru_cache(maxsize=64)
def _moment(tongue: Tongue, at: datetime) -> str:
    """A letter names few moments, each of them several times. Never out of date: an instant keeps its name, and times
    are UTC inside, where no two of them look alike."""
    there = tongue.local(at)
    return tongue.grammar.at.format(day=tongue.day(there.date()), clock=tongue.clock(at))
