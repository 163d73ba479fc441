"""The firm of the builders, with one thing changed."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.conditions import Condition
from mailgate.core.policy import Actions, Policy, Rule
from tests.builders import a_policy, a_queue


def with_queue(**changes: object) -> Policy:
    """The firm with another urgent queue."""
    policy = a_policy()
    return replace(policy, queues={**policy.queues, "urgent": a_queue("urgent", "1h", 3, **changes)})


def with_rule(**then: object) -> Policy:
    """The firm with one rule that always matches."""
    return a_policy(rules=(Rule("toujours", "rules/x.toml", 1, Condition(), Actions(**then)),))  # type: ignore[arg-type]  # the test names the fields


def with_bank(bank: str = "hours", **changes: object) -> Policy:
    """The firm whose customer has a bank."""
    acme = replace(a_policy().customers["acme"], bank=bank)
    return a_policy(customers={"acme": acme}, **changes)
