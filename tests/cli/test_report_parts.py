"""The parts of a report: the time that it is about, its bars, its words, its page."""

from __future__ import annotations

from dataclasses import fields, replace
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from mailgate.cli.report.page import Reader, page
from mailgate.cli.report.period import period
from mailgate.cli.report.text import WIDEST, Pen, percent
from mailgate.cli.report.words import ENGLISH, FRENCH, late_labels, used_labels, words_of
from mailgate.core.sla import DELAYS, PROMISED, QUARTERS, Line, Report, Tally
from mailgate.core.ticket import Promise
from tests.builders import TORONTO, local

NOW = local("2026-11-23 18:00")
BLOCKS, ASCII = Pen(True), Pen(False)
TALLY = Tally(1500, 3, 2, 1, 4, (900, 300, 200, 100, 5), (3, 0, 0, 0, 2))


def a_line(group: str | None = None, tally: Tally = TALLY) -> Line:
    return Line(group, Promise.CALLBACK, tally)


def a_report(*customers: Line) -> Report:
    since, until = local("2026-11-01 00:00"), local("2026-12-01 00:00")
    return Report(since, until, (a_line(),), (a_line("urgent"),), customers, (a_line("2026-11"),))


def a_page(report: Report, desk: str = "Exemple", language: str = "fr-CA") -> str:
    return page(report, Reader(desk, language, "America/Toronto"))


@pytest.mark.parametrize(
    ("since", "until", "begins", "ends"),
    [
        ("30d", None, "2026-10-24 00:00", "2026-11-23 18:00"),
        ("2w", None, "2026-11-09 00:00", "2026-11-23 18:00"),
        ("2026-10", None, "2026-10-01 00:00", "2026-11-23 18:00"),
        ("2026-10", "2026-10", "2026-10-01 00:00", "2026-11-01 00:00"),
        ("2026-11-02", "2026-11-02", "2026-11-02 00:00", "2026-11-03 00:00"),
        ("2026-02", "2026-02", "2026-02-01 00:00", "2026-03-01 00:00"),
        ("2025-12", "2025-12", "2025-12-01 00:00", "2026-01-01 00:00"),
        ("2026-11", "2026-12", "2026-11-01 00:00", "2026-11-23 18:00"),
        ("3d", "1d", "2026-11-20 00:00", "2026-11-23 00:00"),
    ],
)
def test_a_period_is_of_local_days(since: str, until: str | None, begins: str, ends: str) -> None:
    """Both ends are included; what is still to come has not fallen due."""
    found = period(since, until, TORONTO, NOW)
    assert (found.since, found.until) == (local(begins), local(ends))


def test_a_day_on_which_the_clocks_change_is_a_whole_day() -> None:
    """Twenty-five hours in Zurich."""
    found = period("2026-10-25", "2026-10-25", ZoneInfo("Europe/Zurich"), NOW)
    assert (found.until - found.since).total_seconds() == 25 * 3600


@pytest.mark.parametrize("text", ["", "monday", "2026-13", "2026-02-30", "30", "-3d", "9999-12", "9999d9", "2026-1"])
def test_what_is_no_time_is_wrong_usage(text: str) -> None:
    """One sentence, whatever was typed."""
    with pytest.raises(typer.BadParameter):
        period(text, None, TORONTO, NOW)


def test_a_time_that_ends_before_it_begins_is_wrong_usage() -> None:
    """An empty report would be a lie."""
    with pytest.raises(typer.BadParameter, match="is empty"):
        period("2026-11", "2026-10", TORONTO, NOW)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_bar_is_as_long_as_its_share(part: int, more: int) -> None:
    """Never longer than the whole, and not empty when there is something."""
    whole = part + more
    for pen in (BLOCKS, ASCII):
        assert (len(pen.bar(part, whole)) > 0) == (part > 0)
        assert len(pen.bar(part, whole)) <= WIDEST
        assert len(pen.bar(whole, whole)) == WIDEST


