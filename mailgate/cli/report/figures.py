"""The report for programs: every share in whole per cent, rounded down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mailgate.core.sla import DELAYS, QUARTERS, Line, Report, share
from mailgate.core.ticket import Promise


@dataclass(frozen=True, slots=True)
class Part:
    """Those of a distribution up to a share of the promised time (per cent) or a lateness (working minutes); null: all
    that are above the last one."""

    up_to: int | None
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class LineShown:
    """One promise of one queue, customer (null: nobody's) or month; `due` are kept, late and missed together, of which
    the shares are. `group` is null for the whole desk."""

    group: str | None
    promise: Promise
    due: int
    kept: int
    late: int
    missed: int
    still: int
    no_longer: int
    kept_percent: int | None
    late_percent: int | None
    missed_percent: int | None
    used: tuple[Part, ...]
    lateness: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ReportShown:
    """The whole report; `queue` and `customer` are what it was narrowed to."""

    since: datetime
    until: datetime
    queue: str | None
    customer: str | None
    promises: tuple[LineShown, ...]
    queues: tuple[LineShown, ...]
    customers: tuple[LineShown, ...]
    months: tuple[LineShown, ...]


def shown(report: Report, queue: str | None, customer: str | None) -> ReportShown:
    """What `report sla --json` prints."""
    return ReportShown(
        since=report.since,
        until=report.until,
        queue=queue,
        customer=customer,
        promises=_lines(report.promises),
        queues=_lines(report.queues),
        customers=_lines(report.customers),
        months=_lines(report.months),
    )


def _lines(lines: Iterable[Line]) -> tuple[LineShown, ...]:
    return tuple(map(_line, lines))


def _line(line: Line) -> LineShown:
    tally = line.tally
    return LineShown(
        group=line.group,
        promise=line.promise,
        due=tally.due,
        kept=tally.kept,
        late=tally.late,
        missed=tally.missed,
        still=tally.still,
        no_longer=tally.no_longer,
        kept_percent=tally.percent(tally.kept),
        late_percent=tally.percent(tally.late),
        missed_percent=tally.percent(tally.missed),
        used=_parts(QUARTERS, tally.used),
        lateness=_parts(DELAYS, tally.lateness),
    )


def _parts(limits: Iterable[int | None], counts: tuple[int, ...]) -> tuple[Part, ...]:
    whole = sum(counts)
    return tuple(Part(limit, count, share(count, whole)) for limit, count in zip(limits, counts, strict=True))
