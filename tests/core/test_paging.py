"""Who is paged: by the calendar on the wall, by exception, by hours of duty; and never who is away."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.paging import Chosen, Wanted, choose
from mailgate.core.people import Order
from mailgate.core.policy import Policy
from mailgate.core.presence import Presence, Whereabouts, is_away, whereabouts
from mailgate.core.seen import Seen
from tests.builders import NOW, a_policy, local
from tests.core.rosters import DAILY, MONDAYS, office, override, with_team, with_technician

DAY = date(2026, 11, 16)


def asked(policy: Policy, at: datetime = NOW, notify: int = 2, **seen: object) -> Chosen:
    """Whom support pages."""
    return choose(Wanted("support", notify), policy, Seen(1, **seen), at)  # type: ignore[arg-type]  # the test names the fields


def keys(chosen: Chosen) -> list[str]:
    """Their keys."""
    return [one.key for one in chosen.people]


def test_with_a_hand_over_the_calendar_says_who_is_first() -> None:
    """The 45th Monday after the first one is tech2's; pages do not move the turn, weeks do."""
    policy = with_team(handover=MONDAYS)
    chosen = asked(policy, turns={"support": "tech3"})
    assert (keys(chosen), chosen.turn) == (["tech2", "tech3"], None)
    assert chosen.reasons == ("first since 2026-11-16 08:00", "next in order")
    assert keys(asked(policy, local("2026-11-16 07:59"))) == ["tech1", "tech2"]
    assert keys(asked(policy, local("2026-11-23 08:00"))) == ["tech3", "tech4"]


def test_an_override_puts_somebody_first_until_it_ends() -> None:
    """Christmas was swapped; the others keep their order."""
    policy = with_team(handover=MONDAYS, overrides=(override("tech4", "2026-11-16 08:00", "2026-11-16 12:00"),))
    chosen = asked(policy)
    assert keys(chosen) == ["tech4", "tech2"]
    assert chosen.reasons[0] == "override until 2026-11-16 12:00"
    assert keys(asked(policy, local("2026-11-16 12:00"))) == ["tech2", "tech3"]


def test_an_override_is_duty_and_no_way_around_an_absence() -> None:
    """Who swapped into a night is on duty that night; who is away stays away."""
    night, swap = local("2026-11-17 02:00"), override("tech4", "2026-11-16 08:00", "2026-11-18 08:00")
    everybody = a_policy()
    for number in range(1, 5):
        everybody = with_technician(number, everybody, duty=office(f"tech{number}"))
    policy = with_team(everybody, overrides=(swap,))
    assert asked(policy, night, 1).reasons == ("override until 2026-11-18 08:00",)
    gone = with_technician(4, policy, away=((DAY, date(2026, 11, 17)),))
    assert "tech4" not in keys(asked(gone, night, 4))


def test_who_is_off_duty_is_called_only_when_too_few_are_on() -> None:
    """tech1 has the turn and works days: at night the three others come first, and tech1 rather than nobody."""
    policy, night = with_technician(1, duty=office("tech1")), local("2026-11-16 22:00")
    assert keys(asked(policy, NOW, 3)) == ["tech1", "tech2", "tech3"]
    assert keys(asked(policy, night, 3)) == ["tech2", "tech3", "tech4"]
    assert "tech1 off duty until 2026-11-17 08:00" in asked(policy, night, 3).why
    four = asked(policy, night, 4)
    assert (keys(four), four.missing) == (["tech2", "tech3", "tech4", "tech1"], 0)
    assert four.reasons[-1] == "off duty until 2026-11-17 08:00, too few others are on, their turn"


