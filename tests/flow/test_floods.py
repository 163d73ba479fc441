"""Ten thousand urgent mails in ten minutes: each is a ticket, and people are woken a bounded number of times (A39)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailgate.core import floods
from mailgate.core.hours import parse_duration
from mailgate.core.people import Contact, Customer
from mailgate.core.policy import Escalation, Policy
from tests.builders import a_policy
from tests.core.asking import paged
from tests.flow.crowd import Crowd

MAILS, SECONDS = 10_000, 600

STEPS = (Escalation(parse_duration("15m"), 1), Escalation(parse_duration("30m"), 0, "leads"))

EACH = 2
"""A page is a mail and a pager."""

CUSTOMER_MOST = 3 + 1 + 1
"""Of one customer, before anything escalates: three requests, the page of the fourth, the page of all the others."""

STRANGERS_MOST = 6 + 1 + 1
"""The same for senders whom the rules do not name."""


def firm() -> Policy:
    """The firm of the builders, whose urgent queue escalates."""
    policy = a_policy()
    return replace(policy, queues={**policy.queues, "urgent": replace(policy.queues["urgent"], escalate=STEPS)})


def flood(crowd: Crowd, mails: int, *senders: str) -> None:
    """So many mails in ten minutes, in turn by these senders."""
    for number in range(mails):
        crowd.write(senders[number % len(senders)])
        if number % (mails // 100) == 0:
            crowd.advance(seconds=SECONDS / 100)


def a_firm(number: int) -> Customer:
    """A customer with one contact."""
    mail = f"chef@firm{number}.example"
    return Customer(f"firm{number}", f"Firm {number}", (f"firm{number}.example",), (Contact(mail, "Chef"),))


def woken(crowd: Crowd) -> list[int]:
    """How often each person was paged, over all their channels."""
    return [len(pages) for pages in crowd.pages.values()]


def test_ten_thousand_mails_of_one_customer_wake_nobody_ten_thousand_times() -> None:
    """The first page leaves first, each mail is a ticket, one page tells of most, and two fronts climb for them all."""
    crowd = Crowd(firm())
    assert len(paged(crowd.write())) == 3
    flood(crowd, MAILS, "chef@acme.example")
    assert len(crowd.tickets) == MAILS + 1
    assert max(woken(crowd)) <= EACH * (CUSTOMER_MOST - 1)
    assert all("a flood of 'acme'" in crowd.because[number] for number in range(1006, 1001 + MAILS))
    crowd.advance(minutes=6)
    told = [page.letter.facts.flood.count for _, page in crowd.pages["tech1"] if page.letter.facts.flood]
    assert max(told) == MAILS + 1 - 4
    crowd.advance(hours=3)
    assert max(woken(crowd)) <= EACH * (CUSTOMER_MOST + 2 * len(STEPS))
    assert not any(ticket.pages for number, ticket in crowd.tickets.items() if number > 1005)


def test_strangers_are_one_flood_whoever_they_are() -> None:
    """Who invents a sender for each mail is no more than one flood."""
    crowd = Crowd()
    flood(crowd, 2_000, *(f"v{number}@victim{number}.example" for number in range(500)))
    crowd.advance(minutes=5)
    assert len(crowd.tickets) == 2_000
    assert max(woken(crowd)) <= EACH * STRANGERS_MOST


def test_many_customers_are_as_many_floods() -> None:
    """A bound for each of them; nobody's first page waits for another's."""
    crowd = Crowd(replace(a_policy(), customers={f"firm{number}": a_firm(number) for number in range(20)}))
    for number in range(20):
        assert len(paged(crowd.write(f"chef@firm{number}.example"))) == 3
    flood(crowd, 1_000, *(f"chef@firm{number}.example" for number in range(20)))
    crowd.advance(minutes=15)
    assert max(woken(crowd)) <= 20 * EACH * CUSTOMER_MOST


def test_without_collapsing_this_rig_cries_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that takes no flood for one wakes everybody for nearly every mail."""
    monkeypatch.setattr(floods, "is_flood", lambda *_: False)
    crowd = Crowd()
    flood(crowd, 100, "chef@acme.example")
    assert max(woken(crowd)) > EACH * (CUSTOMER_MOST + 2 * len(STEPS))


def test_a_flood_of_one_customer_hides_nobody_else() -> None:
    """Another customer's page leaves at once in the middle of it."""
    policy = firm()
    crowd = Crowd(replace(policy, customers={**policy.customers, "firm1": a_firm(1)}))
    for _ in range(500):
        crowd.write()
    assert len(paged(crowd.write("chef@firm1.example"))) == 3
    assert paged(crowd.write()) == []
