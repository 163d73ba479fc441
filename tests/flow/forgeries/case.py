"""One forgery: how it is played, what must hold afterwards, and the weakened builds on which it must not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.flow.forgeries.stage import Scene
from tests.flow.forgeries.weakening import Weakening


@dataclass(frozen=True, slots=True)
class Case:
    """`hazard` is its row in the table of attacks. `play` runs on the weakened build, `holds` looks at what is left."""

    hazard: str
    name: str
    play: Callable[[Scene], None]
    holds: Callable[[Scene], None]
    weakened_by: tuple[Weakening, ...]

    def __str__(self) -> str:
        return f"{self.hazard}: {self.name}"
