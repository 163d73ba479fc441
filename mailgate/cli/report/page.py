"""The report as one HTML page that needs nothing else: no script, no picture, nothing from elsewhere.

Everything that is not a literal of this file passes through `_said`: names of the desk, of queues and of customers come
from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from itertools import groupby

from mailgate.cli.report.style import STYLE
from mailgate.cli.report.words import Words, late_labels, used_labels, words_of
from mailgate.core.sla import DELAYS, QUARTERS, Line, Report, Tally, share
from mailgate.mail.dates import Tongue

MOMENT = timedelta(microseconds=1)

USED = (*("kept",) * (len(QUARTERS) - 1), "late")
LATENESS = ("late",) * len(DELAYS)
"""The colours of the distributions."""


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the page is written: the desk's name, language and time zone."""

    desk: str
    language: str
    timezone: str

    @property
    def words(self) -> Words:
        """The reader's words."""
        return words_of(self.language)

    def count(self, number: int) -> str:
        """A number with its thousands apart."""
        return f"{number:,}".replace(",", self.words.thousands)

    def month(self, key: str | None) -> str:
        """A month that a report names "2026-11": "novembre 2026"."""
        year, _, month = (key or "").partition("-")
        return f"{Tongue(self.language, self.timezone).grammar.months[int(month) - 1]} {year}"


def page(report: Report, reader: Reader) -> str:
    """The whole document."""
    title = _said(reader.words.title.format(desk=reader.desk))
    return "\n".join(
        (
            "<!doctype html>",
            f'<html lang="{_said(reader.language)}">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">""",
            f"<title>{title}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body><main>",
            f"<h1>{title}</h1>",
            f"<p>{_said(_period(report, reader))}</p>",
            *(_body(report, reader) if report.promises else (f"<p>{_said(reader.words.nothing)}</p>",)),
            "</main></body>",
            "</html>\n",
        )
    )


def _period(report: Report, reader: Reader) -> str:
    """Its first and its last day."""
    tongue = Tongue(reader.language, reader.timezone)
    first, last = tongue.local(report.since).date(), tongue.local(report.until - MOMENT).date()
    return reader.words.period.format(since=tongue.full_day(first), until=tongue.full_day(last))


def _body(report: Report, reader: Reader) -> Iterator[str]:
    words = reader.words
    yield _legend(words)
    for line in report.promises:
        yield from _card(line, reader)
    yield from _table(words.months, report.months, reader.month, reader)
    yield from _table(words.queues, report.queues, str, reader)
    yield from _table(words.customers, report.customers, lambda key: words.nobody if key is None else key, reader)


def _legend(words: Words) -> str:
    marks = (("kept", words.kept), ("late", words.late), ("missed", words.missed))
    spans = (f'<span><i class="{key}"></i>{_said(word)}</span>' for key, word in marks)
    return f'<p class="legend">{" ".join(spans)}</p>'


def _card(line: Line, reader: Reader) -> Iterator[str]:
    """One promise of the whole desk."""
    tally, words = line.tally, reader.words
    yield f"<section><h2>{_said(words.promises[line.promise])}</h2>"
    if tally.due:
        percent = _said(reader.words.share(tally.kept, tally.due))
        yield f'<p class="share"><strong>{percent}</strong> {_figures(tally, reader)}</p>'
        yield _stack(tally)
    if tally.still or tally.no_longer:
        yield f'<p class="apart">{_apart(tally, reader)}</p>'
    yield from _bars(words.used, zip(used_labels(words, QUARTERS), tally.used, USED, strict=True), reader)
    yield from _bars(words.lateness, zip(late_labels(words, DELAYS), tally.lateness, LATENESS, strict=True), reader)
    yield "</section>"


def _figures(tally: Tally, reader: Reader) -> str:
    words = reader.words
    counts = ((tally.kept, words.kept), (tally.late, words.late), (tally.missed, words.missed))
    return _said(", ".join(f"{reader.count(count)} {word}" for count, word in counts))


def _apart(tally: Tally, reader: Reader) -> str:
    still, no_longer = reader.count(tally.still), reader.count(tally.no_longer)
    return _said(reader.words.apart.format(still=still, no_longer=no_longer))


def _stack(tally: Tally) -> str:
    """One bar of what was kept, late and missed; a part that is not nothing can be seen."""
    parts = (("kept", tally.kept), ("late", tally.late), ("missed", tally.missed))
    cells = (f'<i class="{key}" style="flex-grow:{count}"></i>' for key, count in parts if count)
    return f'<div class="bar">{"".join(cells)}</div>'


def _bars(heading: str, parts: Iterable[tuple[str, int, str]], reader: Reader) -> Iterator[str]:
    """A distribution: each part has its label, its count and its colour."""
    parts = tuple(parts)
    whole = sum(count for _, count, _ in parts)
    if not whole:
        return
    yield f'<h3>{_said(heading)}</h3><table class="bars">'
    for label, count, colour in parts:
        bar = f'<i class="{colour}" style="width:{share(count, whole)}%"></i>' if count else ""
        yield f'<tr><th scope="row">{_said(label)}</th><td><div class="bar">{bar}</div></td>'
        percent = _said(reader.words.share(count, whole))
        yield f'<td class="number">{_said(reader.count(count))}<small>{percent}</small></td></tr>'
    yield "</table>"


def _table(heading: str, lines: Iterable[Line], name_of: Callable[[str | None], str], reader: Reader) -> Iterator[str]:
    """One group: under each name its promises, each with its bar and its figures."""
    yield f'<section><h2>{_said(heading)}</h2><table><col class="what"><col><col class="figures">'
    for key, theirs in groupby(lines, key=lambda line: line.group):
        yield f'<tbody><tr><th scope="rowgroup" colspan="3">{_said(name_of(key))}</th></tr>'
        yield from (_row(line, reader) for line in theirs)
        yield "</tbody>"
    yield "</table></section>"


def _row(line: Line, reader: Reader) -> str:
    tally = line.tally
    name = f'<tr><td class="name">{_said(reader.words.promises[line.promise])}</td>'
    if not tally.due:
        return f'{name}<td class="apart" colspan="2">{_apart(tally, reader)}</td></tr>'
    figures = _said(" · ".join(map(reader.count, (tally.kept, tally.late, tally.missed))))
    percent = _said(reader.words.share(tally.kept, tally.due))
    return f'{name}<td>{_stack(tally)}</td><td class="number">{percent}<small>{figures}</small></td></tr>'


def _said(text: str) -> str:
    return escape(text, quote=True)
