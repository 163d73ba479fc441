"""What a rule asks of a mail (`when`), as values: tests of facts, and conditions that combine them.

`matching` answers them. Strings are compared without regard to case or accents, except by a regular expression.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

FactValue = str | int | bool | tuple[str, ...]
"""What a fact of a mail may be; several values mean that any of them may match."""


@dataclass(frozen=True, slots=True)
class Like:
    """A plain string: equal without regard to case or accents, `*` stands for anything."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Contains:
    """Any of these texts occurs, without regard to case or accents."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """A regular expression in Rust syntax; `search` runs it in linear time over the original text."""

    pattern: str
    search: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Is:
    """A truth value or a number, equal."""

    value: bool | int


@dataclass(frozen=True, slots=True)
class Above:
    """Strictly more: a number (size in octets), or "HH:MM" for `time`."""

    bound: int | str


@dataclass(frozen=True, slots=True)
class Below:
    """Strictly less: a number (size in octets), or "HH:MM" for `time`."""

    bound: int | str


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these tests holds."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each of these tests holds."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The test does not hold."""

    test: Test


Test = Like | Contains | Matches | Is | Above | Below | AnyOf | AllOf | Not


@dataclass(frozen=True, slots=True)
class Condition:
    """`when`: every fact's test holds, every `any` group has one that holds, and none of `none` holds.

    A fact is named as in interfaces.md §4; a header's fact is "header.NAME" with NAME in lower case."""

    facts: tuple[tuple[str, Test], ...] = ()
    any: tuple[Condition, ...] = ()
    none: tuple[Condition, ...] = ()
