"""How the desk keeps its promises: counted per promise, queue, customer and month.

A promise counts in the month in which it fell due. Kept, late and missed (never kept, and owed when it fell due)
together are what was due; a clock that stands still, and one that no longer applied by then, are counted apart and are
no promise kept. What was broken stays broken: whoever waits for the customer afterwards, or closes the ticket, hides
nothing. Shares are integers and rounded down, so that 100 % means every one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from mailgate.core.clocks import PAUSED_BY
from mailgate.core.hours import Unit
from mailgate.core.measure import Measure
from mailgate.core.model import Status
from mailgate.core.ticket import Clock, Ending, Promise

PROMISED = (Promise.CALLBACK, Promise.ENGAGEMENT, Promise.RESOLUTION, Promise.UPDATE)
"""The promises that are the desk's to keep; in the others it is the customer who is awaited."""

QUARTERS = (25, 50, 75, 100, None)
"""Up to which share of the promised time, in per cent; None: more than all of it."""

DELAYS = (15, 60, 240, 480, None)
"""Up to how many working minutes too late; None: more."""


class Fate(StrEnum):
    """What became of a promise that fell due."""

    KEPT = "kept"
    LATE = "late"
    MISSED = "missed"
    STILL = "still"
    NO_LONGER = "no_longer"


@dataclass(frozen=True, slots=True)
class Owed:
    """A promise that fell due, and its ticket's queue, customer and status now; `waiting_since` if that is a wait."""

    clock: Clock
    queue: str
    customer: str | None
    status: Status
    waiting_since: datetime | None = None

    @property
    def fate(self) -> Fate:
        """What became of it."""
        clock = self.clock
        if clock.ended_at is None:
            return Fate.STILL if self._stands_still else Fate.MISSED
        if clock.ending is Ending.NO_LONGER:
            return Fate.MISSED if clock.ended_at > clock.due_at else Fate.NO_LONGER
        return Fate(clock.ending or Ending.KEPT)

    @property
    def _stands_still(self) -> bool:
        """Whether a wait that began before the deadline goes on."""
        in_time = self.waiting_since is None or self.waiting_since < self.clock.due_at
        return in_time and self.status in PAUSED_BY[self.clock.promise]


@dataclass(frozen=True, slots=True)
class Tally:
    """Promises counted. `used` counts those that were due by how much of the promised time was used (`QUARTERS`),
    `lateness` those not kept in time by working time (`DELAYS`); what no calendar is known for is in neither."""

    kept: int = 0
    late: int = 0
    missed: int = 0
    still: int = 0
    no_longer: int = 0
    used: tuple[int, ...] = (0,) * len(QUARTERS)
    lateness: tuple[int, ...] = (0,) * len(DELAYS)

    @property
    def due(self) -> int:
        """What had to be kept."""
        return self.kept + self.late + self.missed

    def percent(self, part: int) -> int | None:
        """A part of it per cent, None when nothing was due."""
        return share(part, self.due) if self.due else None


@dataclass(frozen=True, slots=True)
class Line:
    """One promise in one group: a queue, a customer (None: of no customer), a month as "2026-11", or all."""

    group: str | None
    promise: Promise
    tally: Tally


@dataclass(frozen=True, slots=True)
class Report:
    """The promises that fell due from `since` until before `until`."""

    since: datetime
    until: datetime
    promises: tuple[Line, ...]
    queues: tuple[Line, ...]
    customers: tuple[Line, ...]
    months: tuple[Line, ...]


def share(part: int, whole: int) -> int:
    """Per cent, rounded down."""
    return part * 100 // whole if whole else 0


GROUPS: Mapping[str, Callable[[Owed, ZoneInfo], str | None]] = {
    "promises": lambda _one, _zone: None,
    "queues": lambda one, _zone: one.queue,
    "customers": lambda one, _zone: one.customer,
    "months": lambda one, zone: f"{one.clock.due_at.astimezone(zone):%Y-%m}",
}
"""What the promises are grouped by; months are those of the desk."""

_FATES = tuple(Fate)
_USED = len(_FATES)
_LATENESS = _USED + len(QUARTERS)
_END = _LATENESS + len(DELAYS)


def report(owed: Iterable[Owed], since: datetime, until: datetime, zone: ZoneInfo, now: datetime) -> Report:
    """Count promises, each once. What is still owed is as late as it is now."""
    counts: dict[tuple[str, str | None, Promise], list[int]] = {}
    measures: dict[int, Measure] = {}
    for one in owed:
        places = tuple(_places(one, measures, now))
        for group, key_of in GROUPS.items():
            cells = counts.setdefault((group, key_of(one, zone), one.clock.promise), [0] * _END)
            for place in places:
                cells[place] += 1
    return Report(since, until, **{group: tuple(_lines(group, counts)) for group in GROUPS})


def _places(one: Owed, measures: dict[int, Measure], now: datetime) -> Iterator[int]:
    """The cells that a promise is counted in."""
    fate, clock, hours = one.fate, one.clock, one.clock.hours
    yield _FATES.index(fate)
    if hours is None or fate in (Fate.STILL, Fate.NO_LONGER):
        return
    measure = measures.get(id(hours)) or measures.setdefault(id(hours), Measure(hours))
    if fate is Fate.KEPT:
        yield _USED + _quarter(clock, measure)
    else:
        yield _USED + len(QUARTERS) - 1
        yield _LATENESS + _delay(measure.between(clock.due_at, clock.ended_at or now))


def _quarter(clock: Clock, measure: Measure) -> int:
    """How much of the promised time passed before it was kept."""
    whole = _promised(clock, measure)
    used = whole - measure.between(max(clock.ended_at or clock.due_at, clock.starts_at), clock.due_at)
    quarters = (place for place, percent in enumerate(QUARTERS[:-1]) if used * 100 <= whole * (percent or 0))
    return next(quarters, len(QUARTERS) - 2)


def _promised(clock: Clock, measure: Measure) -> int:
    """The promised working minutes, without pauses."""
    if clock.delay is not None and clock.delay.unit in (Unit.MINUTES, Unit.HOURS):
        return clock.delay.minutes
    return measure.between(clock.starts_at, clock.due_at) - clock.paused_minutes


def _delay(minutes: int) -> int:
    return next((place for place, most in enumerate(DELAYS) if most is None or minutes <= most), 0)


def _lines(group: str, counts: Mapping[tuple[str, str | None, Promise], list[int]]) -> Iterator[Line]:
    """The lines of one group by name, each name's promises in their order; who is nobody's customer comes last."""
    order = {promise: place for place, promise in enumerate(Promise)}
    found = [(key, promise, cells) for (table, key, promise), cells in counts.items() if table == group]
    for key, promise, cells in sorted(found, key=lambda one: (one[0] is None, one[0] or "", order[one[1]])):
        used, lateness = tuple(cells[_USED:_LATENESS]), tuple(cells[_LATENESS:_END])
        kept, late, missed, still, no_longer = cells[:_USED]
        yield Line(key, promise, Tally(kept, late, missed, still, no_longer, used, lateness))
