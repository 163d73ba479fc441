"""`mailgate doctor`: whether somebody is there to page, and whether the desk is anybody's at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mailgate.cli.doctor import domains, people
from mailgate.cli.doctor.findings import State
from mailgate.core.people import Pager, Team
from mailgate.core.policy import Desk, Policy
from mailgate.edge import resolver
from mailgate.edge.resolver import Mailed, Way
from tests.builders import NOW, a_policy, a_technician
from tests.cli.patients import of, worst
from tests.core.firms import with_rule

WEEK = (date(2026, 11, 20), date(2026, 11, 26))


def with_people_away(number: int, *spans: tuple[date, date]) -> Policy:
    """The firm, so many of its four people away."""
    people = {f"tech{one}": a_technician(one, away=spans if one <= number else ()) for one in range(1, 5)}
    return a_policy(technicians=people)


def test_a_full_team_is_nothing_to_speak_of() -> None:
    """Four people for a promise of three."""
    assert worst(people.queues(a_policy(), {}, NOW)) is State.OK


def test_an_urgent_queue_with_nobody_there_is_bad() -> None:
    """Named day by day, so that somebody can change the calendar."""
    said = tuple(people.queues(with_people_away(4, WEEK, (date(2026, 11, 28), date(2026, 11, 28))), {}, NOW))
    days = "on 2026-11-20 to 2026-11-26 and 2026-11-28"
    assert of(said, State.BAD) == [f"nobody is there to page for queue 'urgent' {days}: all of team 'support' are away"]
    assert of(said, State.WARNING) == [
        f"nobody is there to page for queue 'regulier' {days}: all of team 'support' are away"
    ]


def test_nobody_now_is_seen_too() -> None:
    """The first day is today."""
    today = date(2026, 11, 16)
    assert worst(people.queues(with_people_away(4, (today, today)), {}, NOW)) is State.BAD


def test_absences_after_two_weeks_are_no_matter_yet() -> None:
    """Christmas is planned in December."""
    assert worst(people.queues(with_people_away(4, (date(2026, 11, 30), date(2027, 1, 3))), {}, NOW)) is State.OK


def test_fewer_people_than_promised_is_a_warning() -> None:
    """Two of three: the promise falls short on each mail."""
    said = tuple(people.queues(with_people_away(2, WEEK), {}, NOW))
    assert of(said, State.BAD) == []
    assert of(said, State.WARNING) == [
        "fewer than the 3 people that queue 'urgent' promises are there on 2026-11-20 to 2026-11-26"
    ]


def test_a_rule_may_ask_too_small_a_team() -> None:
    """`check` looks at the queues only."""
    said = tuple(people.queues(with_rule(team="leads"), {}, NOW))
    assert of(said, State.WARNING) == [
        "rule 'toujours' (rules/x.toml:1) notifies 2 people, but its team 'leads' has only 1"
    ]
    assert worst(people.queues(with_rule(team="leads", notify=1), {}, NOW)) is State.OK


def test_whom_only_mail_reaches_is_named() -> None:
    """Nobody reads mail at three in the morning."""
    alone = a_policy(technicians={**a_policy().technicians, "tech2": a_technician(2, pagers=())})
    (says,) = of(people.pagers(alone, NOW), State.WARNING)
    assert says.startswith("one channel only, mail, reaches tech2: ")
    assert worst(people.pagers(a_policy(), NOW)) is State.OK


@pytest.mark.parametrize(
    ("gateway", "state", "words"),
    [
        ("TXT.att.net", State.BAD, "AT&T's way from mail to text messages (txt.att.net): it ended in June 2025"),
        ("vtext.com", State.WARNING, "Verizon's way from mail to text messages (vtext.com), which ends in March 2027"),
    ],
)
def test_a_carrier_that_stopped_taking_mail_is_known(gateway: str, state: State, words: str) -> None:
    """Such a page is lost without a sound."""
    paged = a_technician(1, pagers=(Pager(f"5145550101@{gateway}", by_mail=True),))
    (says,) = of(people.pagers(a_policy(technicians={**a_policy().technicians, "tech1": paged}), NOW), state)
    assert words in says


def test_trouble_must_be_told_to_somebody() -> None:
    """Without administrators and leads, nobody hears of a mail that could not be read."""
    nobody = Desk("Exemple", "tickets@example.com")
    support = {"support": Team("support", ("tech1", "tech2", "tech3"))}
    assert worst(people.leads(a_policy(), NOW)) is State.OK
    assert worst(people.leads(a_policy(desk=nobody), NOW)) is State.WARNING
    assert worst(people.leads(a_policy(teams=support), NOW)) is State.WARNING
    assert worst(people.leads(a_policy(desk=nobody, teams=support), NOW)) is State.BAD


def test_a_team_may_have_leads_of_its_own() -> None:
    """Then no team named `leads` is needed."""
    support = {"support": Team("support", ("tech1", "tech2", "tech3"), leads=("tech4",))}
    assert worst(people.leads(a_policy(teams=support), NOW)) is State.OK


def test_what_is_still_the_starter_s_is_said() -> None:
    """Somebody who forgot one of four files waits for mails that cannot come."""
    said = of(domains.examples(a_policy(), NOW), State.WARNING)
    assert [says.partition(" are still")[0] for says in said] == [
        *("the desk's addresses", "administrators", "technicians", "customers")
    ]


@pytest.mark.parametrize(
    ("domain", "reserved"),
    [
        ("example.com", True),
        ("mx.example.com", True),
        ("acme.example", True),
        ("x.test", True),
        ("myexample.com", False),
    ],
)
def test_reserved_domains_are_known(domain: str, reserved: bool) -> None:
    """RFC 2606: they are nobody's."""
    assert domains.is_reserved(domain) is reserved


def test_an_example_is_never_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name servers of the world need not hear of the starter."""
    asked: list[str] = []

    def way_to(domain: str, seconds: float) -> Mailed:
        asked.append(domain)
        return Mailed(Way.FOUND)

    monkeypatch.setattr(resolver, "way_to", way_to)
    desk = replace(a_policy().desk, address="tickets@desk.internal")
    tuple(domains.domains(a_policy(desk=desk), NOW))
    assert asked == ["desk.internal"]


@pytest.mark.parametrize(
    ("way", "state"),
    [
        (Way.FOUND, State.OK),
        (Way.NONE, State.BAD),
        (Way.REFUSED, State.BAD),
        (Way.NO_ADDRESS, State.WARNING),
        (Way.UNKNOWN, State.WARNING),
    ],
)
def test_what_the_resolver_says_of_a_domain(way: Way, state: State) -> None:
    """A name server that is silent is not a domain that does not exist."""
    (said,) = domains.ways(["desk.test"], lambda _: Mailed(way, "words"))
    assert said.state is state
    assert "desk.test" in said.says
