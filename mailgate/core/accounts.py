"""What a transcript tells a technician beside what was done: what the customer got, and what they may ask for next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Received:
    """What the customer got of a technician's mail: nothing unless `told`; `text` are the technician's own words, ""
    when a sentence of the desk stood in their place."""

    told: bool
    address: str
    text: str = ""
    files: int = 0


@dataclass(frozen=True, slots=True)
class ManualFacts:
    """What a ticket's own manual names: the intents that are `impossible` as it stands (their type's name in lower
    case), and keys of the rules that its commands take."""

    impossible: tuple[str, ...] = ()
    technicians: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
