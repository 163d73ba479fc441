"""The desk's clock against a machine whose wall clock is set, drifts, or sleeps (hazards F34)."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.daemon import clock
from mailgate.daemon.clock import LONGEST_CORRECTION, SteadyClock, doubt
from tests.builders import NOW
from tests.daemon.clocks import Machine

HOUR, YEARS = timedelta(hours=1), timedelta(days=3653)
JUMPS = [HOUR, -HOUR, YEARS, -YEARS, timedelta(seconds=6), -timedelta(seconds=6), timedelta(days=1), -timedelta(days=1)]


def a_clock() -> tuple[Machine, SteadyClock]:
    """A machine that is right, and the clock of a desk on it."""
    machine = Machine()
    return machine, SteadyClock(machine.read_wall, machine.read_passed)


def test_without_a_jump_the_desk_has_the_time_of_the_machine() -> None:
    """To the microsecond, from the start."""
    machine, steady = a_clock()
    for _ in range(100):
        machine.live(0.37)
        assert abs(steady.now() - machine.wall) < timedelta(microseconds=100)
        assert steady.jump() is None


@pytest.mark.parametrize("by", JUMPS, ids=str)
def test_a_jump_is_noticed_and_not_acted_upon(by: timedelta) -> None:
    """The desk counts on by the seconds that pass."""
    machine, steady = a_clock()
    machine.live(60)
    machine.wall += by
    assert steady.now() == NOW + timedelta(seconds=60)
    machine.live(3600)
    assert steady.now() == NOW + timedelta(seconds=3660)
    assert steady.jump() == by


@pytest.mark.parametrize("by", JUMPS, ids=str)
def test_a_clock_that_is_put_right_is_followed_again(by: timedelta) -> None:
    """As if nothing had happened."""
    machine, steady = a_clock()
    machine.wall += by
    assert steady.jump() == by
    machine.live(300)
    machine.wall -= by
    assert steady.jump() is None
    assert steady.now() == machine.wall


def test_a_second_jump_is_told_by_its_whole_distance() -> None:
    """How far off the clock is, and not how far it went last."""
    machine, steady = a_clock()
    machine.jump(hours=1)
    assert steady.jump() == HOUR
    machine.jump(hours=-3)
    assert steady.jump() == -2 * HOUR


@pytest.mark.parametrize("drift", [0.0005, -0.0005, 0.05, -0.05])
def test_a_clock_that_is_slewed_is_followed(drift: float) -> None:
    """NTP's 500 ppm, and chrony's fastest: an hour of it is far more than a jump, and is none."""
    machine, steady = a_clock()
    for _ in range(3600):
        machine.live(1, drift)
        steady.now()
    assert steady.jump() is None
    assert abs(steady.now() - machine.wall) < timedelta(seconds=1)


@pytest.mark.parametrize("by", [0.4, -0.4, 4, -4])
def test_a_small_step_is_followed_little_by_little(by: float) -> None:
    """Time neither leaps nor goes back, and has caught up a minute later."""
    machine, steady = a_clock()
    machine.jump(seconds=by)
    seen = [steady.now()]
    for _ in range(60):
        machine.live(1)
        seen.append(steady.now())
    steps = [after - before for before, after in pairwise(seen)]
    assert all(timedelta(seconds=0.89) < step < timedelta(seconds=1.11) for step in steps)
    assert seen[-1] == machine.wall
    assert steady.jump() is None


def test_small_steps_without_end_are_a_jump_at_last() -> None:
    """Somebody who steps the clock by three seconds every ten would otherwise move every deadline."""
    machine, steady = a_clock()
    for _ in range(20):
        machine.live(10)
        machine.jump(seconds=3)
        steady.now()
    assert steady.jump() is not None
    assert steady.now() - NOW < timedelta(seconds=221)


def test_a_machine_that_slept_has_slept() -> None:
    """Both clocks went on: the time that passed counts, in one piece."""
    machine, steady = a_clock()
    machine.live(8 * 3600)
    assert steady.now() == NOW + 8 * HOUR
    assert steady.jump() is None


def test_a_clock_that_counts_no_sleep_makes_of_it_a_jump() -> None:
    """A virtual machine that was frozen: told, not acted upon; a restart takes the machine's word."""
    machine, steady = a_clock()
    machine.jump(hours=8)
    assert steady.jump() == 8 * HOUR
    assert SteadyClock(machine.read_wall, machine.read_passed).now() == NOW + 8 * HOUR


def test_being_held_up_between_two_readings_is_no_jump() -> None:
    """A process that was stopped for a minute in the middle of a reading reads again."""
    machine = Machine()
    readings = iter(range(1000))

    def slow_wall() -> datetime:
        wall = machine.wall
        if next(readings) == 1:
            machine.live(60)
        return wall

    steady = SteadyClock(slow_wall, machine.read_passed)
    assert steady.now() == NOW + timedelta(seconds=60)
    assert steady.jump() is None


@given(st.lists(st.tuples(st.floats(0, 5000), st.floats(-1e6, 1e6), st.booleans()), max_size=30))
def test_whatever_is_done_to_the_wall_clock_time_passes_as_it_passes(steps: list[tuple[float, float, bool]]) -> None:
    """Never back, and never more than a tenth faster or slower than the seconds that pass."""
    machine, steady = a_clock()
    last = steady.now()
    for seconds, by, is_set in steps:
        machine.live(seconds)
        if is_set:
            machine.jump(seconds=by)
        found = steady.now()
        went = (found - last).total_seconds()
        assert 0.9 * seconds - 1e-5 <= went <= 1.1 * seconds + 1e-5
        last = found


def test_many_threads_see_one_time() -> None:
    """No answer is earlier than one that somebody had before."""
    steady, wrong = SteadyClock(), []

    def look() -> None:
        last = steady.now()
        for _ in range(2000):
            found = steady.now()
            wrong.extend([found] if found < last else [])
            last = found

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_clocks_of_this_machine_agree() -> None:
    """The real pair."""
    steady = SteadyClock()
    time.sleep(0.2)
    assert steady.jump() is None
    assert abs(steady.now() - datetime.now(UTC)) < LONGEST_CORRECTION
    assert clock.passed() > 0


@pytest.mark.parametrize(
    ("since", "told"),
    [
        (timedelta(0), None),
        (timedelta(days=7), None),
        (timedelta(days=59), None),
        (-timedelta(seconds=30), None),
        (-HOUR, -HOUR),
        (timedelta(days=61), timedelta(days=61)),
        (YEARS, YEARS),
        (-YEARS, -YEARS),
    ],
    ids=str,
)
def test_at_the_start_the_clock_is_held_against_the_journal(since: timedelta, told: timedelta | None) -> None:
    """Before the newest entry is impossible, years after it implausible; a week off is a holiday."""
    assert doubt(NOW, NOW + since) == told


def test_a_desk_without_a_past_believes_its_clock() -> None:
    """There is nothing to hold against it."""
    assert doubt(None, NOW) is None
