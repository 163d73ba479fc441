"""The report on a terminal: tables, and bars of block characters, or of # where those cannot be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from mailgate.cli.deadlines import TITLES
from mailgate.cli.output import Column, local, print_table
from mailgate.cli.report.words import ENGLISH, NBSP, late_labels, used_labels
from mailgate.core.sla import DELAYS, QUARTERS, Line, Report

WIDEST = 30
"""Columns of a bar of 100 %."""

EIGHTHS = " ▏▎▍▌▋▊▉"
FULL = "█"


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws bars; `blocks`: in eighths of a column, because the output can show them."""

    blocks: bool

    @classmethod
    def for_encoding(cls, encoding: str | None) -> Pen:
        """The pen for an output."""
        try:
            (FULL + EIGHTHS).encode(encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            return cls(False)
        return cls(True)

    def bar(self, part: int, whole: int) -> str:
        """A bar as long as the part; what is not nothing is never empty."""
        if not part or not whole:
            return ""
        if not self.blocks:
            return "#" * max(1, part * WIDEST // whole)
        full, rest = divmod(max(1, part * WIDEST * 8 // whole), 8)
        return FULL * full + EIGHTHS[rest].strip()


def show(report: Report, pen: Pen, zone: ZoneInfo) -> None:
    """The whole report on stdout."""
    print(f"promises that fell due from {local(report.since, zone)} to {local(report.until, zone)}")
    if not report.promises:
        print("\nno promise fell due then")
        return
    for heading, lines in _tables(report):
        print()
        print_table(_columns(heading), lines, "")
    for line in report.promises:
        print("\n".join(_distributions(line, pen)))


def percent(part: int, whole: int) -> str:
    """A share, in as few columns as can be."""
    return ENGLISH.share(part, whole).replace(NBSP, "")


def _tables(report: Report) -> Iterable[tuple[str, Sequence[Line]]]:
    return (("", report.promises), ("queue", report.queues), ("customer", report.customers), ("month", report.months))


def _columns(heading: str) -> Sequence[Column[Line]]:
    group: tuple[Column[Line], ...] = (Column(heading, lambda line: line.group or "-"),) if heading else ()
    return (
        *group,
        Column("promise", lambda line: TITLES[line.promise]),
        Column("due", lambda line: line.tally.due),
        Column("kept", lambda line: line.tally.kept),
        Column("late", lambda line: line.tally.late),
        Column("missed", lambda line: line.tally.missed),
        Column("in time", lambda line: percent(line.tally.kept, line.tally.due) if line.tally.due else "-"),
        Column("stands still", lambda line: line.tally.still),
        Column("no longer applies", lambda line: line.tally.no_longer),
    )


def _distributions(line: Line, pen: Pen) -> Iterator[str]:
    title = TITLES[line.promise]
    if any(line.tally.used):
        yield f"\n{title}: share of the promised time that was used"
        yield from _bars(used_labels(ENGLISH, QUARTERS), line.tally.used, pen)
    if any(line.tally.lateness):
        yield f"\n{title}: late, by working time"
        yield from _bars(late_labels(ENGLISH, DELAYS), line.tally.lateness, pen)


def _bars(labels: Sequence[str], counts: Sequence[int], pen: Pen) -> Iterator[str]:
    whole, wide = sum(counts), max(map(len, labels))
    for label, count in zip(labels, counts, strict=True):
        plain = label.replace(NBSP, " ")
        yield f"  {plain:<{wide}}  {pen.bar(count, whole):<{WIDEST}} {count:>6}  {percent(count, whole):>5}".rstrip()
