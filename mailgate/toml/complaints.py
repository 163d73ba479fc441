"""What pydantic has against a document, in an administrator's words.

Every kind of pydantic error that our models can cause has its sentence in `SENTENCES`; a test goes through them. The
sentences of our own validators (a ValueError each) are used as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from mailgate.toml.mistakes import did_you_mean, nearest
from mailgate.toml.positions import Path


@dataclass(frozen=True, slots=True)
class Complaint:
    """A sentence about the value at `path`, or about its key."""

    path: Path
    text: str
    about_key: bool = False


@dataclass(frozen=True, slots=True)
class _Trouble:
    """One error of pydantic's: `context` holds the numbers and words that its sentence needs."""

    kind: str
    path: Path
    given: object
    context: Mapping[str, Any]
    message: str
    model: type[BaseModel]

    @property
    def named(self) -> Path:
        """The path up to its last name: a complaint about an entry of a list names the list."""
        return (
            self.path if not self.path or isinstance(self.path[-1], str) else replace(self, path=self.path[:-1]).named
        )

    @property
    def key(self) -> str:
        """The key it is about."""
        return str(self.named[-1]) if self.named else "the document"

    @property
    def table(self) -> str:
        """ " in [queue.urgent]", the table that holds the key; "" at the top of the document."""
        return in_table(self.named[:-1])


MISNAMED = "misnamed"
"""The kind of a PydanticCustomError (with `error`) that says: the key at that path is wrong, not its value."""

ABOUT_KEYS = frozenset({"extra_forbidden", MISNAMED})
KEY_MARK = "[key]"
"""pydantic ends the path of a key that is no valid key with this."""


def complaints(error: ValidationError, model: type[BaseModel]) -> Iterator[Complaint]:
    """Every complaint of a validation of `model`, in pydantic's order."""
    for one in error.errors(include_url=False):
        path = tuple(part for part in one["loc"] if part != KEY_MARK)
        trouble = _Trouble(one["type"], path, one["input"], one.get("ctx", {}), one["msg"], model)
        sentence = SENTENCES.get(trouble.kind, _other)
        place = path[:-1] if trouble.kind == "missing" else path
        yield Complaint(place, sentence(trouble), about_key=trouble.kind in ABOUT_KEYS or path != one["loc"])


def in_table(path: Path) -> str:
    """ " in [queue.urgent]" or " in [[rule.example]]", as the header would be written; "" for the root."""
    names = ".".join(part for part in path if isinstance(part, str))
    if not names:
        return ""
    return f" in [[{names}]]" if isinstance(path[-1], int) else f" in [{names}]"


def _unknown(trouble: _Trouble) -> str:
    known = keys_at(trouble.model, trouble.path[:-1])
    return f"unknown key '{trouble.key}'{trouble.table}{did_you_mean(trouble.key, known)}"


def _missing(trouble: _Trouble) -> str:
    return f"missing key '{trouble.key}'{trouble.table}"


def _own_words(trouble: _Trouble) -> str:
    return str(trouble.context["error"])


def _choice(trouble: _Trouble) -> str:
    expected = trouble.context["expected"]
    near = nearest(str(trouble.given), re.findall(r"'([^']*)'", expected))
    hint = f" (did you mean '{near}'?)" if near is not None else ""
    return f"'{trouble.key}'{trouble.table} must be {expected}, not {as_written(trouble.given)}{hint}"


def _must_be(what: str) -> Callable[[_Trouble], str]:
    return lambda trouble: f"'{trouble.key}'{trouble.table} must be {what}, not {as_written(trouble.given)}"


def _at_least(trouble: _Trouble) -> str:
    return f"'{trouble.key}'{trouble.table} must be at least {trouble.context['ge']}, not {as_written(trouble.given)}"


def _at_most(trouble: _Trouble) -> str:
    return f"'{trouble.key}'{trouble.table} must be at most {trouble.context['le']}, not {as_written(trouble.given)}"


def _empty(trouble: _Trouble) -> str:
    return f"'{trouble.key}'{trouble.table} must not be empty"


def _other(trouble: _Trouble) -> str:
    return f"'{trouble.key}'{trouble.table}: {trouble.message}"


def as_written(given: object) -> str:
    """A value as TOML writes it, as far as a sentence needs it."""
    match given:
        case bool():
            return str(given).lower()
        case str():
            return f"'{given}'"
        case dict():
            return "a table"
        case list():
            return "a list"
        case _:
            return str(given)


SENTENCES: Mapping[str, Callable[[_Trouble], str]] = {
    "extra_forbidden": _unknown,
    "missing": _missing,
    "value_error": _own_words,
    MISNAMED: _own_words,
    "enum": _choice,
    "literal_error": _choice,
    "string_type": _must_be("a text"),
    "int_type": _must_be("a whole number"),
    "bool_type": _must_be("true or false"),
    "list_type": _must_be("a list"),
    "dict_type": _must_be("a table"),
    "model_type": _must_be("a table"),
    "greater_than_equal": _at_least,
    "less_than_equal": _at_most,
    "too_short": _empty,
    "string_too_short": _empty,
}


def keys_at(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    """The keys that a table at `path` may hold, as the models say; () where any key will do."""
    here: object = model
    for part in path:
        here = _inside(here, part)
    found = next(_models(here), None)
    return tuple(_keys(found)) if found is not None else ()


def _keys(model: type[BaseModel]) -> dict[str, object]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _inside(annotation: object, part: str | int) -> object:
    """What the element `part` of a value of this type may be."""
    for option in _options(annotation):
        if isinstance(option, type) and issubclass(option, BaseModel):
            return _keys(option).get(str(part))
        if get_origin(option) in (dict, list):
            return get_args(option)[-1]
    return None


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    return (one for one in _options(annotation) if isinstance(one, type) and issubclass(one, BaseModel))


def _options(annotation: object) -> Iterator[object]:
    """The alternatives of a type, without what Annotated adds and without None."""
    match get_origin(annotation):
        case origin if origin is Union or origin is UnionType:
            for one in get_args(annotation):
                yield from _options(one)
        case origin if origin is Annotated:
            yield from _options(get_args(annotation)[0])
        case _ if annotation is not NoneType:
            yield annotation