def test_who_owns_a_ticket_hears_of_it_off_duty_too() -> None:
    """A rule assigns tech1, who works days: at night two on duty are called as promised, and tech1 too."""
    policy, night = with_technician(1, duty=office("tech1")), local("2026-11-16 22:00")
    chosen = choose(Wanted("support", 2, first="tech1"), policy, Seen(1), night)
    assert (keys(chosen), chosen.missing, chosen.turn) == (["tech2", "tech3", "tech1"], 0, "tech3")
    assert chosen.reasons[-1] == "off duty until 2026-11-17 08:00, a rule assigns them"
    assert keys(choose(Wanted("support", 2, first="tech1"), policy, Seen(1), NOW)) == ["tech1", "tech2"]
    assert keys(choose(Wanted("support", 0, first="tech1"), policy, Seen(1), night)) == []


def test_an_absence_by_mail_counts_like_one_of_the_rules() -> None:
    """Both ends included, on the technician's own calendar; the reason says until when."""
    absences = {"tech1": ((DAY, DAY),)}
    chosen = asked(a_policy(), absences=absences)
    assert keys(chosen) == ["tech2", "tech3"]
    assert "tech1 away until 2026-11-17 00:00" in chosen.why
    assert keys(asked(a_policy(), local("2026-11-17 00:00"), absences=absences)) == ["tech1", "tech2"]


def test_one_absence_after_another_is_one() -> None:
    """The rules know the first week, a mail the second."""
    policy = with_technician(1, away=((DAY, date(2026, 11, 18)),))
    found = whereabouts(
        policy.technicians["tech1"], policy, {"tech1": ((date(2026, 11, 19), date(2026, 11, 20)),)}, NOW
    )
    assert found == Whereabouts("tech1", Presence.AWAY, local("2026-11-21 00:00"))


def test_every_person_has_a_reason() -> None:
    """The journal answers "why me?" for each of them."""
    policy = with_technician(3, with_team(order=Order.LISTED), skills=frozenset({"réseau"}))
    wanted = Wanted("support", 3, frozenset({"réseau"}), "de", first="tech4")
    chosen = choose(wanted, policy, Seen(1), NOW)
    assert chosen.why == (
        "team 'support' by listed: tech4 (a rule assigns them, does not speak 'de'), tech3 (place 3 of the list, knows "
        "réseau, does not speak 'de'), tech1 (place 1 of the list, does not speak 'de')"
    )
    busy = asked(with_team(order=Order.LEAST_BUSY), load={"tech1": 2})
    assert busy.reasons == ("0 open tickets", "0 open tickets")


PEOPLE = st.sets(st.integers(1, 4))
MOMENTS = st.datetimes(datetime(2026, 1, 2), datetime(2027, 12, 30), timezones=st.just(UTC))


@given(
    PEOPLE, PEOPLE, st.integers(1, 4) | st.none(), st.integers(0, 5), MOMENTS, st.sampled_from([None, DAILY, MONDAYS])
)
def test_as_many_are_called_as_can_be(
    away: set[int], part_time: set[int], first: int | None, notify: int, now: datetime, handover: object
) -> None:
    """Whatever the hours: nobody who is away, nobody twice, on duty before off duty, an override first, never fewer
    than there are."""
    days, span = (now.date() - timedelta(days=1), now.date() + timedelta(days=1)), timedelta(hours=1)
    policy = with_team(handover=handover)
    for number in part_time:
        policy = with_technician(number, policy, duty=office(f"tech{number}"))
    if first:
        swap = override(f"tech{first}", "2026-01-01 00:00", "2028-01-01 00:00")
        policy = with_team(policy, overrides=(swap,))
    seen = Seen(1, absences={f"tech{number}": (days,) for number in away})
    chosen = choose(Wanted("support", notify), policy, seen, now + span)
    assert len(chosen.people) == min(notify, 4 - len(away)) == notify - chosen.missing == len(set(keys(chosen)))
    assert not any(is_away(one, policy, seen.absences, now + span) for one in chosen.people)
    off = [one.startswith("off duty") for one in chosen.reasons]
    assert off == sorted(off)
    if first and first not in away and notify:
        assert keys(chosen)[0] == f"tech{first}"
