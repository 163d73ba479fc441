"""The small tables under the decisions: people, minutes, words, conditions, identities, retries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.billing import charge
from mailgate.core.conditions import Above, AllOf, AnyOf, Below, Condition, Contains, Is, Like, Matches, Not, Test
from mailgate.core.delivery import FIRST_WAITS, LIFETIME, Lane, next_attempt
from mailgate.core.effects import OpenTicket
from mailgate.core.facts import clock_time
from mailgate.core.identity import person_id, recognise, technician_of
from mailgate.core.intents import Intent
from mailgate.core.lifecycle import AFTER_CUSTOMER, AFTER_WORK, POSSIBLE
from mailgate.core.matching import Subject, describe, holds, judge
from mailgate.core.model import Activity, Address, Identity, Mail, Status
from mailgate.core.paging import Chosen, Wanted, choose
from mailgate.core.people import Order
from mailgate.core.policy import Actions, Policy, Rule
from mailgate.core.seen import Seen
from mailgate.core.words import fold, is_like, says_yes
from tests.builders import NOW, a_mail, a_policy, a_technician, a_ticket, received
from tests.core.asking import ask, only


def people(chosen: Chosen) -> list[str]:
    """Their keys."""
    return [one.key for one in chosen.people]


def team_of(order: Order) -> Policy:
    """The firm with another way to pick."""
    policy = a_policy()
    return replace(policy, teams={"support": replace(policy.teams["support"], order=order)})


def test_a_listed_team_is_asked_in_its_order() -> None:
    """The same people first, every time."""
    chosen = choose(Wanted("support", 2), team_of(Order.LISTED), Seen(1, turns={"support": "tech3"}), NOW)
    assert (people(chosen), chosen.turn) == (["tech1", "tech2"], None)


def test_the_least_busy_are_asked_first() -> None:
    """Nobody listed has no open ticket at all."""
    seen = Seen(1, load={"tech1": 5, "tech2": 2, "tech3": 9})
    assert people(choose(Wanted("support", 3), team_of(Order.LEAST_BUSY), seen, NOW)) == ["tech4", "tech2", "tech1"]


def test_a_rotation_survives_the_departure_of_the_last_one() -> None:
    """Somebody who left the team is no place to go on from."""
    chosen = choose(Wanted("support", 2), a_policy(), Seen(1, turns={"support": "gone"}), NOW)
    assert people(chosen) == ["tech1", "tech2"]


def test_skills_come_first_and_never_reduce_the_number() -> None:
    """The one who knows networks, and two more."""
    policy = a_policy()
    team = {**policy.technicians, "tech4": a_technician(4, skills=frozenset({"réseau"}))}
    chosen = choose(Wanted("support", 3, frozenset({"réseau"})), replace(policy, technicians=team), Seen(1), NOW)
    assert people(chosen) == ["tech4", "tech1", "tech2"]


def test_who_a_rule_assigns_is_paged_also_from_another_team() -> None:
    """Nobody owns a ticket without having heard of it; the team's turn does not move for a guest."""
    guest = replace(a_technician(9), key="guest")
    policy = replace(a_policy(), technicians={**a_policy().technicians, "guest": guest})
    alone = choose(Wanted("support", 1, first="guest"), policy, Seen(1, turns={"support": "tech2"}), NOW)
    assert (people(alone), alone.turn) == (["guest"], None)
    chosen = choose(Wanted("support", 2, first="guest"), policy, Seen(1, turns={"support": "tech2"}), NOW)
    assert (people(chosen), chosen.turn) == (["guest", "tech3"], "tech3")


def test_somebody_away_is_not_paged_on_their_own_calendar_day() -> None:
    """The last day of an absence ends at the technician's midnight."""
    policy = a_policy()
    gone = a_technician(1, away=((date(2026, 11, 10), date(2026, 11, 16)),), timezone="Europe/Zurich")
    chosen = choose(
        Wanted("support", 1), replace(policy, technicians={**policy.technicians, "tech1": gone}), Seen(1), NOW
    )
    assert people(chosen) == ["tech2"]
    assert "tech1 away" in chosen.why


def test_whole_turns_page_everybody_equally() -> None:
    """Four people, two at a time: after two mails everybody was asked once."""
    first = choose(Wanted("support", 2), a_policy(), Seen(1), NOW)
    second = choose(Wanted("support", 2), a_policy(), Seen(1, turns={"support": first.turn or ""}), NOW)
    assert sorted(people(first) + people(second)) == ["tech1", "tech2", "tech3", "tech4"]


