"""`when = { … }` of a rule to a core Condition.

A `when` is read to its end, and each mistake keeps its own path, so that one wrong word does not hide another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import PlainValidator, ValidationError, ValidationInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from mailgate.core.conditions import AllOf, AnyOf, Condition, Not, Test
from mailgate.rulebook.facts import FACTS, NOT, Fact, Sort, operator, plain
from mailgate.rulebook.names import Names
from mailgate.toml.complaints import MISNAMED, as_written
from mailgate.toml.document import did_you_mean
from mailgate.toml.positions import Path

ANY, NONE, HEADER = "any", "none", "header"
WORDS = (*FACTS, ANY, NONE, f"{HEADER}.NAME")
NOTHING = AllOf(())
"""Stands for a test that could not be read; a condition with mistakes is never used."""


def read(written: object, info: ValidationInfo[Names]) -> Condition:
    """The condition; raises pydantic's ValidationError with a path for every mistake."""
    reading = _Reading(info.context)
    condition = reading.condition(written, ())
    if reading.mistakes:
        raise ValidationError.from_exception_data("when", reading.mistakes)
    return condition


When = Annotated[Condition, PlainValidator(read)]


@dataclass(slots=True)
class _Reading:
    """Reads one `when`; `mistakes` grows by everything that is wrong."""

    names: Names
    mistakes: list[InitErrorDetails] = field(default_factory=list)

    def condition(self, written: object, path: Path) -> Condition:
        """A table of facts, with its groups."""
        if not isinstance(written, dict):
            self.wrong(path, f"a condition must be a table such as {{ queue = 'urgent' }}, not {as_written(written)}")
            return Condition()
        facts = (found for key, value in written.items() for found in self.fact(key, value, (*path, key)))
        return Condition(
            facts=tuple(facts),
            any=self.group(written.get(ANY), (*path, ANY)),
            none=self.group(written.get(NONE), (*path, NONE)),
        )

    def group(self, written: object, path: Path) -> tuple[Condition, ...]:
        """`any = [{…}, {…}]`; one table stands for a list of one, None for no group."""
        match written:
            case None:
                return ()
            case dict():
                return (self.condition(written, path),)
            case [*conditions] if conditions:
                return tuple(self.condition(one, (*path, index)) for index, one in enumerate(conditions))
            case _:
                self.wrong(path, f"'{path[-1]}' must be a list of conditions")
                return ()

    def fact(self, key: str, written: object, path: Path) -> Iterator[tuple[str, Test]]:
        """One fact with its test, or the several of `header = { X-Foo = … }`."""
        word, _, header = key.partition(".")
        if header and word == HEADER:
            yield key.lower(), self.test(written, Fact(key, Sort.TEXT), path)
        elif key == HEADER and isinstance(written, dict):
            for name, value in written.items():
                yield from self.fact(f"{HEADER}.{name}", value, (*path, name))
        elif key in FACTS:
            yield key, self.test(written, Fact(key, FACTS[key]), path)
        elif key not in (ANY, NONE):
            self.misnamed(path, f"unknown fact '{key}' in 'when'{did_you_mean(key, WORDS)}")

    def test(self, written: object, fact: Fact, path: Path) -> Test:
        """What is asked of a fact: a plain value, a list of alternatives, or a table of operators."""
        match written:
            case [] | {} if not written:
                return self.wrong(path, f"nothing is asked of '{fact.name}' here")
            case list():
                return AnyOf(tuple(self.test(one, fact, (*path, index)) for index, one in enumerate(written)))
            case dict():
                return self.operators(written, fact, path)
            case _:
                return self.attempt(lambda: plain(written, fact, self.names), path)

    def operators(self, written: Mapping[str, object], fact: Fact, path: Path) -> Test:
        """`{ contains = …, not = … }`: each must hold."""
        tests = tuple(self.operator(word, value, fact, (*path, word)) for word, value in written.items())
        return tests[0] if len(tests) == 1 else AllOf(tests)

    def operator(self, word: str, written: object, fact: Fact, path: Path) -> Test:
        """One operator with what it is applied to."""
        if word == NOT:
            return Not(self.test(written, fact, path))
        try:
            ask = operator(word, fact)
        except ValueError as error:
            return self.misnamed(path, str(error))
        return self.attempt(lambda: ask(written, fact.sort), path)

    def attempt(self, read_one: Callable[[], Test], path: Path) -> Test:
        """The test, or NOTHING once its mistake was noted."""
        try:
            return read_one()
        except ValueError as error:
            return self.wrong(path, str(error))

    def wrong(self, path: Path, text: str) -> Test:
        """Note a mistake in a value; answers a test so that the reading goes on."""
        self.mistakes.append(InitErrorDetails(type="value_error", loc=path, input=None, ctx={"error": text}))
        return NOTHING

    def misnamed(self, path: Path, text: str) -> Test:
        """Note a mistake in a key."""
        kind = PydanticCustomError(MISNAMED, "misnamed", {"error": text})
        self.mistakes.append(InitErrorDetails(type=kind, loc=path, input=None))
        return NOTHING
