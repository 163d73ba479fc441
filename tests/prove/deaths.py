"""Where kill -9 fell, and what that allows.

A mail leaves a second time when a process died between the relay's 250 and the row that says so. Such a row was leased
at that moment, so the rows that were leased at the deaths bound the duplicates: kills times what was in flight, counted
instead of assumed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from tests.prove.figures import Figures, total
from tests.prove.recorder import Point

SPANS = {"acceptor": 30, "door": 28, "engine": 210, "sender": 150, "relay": 50}
"""The rooms of a daemon under load, and how many operations of theirs the points are spread over: some mails each."""

STRIDE = 11
"""From one point of a room to its next; prime to every span."""

PLACES = {"door": "acceptor", "relay": "sender"}
"""Whose work is cut off when a word to a peer is: the 250 is the acceptor's, the mail to the relay the sender's."""

CERTAIN = (
    Point("acceptor", 1),
    *(Point("relay", word) for word in (1, 4, 7, 10, 13)),
    Point("engine", 1, syncs=1),
    Point("engine", 1, syncs=2),
    Point("engine", 1, syncs=3),
    Point("engine", 1, syncs=4),
)
"""Where a broken build must break: before the first octet of a commit, between one commit of the engine and its next,
and in the middle of a mail to the relay (the auditor's question, whether it is there, may be the first word)."""


@dataclass(frozen=True, slots=True)
class Deaths:
    """`places` are the works that were cut off, as often as they were; `survived` the points that never came."""

    figures: Figures
    places: tuple[str, ...] = ()
    survived: int = 0
    in_flight: int = 0


def points(times: int) -> Iterator[Point]:
    """So many, room by room, spread over the room's span without repeating one before all had their turn."""
    return islice(_points(), times)


def _points() -> Iterator[Point]:
    turn = 0
    while True:
        for room, span in SPANS.items():
            yield Point(room, 1 + turn * STRIDE % span)
        turn += 1


def spread(most: int, times: int) -> Sequence[int]:
    """`times` numbers from 1 to `most`, evenly; each of them when there are no more."""
    if times >= most:
        return range(1, most + 1)
    return sorted({1 + step * (most - 1) // max(times - 1, 1) for step in range(times)})


def together(parts: Iterable[Deaths], wanted: Iterable[str], least: int = 0) -> Figures:
    """Everything as one line. Each of the `wanted` places must have been cut off at least once, all of them `least`
    times."""
    parts = list(parts)
    fell = Counter(place for part in parts for place in part.places)
    figures = total(part.figures for part in parts)
    return replace(
        figures,
        faults=fell.total(),
        notes=(_fallen(fell, sum(part.survived for part in parts)), *figures.notes),
        wrong=(
            *figures.wrong,
            *_missing(fell, wanted),
            *_too_few(fell.total(), least),
            *_too_often(figures, sum(part.in_flight for part in parts)),
        ),
    )


def _fallen(fell: Counter[str], survived: int) -> str:
    places = ", ".join(f"{place} {times}" for place, times in fell.most_common())
    return f"kills: {places}; {survived} points never came"


def _missing(fell: Counter[str], wanted: Iterable[str]) -> Iterator[str]:
    yield from (f"no kill fell in the {place}" for place in wanted if not fell[place])


def _too_few(kills: int, least: int) -> Iterator[str]:
    if kills < least:
        yield f"{kills} kills fell, and {least} are promised"


def _too_often(figures: Figures, in_flight: int) -> Iterator[str]:
    if figures.page_dup > in_flight:
        yield f"{figures.page_dup} mails left again, and only {in_flight} were in flight at the kills"