@pytest.mark.parametrize(
    ("activity", "minutes", "bank", "charged"),
    [
        (Activity.CALL, 12, "hours", 60),
        (Activity.CALL, 61, "hours", 90),
        (Activity.VISIT, 61, "hours", 120),
        (Activity.VISIT, 121, "hours", 180),
        (Activity.CALL, 12, "none", 60),
        (Activity.CALL, 61, "none", 120),
        (Activity.REMOTE, 30, "hours", 60),
        (Activity.CALL, 0, "hours", 0),
        (Activity.NOTE, 30, "hours", 0),
    ],
)
def test_time_is_charged_in_whole_units_with_a_minimum(
    activity: Activity, minutes: int, bank: str, charged: int
) -> None:
    """The table of domain.md §6, urgent queue, for work outside maintenance."""
    policy = a_policy()
    policy = replace(policy, customers={"acme": replace(policy.customers["acme"], bank=bank)})
    assert charge(activity, minutes, a_ticket(kind="training"), policy).charged == charged


def test_maintenance_pays_for_what_it_covers_at_level_one() -> None:
    """Level 2 is billable even when the kind is covered."""
    covered = charge(Activity.CALL, 12, a_ticket(), a_policy())
    assert (covered.charged, covered.covered) == (0, True)
    assert charge(Activity.CALL, 12, a_ticket(level=2), a_policy()).charged == 60


@pytest.mark.parametrize("changes", [{"queue": "gone"}, {"customer": None}])
def test_what_has_no_tariff_or_no_customer(changes: dict[str, Any]) -> None:
    """No tariff charges nothing; no customer has no bank."""
    expected = 0 if "queue" in changes else 60
    assert charge(Activity.CALL, 12, a_ticket(**changes), a_policy()).charged == expected


def test_words_are_compared_as_people_read_them() -> None:
    """Case, accents, ligatures, apostrophes and blanks."""
    assert fold("Œuvre d’ÉTÉ\u00a0!") == "oeuvre d'ete !"
    assert says_yes("D’accord, allez-y")
    assert not says_yes("")


@pytest.mark.parametrize(
    ("pattern", "text", "like"),
    [
        ("panne", "PANNE", True),
        ("panne", "la panne", False),
        ("*panne*", "grosse Panné ici", True),
        ("a*b*c", "aXXbYYc", True),
        ("a*b*c", "acb", False),
        ("a*a", "a", False),
        ("*", "", True),
        ("x*", "yx", False),
    ],
)
def test_a_star_stands_for_anything(pattern: str, text: str, like: bool) -> None:
    """And nothing else is special."""
    assert is_like(pattern, text) is like


FACTS = Subject(
    {
        "subject": "Panne réseau",
        "size": 2000,
        "to": ("a@x.example", "b@x.example"),
        "calendar_open": True,
        "time": "17:30",
    },
    Mail(None, headers=(("x-source", "zabbix"),)),
)


@pytest.mark.parametrize(
    ("fact", "test", "expected"),
    [
        ("subject", Like("panne reseau"), True),
        ("subject", Contains(("gel", "PANNE")), True),
        ("subject", Matches("^Panne", lambda text: text.startswith("Panne")), True),
        ("subject", Not(Contains(("panne",))), False),
        ("subject", AllOf((Contains(("panne",)), Not(Contains(("réseau",))))), False),
        ("subject", AnyOf((Like("x"), Like("panne*"))), True),
        ("size", Above(1999), True),
        ("size", Below(2000), False),
        ("size", Is(2000), True),
        ("to", Like("b@x.example"), True),
        ("to", Not(Like("b@x.example")), False),
        ("calendar_open", Is(True), True),
        ("calendar_open", Like("true"), True),
        ("time", Above("17:00"), True),
        ("time", Below("09:00"), False),
        ("header.x-source", Like("Zabbix"), True),
        ("header.x-none", Like("*"), False),
    ],
)
def test_every_operator_means_what_it_says(fact: str, test: Test, expected: bool) -> None:
    """interfaces.md §4, operator by operator."""
    verdict = judge(Condition(((fact, test),)), FACTS)
    assert verdict.holds is expected
    assert describe(test) in verdict.why


