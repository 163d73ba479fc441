"""What several readers of one letter get alike is put in words once.

Three people are called for a request, each by mail and by pager: most of these letters differ in nothing but who reads
them, and most templates do not say who that is. So `technician` is watched while the first one is written; where nobody
looked at it, the next reader is told the same in the same words.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from operator import attrgetter

from mailgate.core.letters import Facts, Letter, PersonFacts
from mailgate.mail.words import Words

REMEMBERED = 4
"""How many letters are remembered: those of one decision, mostly."""

_BUT_READER = attrgetter(*(field.name for field in fields(Facts) if field.name != "technician"))


class Watched:
    """Stands for a person in a template, and remembers whether anybody looked."""

    __slots__ = ("_looked", "_person")

    def __init__(self, person: PersonFacts) -> None:
        self._person, self._looked = person, False

    @property
    def _shown(self) -> PersonFacts:
        self._looked = True
        return self._person

    def __getattr__(self, name: str) -> object:
        return getattr(self._shown, name)

    def __str__(self) -> str:
        return str(self._shown)

    def __bool__(self) -> bool:
        return bool(self._shown)

    def __eq__(self, other: object) -> bool:
        return self._shown == other

    def __hash__(self) -> int:
        return hash(self._shown)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the words of a letter depend on, but for who reads it."""

    stem: str
    language: str
    timezone: str
    is_short: bool
    facts: tuple[object, ...]
    now: datetime | None


@dataclass(frozen=True, slots=True)
class _Said:
    asked: _Asked
    reader: PersonFacts | None
    names_reader: bool
    words: Words

    def answers(self, asked: _Asked, reader: PersonFacts | None) -> bool:
        alike = reader == self.reader or not (self.names_reader or reader is None or self.reader is None)
        return alike and asked == self.asked


class Repeats:
    """The words of the last letters. Callable from any thread."""

    def __init__(self) -> None:
        self._said: deque[_Said] = deque(maxlen=REMEMBERED)

    def words(self, stem: str, letter: Letter, now: datetime | None, write: Callable[[Letter], Words]) -> Words:
        """The words of a letter by the template `stem`, which `write` finds when they are not remembered."""
        reader = letter.facts.technician
        facts, to = letter.facts, letter.to
        asked = _Asked(stem, to.language, to.timezone, letter.limit is not None, _BUT_READER(facts), now)
        known = next((one for one in tuple(self._said) if one.answers(asked, reader)), None)
        if known is not None:
            return known.words
        watched = None if reader is None else Watched(reader)
        facts = replace(facts, technician=watched)  # type: ignore[arg-type]  # templates know attributes, not types
        words = write(replace(letter, facts=facts))
        self._said.appendleft(_Said(asked, reader, watched is not None and watched._looked, words))
        return words
