"""Ask the core as the engine does, and pick what the answer holds."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from mailgate.core.decide import decide
from mailgate.core.decision import Decision
from mailgate.core.effects import SendMail
from mailgate.core.events import Event
from mailgate.core.letters import Letter
from mailgate.core.page_effects import Page
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from tests.builders import NOW, a_policy

EffectT = TypeVar("EffectT")


def ask(event: Event, seen: Seen | None = None, policy: Policy | None = None, now: datetime = NOW) -> Decision:
    """Decide one event; without a snapshot the desk has seen nothing yet."""
    return decide(event, seen or Seen(1001), policy or a_policy(), now)


def of(decision: Decision, kind: type[EffectT]) -> list[EffectT]:
    """The effects of one kind, in order."""
    return [effect for effect in decision.effects if isinstance(effect, kind)]


def only(decision: Decision, kind: type[EffectT]) -> EffectT:
    """The one effect of a kind."""
    (found,) = of(decision, kind)
    return found


def letters(decision: Decision, template: str) -> list[Letter]:
    """The ordinary mails of one template."""
    return [effect.letter for effect in of(decision, SendMail) if effect.letter.template == template]


def paged(decision: Decision) -> list[str]:
    """Who is paged, each person once, in order."""
    return list(dict.fromkeys(page.technician for page in of(decision, Page)))
