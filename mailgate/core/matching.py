"""Whether a rule's `when` holds, and the sentence that says why or why not.

A fact with several values matches when any of them does. `not` therefore means that none of them does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

from mailgate.core.conditions import (
    Above,
    AllOf,
    AnyOf,
    Below,
    Condition,
    Contains,
    FactValue,
    Is,
    Like,
    Matches,
    Not,
    Test,
)
from mailgate.core.model import Mail
from mailgate.core.words import fold, is_like

SHOWN = 60
"""How much of a value a reason quotes."""

folded = lru_cache(maxsize=8)(fold)
"""Every rule asks about the same few texts, and folding a body of a million characters takes a fifth of a second."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a condition holds, and the words for it."""

    holds: bool
    why: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What conditions are asked about: the facts of one mail, and its headers."""

    facts: Mapping[str, FactValue]
    mail: Mail

    def value(self, fact: str) -> FactValue:
        """The value of a fact; a header that is absent has no values."""
        if fact.startswith("header."):
            return self.mail.header(fact.removeprefix("header."))
        return self.facts[fact]


def judge(condition: Condition, subject: Subject) -> Verdict:
    """Ask every part of a condition in order, and stop at the first that fails."""
    held: list[str] = []
    for fact, test in condition.facts:
        value = subject.value(fact)
        if not holds(test, value):
            return Verdict(False, f"{fact} is {_shown(value)}, not {describe(test)}")
        held.append(f"{fact} is {describe(test)}")
    if condition.any:
        verdicts = [judge(part, subject) for part in condition.any]
        first = next((verdict for verdict in verdicts if verdict.holds), None)
        if first is None:
            return Verdict(False, "none of `any` holds: " + "; ".join(verdict.why for verdict in verdicts))
        held.append(first.why)
    for part in condition.none:
        verdict = judge(part, subject)
        if verdict.holds:
            return Verdict(False, f"excluded by `none`: {verdict.why}")
    return Verdict(True, "; ".join(held) or "no condition")


def holds(test: Test, value: FactValue) -> bool:
    """Whether a test holds for a fact's value, or for any of its values."""
    match test:
        case AnyOf(tests):
            return any(holds(one, value) for one in tests)
        case AllOf(tests):
            return all(holds(one, value) for one in tests)
        case Not(inner):
            return not holds(inner, value)
        case _:
            return any(_meets(test, one) for one in (value if isinstance(value, tuple) else (value,)))


def _meets(test: Like | Contains | Matches | Is | Above | Below, value: str | int | bool) -> bool:
    match test:
        case Like(pattern):
            return is_like(pattern, _text(value))
        case Contains(texts):
            return any(fold(text) in folded(_text(value)) for text in texts)
        case Matches(search=search):
            return search(_text(value))
        case Is(expected):
            return value == expected
        case Above(bound):
            return _compare(value, bound) > 0
        case Below(bound):
            return _compare(value, bound) < 0
        case _:
            assert_never(test)


def describe(test: Test) -> str:
    """A test in words, as they follow "subject is …"."""
    match test:
        case Like(pattern):
            return f"like '{pattern}'" if "*" in pattern else f"'{pattern}'"
        case Contains(texts):
            return "a text with " + " or ".join(f"'{text}'" for text in texts)
        case Matches(pattern=pattern):
            return f"a match of /{pattern}/"
        case Is(value):
            return str(value).lower()
        case Above(bound):
            return f"above {bound}"
        case Below(bound):
            return f"below {bound}"
        case AnyOf(tests):
            return " or ".join(describe(one) for one in tests)
        case AllOf(tests):
            return " and ".join(describe(one) for one in tests)
        case Not(inner):
            return f"anything but {describe(inner)}"
        case _:
            assert_never(test)


def _compare(value: FactValue, bound: int | str) -> int:
    if isinstance(bound, int) and isinstance(value, int):
        return (value > bound) - (value < bound)
    text, limit = _text(value), str(bound)
    return (text > limit) - (text < limit)


def _text(value: FactValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(value: FactValue) -> str:
    if isinstance(value, tuple):
        return ", ".join(_shown(one) for one in value[:5]) or "absent"
    text = _text(value).replace("\n", " ")
    return f"'{text[:SHOWN]}…'" if len(text) > SHOWN else f"'{text}'"
