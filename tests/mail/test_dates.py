"""Quantities in words: what a customer in Montréal, Genève or London reads."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from mailgate.mail.dates import Tongue

NOW = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
DUE = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
FRENCH = Tongue("fr-CA", "America/Toronto", NOW)
ENGLISH = Tongue("en", "America/Toronto", NOW)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_french_moment_reads_as_the_procedures_write_it() -> None:
    """domain.md §1: the real deadline, in the customer's zone."""
    assert plain(FRENCH.moment(DUE)) == "lundi 23 novembre à 12 h 00"
    assert plain(ENGLISH.moment(DUE)) == "Monday, November 23 at 12:00"


def test_the_same_instant_is_told_on_the_reader_s_clock() -> None:
    """A customer in Switzerland must not convert hours."""
    assert plain(Tongue("fr-CH", "Europe/Zurich", NOW).moment(DUE)) == "lundi 23 novembre à 18 h 00"


def test_the_year_is_named_when_it_is_another() -> None:
    """In December, a deadline in January would otherwise be ambiguous."""
    assert plain(FRENCH.moment(DUE + timedelta(days=40))) == "samedi 2 janvier 2027 à 12 h 00"
    assert plain(ENGLISH.day(date(2027, 1, 1))) == "Friday, January 1, 2027"
    assert "2027" not in Tongue("fr", "UTC").day(date(2027, 1, 1))


def test_what_is_ahead_is_later_than_now() -> None:
    """Without a clock nothing is known to have passed."""
    at = [Tongue("fr", "UTC", DUE + timedelta(minutes=late)) for late in (-1, 0, 1)]
    assert [tongue.ahead(DUE) for tongue in at] == [True, False, False]
    assert Tongue("fr", "UTC").ahead(DUE)


def test_a_full_day_always_has_its_year() -> None:
    """A report may be read years later."""
    assert plain(FRENCH.full_day(date(2026, 11, 1))) == "dimanche 1er novembre 2026"
    assert plain(ENGLISH.full_day(date(2026, 11, 1))) == "Sunday, November 1, 2026"


def test_the_first_of_a_month_is_an_ordinal_in_french() -> None:
    """« mardi 1 décembre » is a mistake that every reader sees."""
    assert FRENCH.day(date(2026, 12, 1)) == "mardi 1er décembre"


def test_a_near_opening_is_named_by_its_weekday() -> None:
    """« lundi 7 h 00 » says enough within a week, and too little beyond."""
    assert plain(FRENCH.day_and_hour(DUE, NOW)) == "lundi 12 h 00"
    assert plain(FRENCH.day_and_hour(DUE, NOW - timedelta(days=9))) == "lundi 23 novembre à 12 h 00"


def test_a_pager_gets_the_shortest_form() -> None:
    """Every character of a page counts."""
    assert FRENCH.short(DUE) == "lun 23 nov 12h00"
    assert ENGLISH.short(DUE) == "Mon Nov 23 12:00"


@pytest.mark.parametrize(
    ("minutes", "french", "english"),
    [
        (0, "0 min", "0 min"),
        (60, "60 min", "60 min"),
        (90, "1 h 30", "1 h 30 min"),
        (125, "2 h 05", "2 h 05 min"),
        (120, "2 h", "2 h"),
    ],
)
def test_a_length_of_work(minutes: int, french: str, english: str) -> None:
    """Minutes as far as tariffs speak in minutes, hours beyond."""
    assert plain(FRENCH.duration(minutes)) == french
    assert plain(ENGLISH.duration(minutes)) == english


@pytest.mark.parametrize(
    ("delay", "french", "english"),
    [
        ("4h", "4 h", "4 hours"),
        ("1h", "1 h", "1 hour"),
        ("90m", "90 min", "90 minutes"),
        ("3d", "3 jours ouvrables", "3 working days"),
        ("1w", "1 semaine", "1 week"),
        ("soon", "soon", "soon"),
    ],
)
def test_a_promise_in_words(delay: str, french: str, english: str) -> None:
    """The rules' notation means nothing to a customer."""
    assert plain(FRENCH.promise(delay)) == french
    assert plain(ENGLISH.promise(delay)) == english


@pytest.mark.parametrize(
    ("octets", "french"),
    [
        (1, "1 o"),
        (999, "999 o"),
        (12_345, "12 ko"),
        (999_999, "1 Mo"),
        (1_240_000, "1,2 Mo"),
        (48_000_000, "48 Mo"),
    ],
)
def test_a_size(octets: int, french: str) -> None:
    """One decimal below ten, none above."""
    assert plain(FRENCH.size(octets)) == french


def test_an_unknown_language_or_zone_still_gets_an_answer() -> None:
    """A mistake in a customer's record must not silence the desk."""
    assert Tongue("de-CH", "Nowhere/Town", NOW).moment(DUE) == "Monday, November 23 at 17:00"
    assert Tongue("en", "../etc", NOW).clock(DUE.replace(tzinfo=None)) == "17:00"