@pytest.mark.parametrize(
    ("encoding", "blocks"),
    [("utf-8", True), ("cp437", False), ("ascii", False), ("latin-1", False), (None, False), ("no-such", False)],
)
def test_bars_are_drawn_as_the_output_can_show_them(encoding: str | None, blocks: bool) -> None:
    """A question mark is no bar."""
    assert Pen.for_encoding(encoding).blocks is blocks
    assert Pen.for_encoding(encoding).bar(1, 2) == ("█" * 15 if blocks else "#" * 15)


def test_a_share_that_is_not_nothing_is_not_zero() -> None:
    """Five in a thousand people waited."""
    assert (percent(5, 1000), percent(0, 1000), percent(1000, 1000), percent(999, 1000)) == (
        *("<1%", "0%", "100%", "99%"),
    )


@pytest.mark.parametrize("words", [FRENCH, ENGLISH])
def test_every_language_has_every_word(words: object) -> None:
    """A page half in another language is an embarrassment."""
    assert all(getattr(words, field.name) for field in fields(FRENCH))
    assert set(FRENCH.promises) == set(ENGLISH.promises) == set(PROMISED)


def test_an_unknown_language_is_english() -> None:
    """As in the mails."""
    assert words_of("de-CH") is ENGLISH
    assert words_of("fr-CH") is FRENCH


def test_the_parts_of_a_distribution_are_named() -> None:
    """As many labels as there are parts."""
    assert used_labels(ENGLISH, QUARTERS) == (*("0 to 25%", "25 to 50%", "50 to 75%", "75 to 100%", "more than 100%"),)
    assert [label.replace("\N{NO-BREAK SPACE}", " ") for label in late_labels(FRENCH, DELAYS)] == [
        *("jusqu’à 15 min", "jusqu’à 1 h", "jusqu’à 4 h", "jusqu’à 8 h", "plus de 8 h"),
    ]


class Markup(HTMLParser):
    """Remembers tags and words; knows which tags are still open."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [name for name, _ in attrs if name in ("src", "href", "background", "onload")]
        if tag not in ("meta", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(markup: str) -> Markup:
    found = Markup()
    found.feed(markup)
    found.close()
    return found


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_comes_from_outside_is_never_markup(desk: str, customer: str) -> None:
    """Whatever a customer is called, the page has the same tags."""
    harmless = read(a_page(a_report(a_line("acme")))).tags
    found = read(a_page(a_report(a_line(customer)), desk))
    assert found.tags == harmless
    assert found.open == []


def test_a_page_needs_nothing_but_itself() -> None:
    """It is sent by mail and opened on a phone without a network."""
    markup = a_page(a_report(a_line("acme")))
    found = read(markup)
    assert not found.links
    assert not {"script", "img", "link", "iframe", "form"} & set(found.tags)
    assert "url(" not in markup
    assert "default-src 'none'" in markup


def test_a_page_says_what_counts_apart() -> None:
    """And numbers as a French reader writes them."""
    markup = a_page(a_report(a_line(None))).replace("\N{NO-BREAK SPACE}", " ")
    assert "À part : 1 en attente d’autrui, 4 devenues sans objet." in markup
    assert "1 500 tenues, 3 en retard, 2 manquées" in markup
    assert "novembre 2026" in markup
    assert "sans client" in markup


def test_a_page_in_english() -> None:
    """Beside the French one."""
    markup = a_page(a_report(), language="en-CA")
    assert "<strong>99%</strong> 1,500 kept, 3 late, 2 missed" in markup
    assert "Due from Sunday, November 1, 2026 to Monday, November 30, 2026" in markup


def test_a_page_of_nothing_says_so() -> None:
    """No empty tables."""
    empty = Report(local("2026-11-01 00:00"), NOW, (), (), (), ())
    assert "Aucune promesse n’est venue à échéance" in a_page(empty)
    assert "<section>" not in a_page(empty)


def test_a_line_of_which_nothing_was_due_has_no_share() -> None:
    """Nothing of nothing is not 0 %."""
    apart = a_line("acme", replace(Tally(), still=2))
    markup = a_page(replace(a_report(apart), promises=(a_line(None, apart.tally),), queues=(), months=()))
    assert "<strong>" not in markup
    assert markup.count("2 en attente d’autrui") == 2
