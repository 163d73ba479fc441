"""The books about kill -9: where it falls, how often, and what it may not do."""

from __future__ import annotations

from collections import Counter

from tests.prove.deaths import SPANS, Deaths, points, spread, together
from tests.prove.figures import Figures

TIMES = 1_000


def test_every_room_has_its_share_of_points() -> None:
    """Room by room, however few there are."""
    rooms = Counter(point.room for point in points(TIMES))
    assert set(rooms) == set(SPANS)
    assert set(rooms.values()) == {TIMES // len(SPANS)}


def test_no_point_of_a_room_is_left_out_in_the_long_run() -> None:
    """The stride comes by every operation of a span before it comes back."""
    for room, span in SPANS.items():
        turns = [point.operation for point in points(span * len(SPANS)) if point.room == room]
        assert sorted(turns) == list(range(1, span + 1))


def test_kills_are_spread_from_the_first_write_to_the_last() -> None:
    """And fall on every one when there are no more."""
    assert spread(3, 10) == range(1, 4)
    assert spread(100, 5) == [1, 25, 50, 75, 100]


def test_a_place_that_was_never_cut_off_is_told() -> None:
    """A rig that kills nothing there proves nothing about it."""
    told = together([Deaths(Figures(), ("engine",))], ("engine", "sender"))
    assert told.wrong == ("no kill fell in the sender",)
    assert told.faults == 1


def test_points_that_never_come_are_no_kills() -> None:
    """A rig that spares the desk must not hold for it."""
    part = Deaths(Figures(), ("engine",) * 3, survived=7)
    assert together([part], (), least=3).hold
    assert together([part], (), least=4).wrong == ("3 kills fell, and 4 are promised",)


def test_what_leaves_twice_was_in_flight_at_a_kill() -> None:
    """Otherwise it is a bug, and no consequence of a death."""
    parts = [Deaths(Figures(page_dup=2), in_flight=1), Deaths(Figures(page_dup=1), in_flight=2)]
    assert together(parts, ()).hold
    assert not together([*parts, Deaths(Figures(page_dup=1))], ()).hold
