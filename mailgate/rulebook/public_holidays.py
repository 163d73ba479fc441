"""Public holidays by country and subdivision, from the `holidays` library.

The library's `observed` switch is a trap for Québec (libraries.md §7). With it, a holiday on a Saturday moves to Monday
(27 December 2027), which no law of Québec says. Without it, the Monday after a Sunday holiday is lost (25 June 2029,
2 July 2029), which the law does grant (Loi sur la fête nationale, art. 2; Loi sur les normes du travail, art. 60). So:
ask with it, and drop what followed a Saturday, where the law knows no such thing.

The library costs a quarter of a second to import and some milliseconds per year: both are paid when a date is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

from mailgate.toml.document import did_you_mean

SATURDAY = 5
MANY = 40
"""A country's subdivisions are listed when they are no more than this."""

LANGUAGES = 16
"""In how many languages a calendar's days are kept ready."""

SATURDAY_STAYS = frozenset({("CA", "QC")})
"""Where a holiday on a Saturday gives no day off on the following Monday."""

OWN_CLOSING = {"fr": "fermeture", "en": "closed"}
"""What a day of `extra_holidays` is called when it is no public holiday, by primary language."""


@dataclass(frozen=True, slots=True)
class Region:
    """A country and, where the law differs within it, a subdivision, both as the library writes them."""

    country: str
    subdivision: str | None = None


def region(code: str) -> Region:
    """ "CA-QC", "CH-GE", "FR-6AE", "FR"; ValueError with the nearest code for one that the library does not have."""
    from holidays import country_holidays, list_supported_countries

    country, _, subdivision = code.partition("-")
    countries = list_supported_countries()
    if country not in countries:
        near = did_you_mean(country, countries) or ": write a country, or both as in CA-QC"
        raise ValueError(f"no public holidays are known for country '{country}'{near}")
    if not subdivision:
        return Region(country)
    found = country_holidays(country)
    code = found.subdivisions_aliases.get(subdivision, subdivision)
    if code not in found.subdivisions:
        near = did_you_mean(subdivision, found.subdivisions, few=MANY)
        raise ValueError(f"no public holidays are known for '{subdivision}' of {country}{near}")
    return Region(country, code)


@dataclass(frozen=True, slots=True)
class OwnDays:
    """What the rules change: days closed beside the public holidays, and public holidays that are worked."""

    extra: Collection[date] = ()
    worked: Collection[date] = ()


def closings(where: Region | None, own: OwnDays, language: str) -> Callable[[date], str | None]:
    """Names the holiday of a local date, or answers None; `where` None means no public holidays at all."""

    @cache
    def year(number: int) -> Mapping[date, str]:
        return public_holidays(where, number, language) if where is not None else {}

    def closed(day: date) -> str | None:
        if day in own.worked:
            return None
        return year(day.year).get(day, _own_name(language) if day in own.extra else None)

    return closed


def sayings(where: Region | None, own: OwnDays) -> Callable[[date, str], str | None]:
    """Names the holiday of a local date in a language, or answers None where the library does not speak it."""

    @lru_cache(maxsize=LANGUAGES)
    def closed(language: str) -> Callable[[date], str | None]:
        is_spoken = where is None or _spoken_by_library(where, language) is not None
        return closings(where, own, language) if is_spoken else lambda _day: None

    def said(day: date, language: str) -> str | None:
        return closed(language)(day)

    return said


def public_holidays(where: Region, year: int, language: str) -> Mapping[date, str]:
    """The public holidays of a year with their names, in the desk's language where the library speaks it."""
    moved = _asked(where, year, language, observed=True)
    if (where.country, where.subdivision) not in SATURDAY_STAYS:
        return moved
    real = _asked(where, year, language, observed=False)
    return {day: name for day, name in moved.items() if day in real or not _follows_saturday(day, real)}


def _follows_saturday(day: date, real: Mapping[date, str]) -> bool:
    """Whether the holiday that moved to `day` fell on a Saturday."""
    before = (day - timedelta(days=back) for back in (1, 2))
    return next((one.weekday() == SATURDAY for one in before if one in real), False)


def _asked(where: Region, year: int, language: str, *, observed: bool) -> Mapping[date, str]:
    from holidays import country_holidays

    found = country_holidays(
        where.country,
        subdiv=where.subdivision,
        years=year,
        expand=False,
        observed=observed,
        language=_spoken_by_library(where, language),
    )
    return dict(found)


def _spoken_by_library(where: Region, language: str) -> str | None:
    """The language in which the library names the days of a country to a reader of `language`, if it has one."""
    from holidays import country_holidays

    return _nearest_language(language.replace("-", "_"), country_holidays(where.country).supported_languages)


def _nearest_language(wanted: str, spoken: Collection[str]) -> str | None:
    """ "fr_CA" itself, else "fr", else another French; None leaves the country's own."""
    primary = wanted.partition("_")[0]
    cousins = sorted(one for one in spoken if one.partition("_")[0] == primary)
    return next((one for one in (wanted, primary, *cousins) if one in spoken), None)


def _own_name(language: str) -> str:
    return OWN_CLOSING.get(language.partition("-")[0], OWN_CLOSING["en"])