def test_groups_combine_and_say_which_part_failed() -> None:
    """`any` and `none`."""
    panne, gel = Condition((("subject", Contains(("panne",))),)), Condition((("subject", Contains(("gel",))),))
    assert judge(Condition(any=(gel, panne)), FACTS).holds
    assert "none of `any` holds" in judge(Condition(any=(gel,)), FACTS).why
    assert judge(Condition(none=(gel,)), FACTS).holds
    assert "excluded by `none`" in judge(Condition(none=(panne,)), FACTS).why


def test_a_long_value_is_shown_in_part() -> None:
    """A reason is one line of a terminal."""
    subject = Subject({"body": "x" * 500, "to": ()}, Mail(None))
    assert len(judge(Condition((("body", Like("y")),)), subject).why) < 100
    assert "absent" in judge(Condition((("to", Like("y")),)), subject).why


def test_a_test_without_values_fails_unless_negated() -> None:
    """No header, no match."""
    assert not holds(Like("*"), ())
    assert holds(Not(Like("*")), ())


def test_a_later_rule_overrides_and_stop_ends_the_search() -> None:
    """Top to bottom; the queue and customer a rule sets are what the next one sees."""
    rules = (
        Rule("a", "r", 1, Condition(), Actions(priority="P1", queue="regulier", tag=("a",))),
        Rule("b", "r", 2, Condition((("queue", Like("regulier")),)), Actions(priority="P2", tag=("b",)), stop=True),
        Rule("c", "r", 3, Condition(), Actions(priority="P3")),
    )
    decision = ask(received(), policy=a_policy(rules=rules))
    ticket = only(decision, OpenTicket).ticket
    assert (ticket.priority, ticket.queue, ticket.tags) == ("P2", "regulier", ("a", "b"))
    assert [trace.name for trace in decision.findings.rules] == ["a", "b"]


@pytest.mark.parametrize(
    ("mail", "identity"),
    [
        ("TECH1@example.com", Identity.TECHNICIAN),
        ("Chef@Acme.example", Identity.CONTACT),
        ("x@acme.example", Identity.COLLEAGUE),
        ("x@nowhere.example", Identity.UNKNOWN),
        ("Support-Urgent@example.com", Identity.OURSELVES),
        ("tickets+x@example.com", Identity.OURSELVES),
        ("ticketsx@example.com", Identity.UNKNOWN),
    ],
)
def test_a_sender_is_recognised_in_any_case(mail: str, identity: Identity) -> None:
    """ "Ourselves" is the desk's and the queues' addresses, not the whole domain (interfaces.md §5)."""
    assert recognise(Address(mail), "e@x.example", a_policy()).identity is identity


def test_people_have_different_numbers_in_their_tokens() -> None:
    """A contact's number never finds a technician."""
    policy = a_policy()
    numbers = {person_id("technician", key) for key in policy.technicians}
    assert len(numbers) == 4
    assert technician_of(person_id("technician", "tech3"), policy) is policy.technicians["tech3"]
    assert technician_of(person_id("contact", "tech3"), policy) is None


def test_every_table_of_the_lifecycle_is_total() -> None:
    """A status or a command that is added must be given its place."""
    assert set(AFTER_CUSTOMER) == set(AFTER_WORK) == set(Status)
    assert set(POSSIBLE) == set(Intent.__args__)


@given(st.integers(1, 50), st.floats(0, 0.999), st.sampled_from(Lane))
def test_a_retry_comes_later_and_within_its_bounds(attempts: int, share: float, lane: Lane) -> None:
    """Back-off with jitter: between 75 % and 125 % of the step."""
    again = next_attempt(lane, attempts, NOW, share, NOW)
    step = FIRST_WAITS[lane][min(attempts, len(FIRST_WAITS[lane])) - 1]
    assert again is not None
    assert 0.75 * step <= (again - NOW).total_seconds() <= 1.25 * step


def test_a_mail_is_not_tried_for_ever() -> None:
    """After its lifetime somebody is told instead."""
    for lane, lifetime in LIFETIME.items():
        assert next_attempt(lane, 99, NOW - lifetime, 0.5, NOW) is None
        assert next_attempt(lane, 99, NOW - lifetime + timedelta(seconds=1), 0.5, NOW) is not None


def test_a_time_of_day_is_written_as_rules_write_it() -> None:
    """Two digits each, so that text comparison is time comparison."""
    assert clock_time(NOW.replace(hour=7, minute=5)) == "07:05"


def test_headers_are_found_in_any_case() -> None:
    """RFC 5322 §1.2.2: field names are case-insensitive."""
    mail = a_mail(headers=(("x-a", "1"), ("x-a", "2")))
    assert mail.header("X-A") == ("1", "2")
