"""Where a plan has nobody: seen two weeks ahead, to the minute."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.gaps import Gap, Lack, horizon, staffing
from mailgate.core.paging import Wanted, choose
from mailgate.core.policy import Policy
from mailgate.core.presence import Absences
from mailgate.core.seen import Seen
from tests.builders import NOW, a_policy, local
from tests.core.rosters import office, override, with_team, with_technician

TUESDAY = date(2026, 11, 17)


def working(start: str, end: str, numbers: tuple[int, ...] = (1, 2, 3, 4)) -> Policy:
    """The firm, on duty on weekdays between two times."""
    policy = a_policy()
    for number in numbers:
        policy = with_technician(number, policy, duty=office(f"tech{number}", start, end))
    return policy


def gaps(policy: Policy, absences: Absences | None = None) -> tuple[Gap, ...]:
    """Those of the urgent queue (weekdays 07:00 to 20:00, three people), from Monday at 10:00 on."""
    return staffing(policy.queues["urgent"], policy, absences or {}, NOW).gaps


def test_everybody_always_is_no_gap() -> None:
    """Nor are nights without anybody on duty: the promise does not run then."""
    assert gaps(a_policy()) == ()
    assert gaps(working("07:00", "20:00")) == ()


def test_hours_that_nobody_covers_are_a_gap_each_day() -> None:
    """Duty ends at 18:00, the promise at 20:00; ten working days."""
    found = gaps(working("07:00", "18:00"))
    assert found[0] == Gap(Lack.UNMANNED, local("2026-11-16 18:00"), local("2026-11-16 20:00"), 0)
    assert (len(found), {gap.lack for gap in found}) == (10, {Lack.UNMANNED})


def test_an_override_fills_a_gap() -> None:
    """One person in the first evening: no longer nobody, still fewer than three."""
    policy = working("07:00", "18:00")
    swap = override("tech2", "2026-11-16 18:00", "2026-11-16 20:00")
    assert gaps(with_team(policy, overrides=(swap,)))[0] == Gap(Lack.SHORT, swap.start, swap.end, 1)


def test_who_is_away_cannot_be_called_at_any_hour() -> None:
    """All of them on Tuesday, by the rules and by mail: one gap from midnight to midnight."""
    policy = with_technician(1, away=((TUESDAY, TUESDAY),))
    absences = {f"tech{number}": ((TUESDAY, TUESDAY),) for number in (2, 3, 4)}
    assert gaps(policy, absences) == (Gap(Lack.DESERTED, local("2026-11-17 00:00"), local("2026-11-18 00:00"), 0),)


def test_fewer_than_promised_is_milder() -> None:
    """Two of four are away: two are left for a promise of three."""
    absences = {f"tech{number}": ((TUESDAY, TUESDAY),) for number in (1, 2)}
    (gap,) = gaps(a_policy(), absences)
    assert (gap.lack, gap.people, gap.end - gap.start) == (Lack.SHORT, 2, timedelta(days=1))


DAYS = st.integers(0, 20).map(lambda day: TUESDAY + timedelta(days=day))
ABSENCES = st.dictionaries(
    st.sampled_from([f"tech{number}" for number in range(1, 5)]),
    st.lists(st.tuples(DAYS, DAYS).map(sorted).map(tuple), max_size=2).map(tuple),
)


@given(ABSENCES, st.sets(st.integers(1, 4)), st.integers(0, 14 * 24 * 4 - 100))
def test_a_gap_is_where_the_engine_would_fall_short(absences: Absences, part_time: set[int], quarter: int) -> None:
    """At any quarter of an hour: nobody can be called exactly where a desert is foretold."""
    policy = working("08:00", "18:00", tuple(part_time))
    at = NOW + timedelta(minutes=15 * quarter)
    assert at < horizon(policy, NOW)
    chosen = choose(Wanted("support", 1), policy, Seen(1, absences=absences), at)
    here = [gap for gap in gaps(policy, absences) if gap.start <= at < gap.end]
    assert (Lack.DESERTED in [gap.lack for gap in here]) is (chosen.missing == 1)
    calling_off_duty = bool(chosen.reasons) and chosen.reasons[0].startswith("off duty")
    is_open = policy.calendars["urgent"].is_open(at)
    assert (Lack.UNMANNED in [gap.lack for gap in here]) is (calling_off_duty and is_open)
