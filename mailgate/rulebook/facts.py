"""What the rules may ask of one fact of a mail: which plain values and which operators make sense for it.

Tables: FACTS says what each fact is, OPERATORS what may be asked of such a fact. Every function here reads one value
as a person wrote it and answers a core Test, or raises a ValueError whose sentence says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from pydantic_core import SchemaError, SchemaValidator, core_schema

from mailgate.core.conditions import Above, AnyOf, Below, Contains, Is, Like, Matches, Test
from mailgate.core.model import AuthLevel, Identity, MailKind
from mailgate.rulebook.fields import time_of_day
from mailgate.rulebook.names import Names
from mailgate.rulebook.opening_hours import DAYS
from mailgate.toml.complaints import as_written
from mailgate.toml.document import did_you_mean
from mailgate.toml.fields import octets


class Sort(Enum):
    """What a fact is; the value ends the sentence "it is compared with …"."""

    TEXT = "a text"
    SIZE = "a size such as '1 MB'"
    FLAG = "true or false"
    CLOCK = "a time of day such as '17:00'"


FACTS: Mapping[str, Sort] = {
    "to": Sort.TEXT,
    "from": Sort.TEXT,
    "sender_domain": Sort.TEXT,
    "customer": Sort.TEXT,
    "contact": Sort.TEXT,
    "queue": Sort.TEXT,
    "subject": Sort.TEXT,
    "body": Sort.TEXT,
    "language": Sort.TEXT,
    "size": Sort.SIZE,
    "has_attachment": Sort.FLAG,
    "identity": Sort.TEXT,
    "auth_level": Sort.TEXT,
    "calendar_open": Sort.FLAG,
    "kind": Sort.TEXT,
    "day": Sort.TEXT,
    "time": Sort.CLOCK,
}

CLOSED: Mapping[str, tuple[str, ...]] = {
    "identity": tuple(one.value for one in Identity),
    "auth_level": tuple(one.value for one in AuthLevel),
    "kind": tuple(one.value for one in MailKind),
    "day": DAYS,
}
"""Facts whose every possible value is known."""

DECLARED = ("queue", "customer")
"""Facts whose values are names that the rules declare; "" is a mail that has none."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that a rule asks about: its name for sentences, and what it is."""

    name: str
    sort: Sort


def plain(written: object, fact: Fact, names: Names) -> Test:
    """A single value that the fact must equal."""
    match fact.sort, written:
        case (Sort.FLAG, bool(flag)):
            return Is(flag)
        case (Sort.SIZE, int() | str()):
            return Is(octets(written))
        case (Sort.TEXT | Sort.CLOCK, str(text)):
            _refuse_impossible(text, fact, names)
            return Like(text)
        case _:
            raise ValueError(f"'{fact.name}' is compared with {fact.sort.value}, not {as_written(written)}")


def _refuse_impossible(text: str, fact: Fact, names: Names) -> None:
    """A word that the fact can never be is a slip of the pen; with a `*` in it we cannot tell."""
    if "*" in text or not text:
        return
    possible = CLOSED.get(fact.name)
    if possible is not None and text.casefold() not in possible:
        raise ValueError(f"'{fact.name}' is never '{text}'{did_you_mean(text, possible)}")
    if fact.name in DECLARED:
        names.refuse_unknown(fact.name, text)


def _texts(written: object) -> tuple[str, ...]:
    """One text or several, none of them empty: an empty text is contained in everything."""
    listed = written if isinstance(written, list) else [written]
    if not listed or not all(isinstance(one, str) and one for one in listed):
        raise ValueError("here must be a text or a list of texts, none of them empty")
    return tuple(listed)


def _contains(written: object, _: Sort) -> Test:
    return Contains(_texts(written))


def _regex(written: object, _: Sort) -> Test:
    patterns = tuple(map(_pattern, _texts(written)))
    return patterns[0] if len(patterns) == 1 else AnyOf(patterns)


def _pattern(text: str) -> Test:
    """Compiled by pydantic-core's Rust engine: linear time whatever a stranger writes, Unicode, no look-around."""
    try:
        schema = core_schema.str_schema(pattern=text, regex_engine="rust-regex")
        return Matches(text, SchemaValidator(schema).isinstance_python)
    except SchemaError as error:
        raise ValueError(f"bad regular expression '{text}': {_last_line(str(error))}") from None


def _last_line(message: str) -> str:
    """The engine's reason, without the drawing above it."""
    return message.rstrip().rpartition("\n")[2].strip().removeprefix("SchemaError: ").removeprefix("error: ")


def _above(written: object, sort: Sort) -> Test:
    return Above(_bound(written, sort))


def _below(written: object, sort: Sort) -> Test:
    return Below(_bound(written, sort))


def _bound(written: object, sort: Sort) -> int | str:
    return octets(written) if sort is Sort.SIZE else time_of_day(written).strftime("%H:%M")


Operator = Callable[[object, Sort], Test]

NOT = "not"
"""The one operator that every fact has; it takes any test, so `conditions` reads it."""

OPERATORS: Mapping[Sort, Mapping[str, Operator]] = {
    Sort.TEXT: {"contains": _contains, "regex": _regex},
    Sort.SIZE: {"above": _above, "below": _below},
    Sort.FLAG: {},
    Sort.CLOCK: {"above": _above, "below": _below},
}


def operator(word: str, fact: Fact) -> Operator:
    """What an operator's word means for a fact; ValueError with the nearest word that means something."""
    meant = OPERATORS[fact.sort].get(word)
    if meant is None:
        known = (*OPERATORS[fact.sort], NOT)
        raise ValueError(f"unknown operator '{word}' for '{fact.name}'{did_you_mean(word, known)}")
    return meant
