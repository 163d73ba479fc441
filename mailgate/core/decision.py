"""What was decided about one event: why, in words an administrator reads, and what must happen.

`Findings` are what `explain` shows beside the effects; nothing acts on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailgate.core.conditions import FactValue
from mailgate.core.effects import Effect
from mailgate.core.model import AuthLevel, Identity, MailKind, Outcome


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """Whether one rule matched; `why` names the condition that failed, or what matched."""

    name: str
    file: str
    line: int
    matched: bool
    why: str


@dataclass(frozen=True, slots=True)
class Findings:
    """How a mail was understood on the way to its decision."""

    identity: Identity | None = None
    level: AuthLevel | None = None
    kind: MailKind | None = None
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    rules: tuple[RuleTrace, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The whole answer of the core to one event; `ticket` is the number it is about, when there is one."""

    outcome: Outcome
    because: str
    effects: tuple[Effect, ...] = ()
    ticket: int | None = None
    findings: Findings = field(default_factory=Findings)
