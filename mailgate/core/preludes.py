"""Work that begins with something else: a plan as it is carried out once its ticket was merged or split."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mailgate.core.decision import Decision
from mailgate.core.effects import Effect
from mailgate.core.plan import Plan


@dataclass(frozen=True, slots=True)
class Prelude:
    """What happens before `planned` is carried out, and what the journal says of it."""

    planned: Plan
    effects: tuple[Effect, ...]
    because: str


def begun(decision: Decision, prelude: Prelude) -> Decision:
    """The decision on the plan, with what comes before it."""
    because = f"{decision.because}; {prelude.because}"
    return replace(decision, effects=(*prelude.effects, *decision.effects), because=because)
