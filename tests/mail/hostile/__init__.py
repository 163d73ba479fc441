"""Hostile mail, written by recipes: `HOSTILE` is all of it at a size for the suite, `hostile(size)` at any other."""

from __future__ import annotations

from tests.mail.hostile.bombs import bombs
from tests.mail.hostile.opaque import OPAQUE
from tests.mail.hostile.pages import HOSTILE_PAGES
from tests.mail.hostile.poison import POISON
from tests.mail.hostile.recipe import Hostile

SIZE = 250_000


def hostile(size: int = SIZE) -> tuple[Hostile, ...]:
    """Every hostile mail; `size` is how many characters of text or HTML a bomb has."""
    return (*POISON, *OPAQUE, *HOSTILE_PAGES, *bombs(size))


HOSTILE = hostile()
