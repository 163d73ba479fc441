"""What is wrong in a site's files, said so that an administrator can go there and mend it.

Mistakes are collected, never thrown one by one: a site is read to its end, and then `SiteMistakes` carries them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

FEW = 8
"""When no word is near, this many or fewer are listed."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One sentence about one place. `file` is relative to the site; `line` 0 means the file (or directory) itself."""

    file: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{where}: {self.text}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written, for a mistake that may be found later."""

    file: str
    line: int
    column: int

    def mistake(self, text: str) -> Mistake:
        """A mistake here."""
        return Mistake(self.file, self.line, self.column, text)


class SiteMistakes(Exception):
    """The site cannot be used as it is: `mistakes` holds all that is wrong, sorted by place, at least one."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(map(str, self.mistakes)))


@dataclass(slots=True)
class Collected:
    """Mistakes as they are found, while the reading goes on."""

    mistakes: list[Mistake] = field(default_factory=list)

    def add(self, found: Iterable[Mistake]) -> None:
        """Remember these."""
        self.mistakes.extend(found)

    def settle(self) -> None:
        """Raise SiteMistakes when anything was found."""
        if self.mistakes:
            raise SiteMistakes(self.mistakes)


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """The valid word that an unknown one was probably meant to be, or None."""
    words = {one.casefold(): one for one in valid}
    near = get_close_matches(word.casefold(), words, n=1)
    return words[near[0]] if near else None


def did_you_mean(word: str, valid: Iterable[str], few: int = FEW) -> str:
    """The end of a sentence about an unknown `word`: " (did you mean 'callback'?)", the few valid words, or ""."""
    words = tuple(valid)
    near = nearest(word, words)
    if near is not None:
        return f" (did you mean '{near}'?)"
    return f" (known: {', '.join(words)})" if 0 < len(words) <= few else ""
