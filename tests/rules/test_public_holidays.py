"""Public holidays: what the law says, not what a library's switch says."""

from __future__ import annotations

from datetime import date

import pytest

from mailgate.rulebook.public_holidays import OwnDays, Region, closings, public_holidays, region, sayings

QUEBEC = Region("CA", "QC")


def dates(where: Region, year: int) -> list[str]:
    """The holidays of a year as "MM-DD"."""
    return [f"{day:%m-%d}" for day in sorted(public_holidays(where, year, "fr-CA"))]


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2026, ["01-01", "04-03", "05-18", "06-24", "07-01", "09-07", "10-12", "12-25"]),
        (2027, ["01-01", "03-26", "05-24", "06-24", "07-01", "09-06", "10-11", "12-25"]),
        (2028, ["01-01", "04-14", "05-22", "06-24", "07-01", "09-04", "10-09", "12-25"]),
        (2029, ["01-01", "03-30", "05-21", "06-24", "06-25", "07-01", "07-02", "09-03", "10-08", "12-25"]),
    ],
)
def test_quebec_moves_a_sunday_and_never_a_saturday(year: int, expected: list[str]) -> None:
    """Loi sur la fête nationale art. 2, LNT art. 60: 25 June 2029 and 2 July 2029, but not 27 December 2027."""
    assert dates(QUEBEC, year) == expected


def test_a_country_whose_law_moves_a_saturday_keeps_it() -> None:
    """Christmas and Boxing Day 2027 fall on a weekend; Great Britain gives Monday and Tuesday."""
    assert {"12-27", "12-28"} <= set(dates(Region("GB", "ENG"), 2027))


def test_geneva_has_its_own_fast_and_no_berchtold() -> None:
    """A canton's holidays are not the country's."""
    found = public_holidays(Region("CH", "GE"), 2027, "fr-CH")
    assert found[date(2027, 9, 9)] == "Jeûne genevois"
    assert found[date(2027, 12, 31)] == "Restauration de la République"
    assert date(2027, 1, 2) not in found


@pytest.mark.parametrize("code", ["FR-6AE", "FR-Alsace", "FR-57"])
def test_alsace_and_moselle_have_two_days_more(code: str) -> None:
    """Good Friday and the day after Christmas, since 1892."""
    assert set(dates(region(code), 2026)) - set(dates(region("FR"), 2026)) == {"04-03", "12-26"}


@pytest.mark.parametrize(
    ("language", "name"),
    [("fr-CA", "Jour de Noël"), ("fr-CH", "Jour de Noël"), ("en", "Christmas Day"), ("xx", "Christmas Day")],
)
def test_holidays_are_called_by_the_desks_language(language: str, name: str) -> None:
    """The name stands in the mail that explains a deadline; a language the library lacks gets the country's own."""
    assert public_holidays(QUEBEC, 2026, language)[date(2026, 12, 25)] == name


def test_an_alias_is_the_subdivision_it_means() -> None:
    """The Saturday rule must hold under every name of Québec."""
    assert region("CA-Québec") == QUEBEC


@pytest.mark.parametrize(
    ("code", "words"),
    [("CA-QB", "for 'QB' of CA"), ("XY", "for country 'XY'"), ("", "for country ''"), ("ca-qc", "for country 'ca'")],
)
def test_an_unknown_region_is_refused(code: str, words: str) -> None:
    """A calendar without holidays would promise too much."""
    with pytest.raises(ValueError, match=words):
        region(code)


def test_the_rules_add_and_remove_days() -> None:
    """LNT art. 60 leaves Good Friday or Easter Monday to the employer."""
    own = OwnDays(extra={date(2026, 4, 6), date(2026, 12, 25)}, worked={date(2026, 4, 3)})
    closed = closings(QUEBEC, own, "fr-CA")
    assert closed(date(2026, 4, 3)) is None
    assert closed(date(2026, 4, 6)) == "fermeture"
    assert closed(date(2026, 12, 25)) == "Jour de Noël"
    assert closed(date(2026, 4, 7)) is None


def test_own_days_need_no_public_holidays() -> None:
    """A calendar may have none at all; the word falls back to English."""
    assert closings(None, OwnDays(extra={date(2026, 12, 24)}), "de")(date(2026, 12, 24)) == "closed"


def test_a_day_is_named_in_the_readers_language() -> None:
    """A desk in Québec has customers who read English; a language that the library does not speak leaves its own."""
    own = OwnDays(extra={date(2026, 12, 24)}, worked={date(2026, 4, 3)})
    said = sayings(QUEBEC, own)
    christmas = date(2026, 12, 25)
    assert [said(christmas, one) for one in ("fr-CA", "en", "fr-FR", "xx")] == [
        "Jour de Noël", "Christmas Day", "Jour de Noël", None,
    ]  # fmt: skip
    assert (said(date(2026, 12, 24), "en"), said(date(2026, 4, 3), "en")) == ("closed", None)
    assert sayings(None, own)(date(2026, 12, 24), "fr") == "fermeture"
