"""Where a request goes and how: the addressed queue first, then every rule that matches, a later one overriding.

A rule sees the queue and the customer as the rules above it left them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from mailgate.core.conditions import FactValue
from mailgate.core.decision import RuleTrace
from mailgate.core.events import MailReceived
from mailgate.core.facts import facts_of, ruled, severity_asked
from mailgate.core.identity import Sender
from mailgate.core.matching import Subject, judge
from mailgate.core.model import MailKind
from mailgate.core.policy import Actions, Policy, Queue


@dataclass(frozen=True, slots=True)
class Route:
    """How a request will be treated. `refuse` is the reason for the sender; None: it is not refused."""

    queue: Queue
    notify: int
    team: str
    kind: str = "assistance"
    level: int = 1
    priority: str | None = None
    severity: str | None = None
    skills: frozenset[str] = frozenset()
    assign: str | None = None
    tags: tuple[str, ...] = ()
    template: str = "acknowledgement"
    acknowledge: bool = True
    park: bool | None = None
    refuse: str | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    """The route, the sender as the rules see them, and how each rule answered."""

    route: Route
    sender: Sender
    facts: Mapping[str, FactValue]
    traces: tuple[RuleTrace, ...]

    @property
    def matched(self) -> str:
        """The rules that matched, for a decision's reason ("" when none did)."""
        return "; ".join(f"rule '{trace.name}' matched: {trace.why}" for trace in self.traces if trace.matched)


_SAID = tuple(field.name for field in fields(Actions))


def addressed_queue(recipients: tuple[str, ...], policy: Policy) -> Queue | None:
    """The queue a mail was sent to; of several, the one with the shortest promise."""
    queues = [queue for queue in map(policy.queue_of, recipients) if queue is not None]
    return min(queues, key=lambda queue: queue.callback.minutes, default=None)


def route(event: MailReceived, sender: Sender, kind: MailKind, policy: Policy) -> Routing:
    """Ask the rules from top to bottom."""
    queue = addressed_queue(event.recipients, policy) or policy.default_queue
    said, traces = Actions(severity=severity_asked(event.mail.text, policy)), []
    facts = facts_of(event, sender, kind, queue, policy)
    for rule in policy.rules:
        verdict = judge(rule.when, Subject(facts, event.mail))
        traces.append(RuleTrace(rule.name, rule.file, rule.line, verdict.holds, verdict.why))
        if not verdict.holds:
            continue
        said = _override(said, rule.then)
        queue, sender = policy.queues[said.queue] if said.queue else queue, _moved(sender, said, policy)
        if rule.then.queue or rule.then.customer:
            facts = ruled(facts, event, sender, queue, policy)
        if rule.stop:
            break
    return Routing(settle(said, queue), sender, facts, tuple(traces))


def settle(said: Actions, queue: Queue) -> Route:
    """The route that results from what the rules said, the queue's own words filling the rest."""
    return Route(
        queue=queue,
        notify=queue.notify if said.notify is None else said.notify,
        team=said.team or queue.team,
        kind=said.kind or "assistance",
        level=said.level or 1,
        priority=said.priority,
        severity=said.severity,
        skills=said.skills or frozenset(),
        assign=said.assign,
        tags=said.tag or (),
        template=said.template or "acknowledgement",
        acknowledge=said.acknowledge is not False,
        park=said.park,
        refuse=said.refuse,
    )


def _override(earlier: Actions, later: Actions) -> Actions:
    said = {name: getattr(earlier, name) if (value := getattr(later, name)) is None else value for name in _SAID}
    if later.tag is not None:
        said["tag"] = tuple(dict.fromkeys((earlier.tag or ()) + later.tag))
    return Actions(**said)


def _moved(sender: Sender, said: Actions, policy: Policy) -> Sender:
    return replace(sender, customer=policy.customers[said.customer]) if said.customer else sender
