"""One TOML file: read, placed, and checked against a pydantic model.

A file goes through three gates, and each gate says all that it has to say: it can be read and is UTF-8, tomllib
accepts it, the model accepts it. What passes the second gate is a `Source`: cross-file checks look at it even when the
model found mistakes, so that an administrator hears of everything at once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mailgate.toml.complaints import Complaint, complaints
from mailgate.toml.mistakes import Collected, Mistake, Place, SiteMistakes, did_you_mean
from mailgate.toml.positions import Path, Position, Span, locate, position

__all__ = ["Collected", "Mistake", "Place", "SiteMistakes", "Source", "did_you_mean", "parse", "read"]

Model = TypeVar("Model", bound=BaseModel)

_AT_LINE = re.compile(r"(.*) \(at line (\d+), column (\d+)\)", re.DOTALL)
_TWICE = re.compile(r"Cannot declare \((.*)\) twice")
_QUOTED = r"'([^']*)'"
_AT_END = " (at end of document)"
_PLAINER = {
    "Cannot overwrite a value": "this key is already set in this table",
    "Expected '=' after a key in a key/value pair": "a key wants '=' and a value after it",
    "Invalid value": "this is not a value: a text needs quotes",
}
"""tomllib's words that an administrator would have to guess at."""

START = Position(1, 1)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that tomllib accepts. `name` is how mistakes call it; `data` is the raw document."""

    name: str
    data: Mapping[str, Any]
    spans: Mapping[Path, Span] = field(repr=False)

    def span(self, path: Path) -> Span:
        """Where a path stands, or the nearest table around it that was written down."""
        while path and path not in self.spans:
            path = path[:-1]
        return self.spans.get(path, Span(START, START))

    def at_key(self, path: Path, text: str) -> Mistake:
        """A mistake about a key."""
        at = self.span(path).key
        return Mistake(self.name, at.line, at.column, text)

    def at_value(self, path: Path, text: str) -> Mistake:
        """A mistake about a value (of a table with a header: about the table)."""
        return self.place(path).mistake(text)

    def place(self, path: Path) -> Place:
        """Where a value is written."""
        at = self.span(path).value
        return Place(self.name, at.line, at.column)

    def texts(self, *pattern: str) -> Iterator[tuple[Path, str]]:
        """Every text at the paths of a pattern ("*" is any key or index), whatever else is wrong around it."""
        return ((path, found) for path, found in _at(self.data, (), pattern) if isinstance(found, str))

    def paths(self, *pattern: str) -> Iterator[Path]:
        """Every path of a pattern that the document has."""
        return (path for path, _ in _at(self.data, (), pattern))

    def check(self, model: type[Model], context: object = None) -> Model:
        """The document as a model; raises SiteMistakes with every complaint that pydantic has."""
        try:
            return model.model_validate(self.data, context=context)
        except ValidationError as error:
            raise SiteMistakes(self._placed(one) for one in complaints(error, model)) from None

    def _placed(self, complaint: Complaint) -> Mistake:
        place = self.at_key if complaint.about_key else self.at_value
        return place(complaint.path, complaint.text)


def read(path: FilePath, model: type[Model], name: str) -> tuple[Source, Model]:
    """A file as a model, beside the places of its values; raises SiteMistakes."""
    source = parse(path, name)
    return source, source.check(model)


def parse(path: FilePath, name: str) -> Source:
    """The raw document of a file; raises SiteMistakes (with one mistake) when there is none."""
    text = _decoded(_octets(path, name), name)
    try:
        return Source(name, tomllib.loads(text), locate(text))
    except RecursionError:
        raise SiteMistakes([Mistake(name, 1, 1, "lists or tables are nested too deeply")]) from None
    except ValueError as error:
        raise SiteMistakes([_syntax(str(error), text, name)]) from None


def _octets(path: FilePath, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SiteMistakes([Mistake(name, 0, 0, f"cannot be read: {error.strerror}")]) from None


def _decoded(raw: bytes, name: str) -> str:
    """UTF-8 text; the mark that some Windows editors put first is no part of it."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        place = position(before, len(before))
        octet = error.object[error.start]
        text = f"octet 0x{octet:02x} is not UTF-8: save the file in UTF-8"
        raise SiteMistakes([Mistake(name, place.line, place.column, text)]) from None


def _syntax(message: str, text: str, name: str) -> Mistake:
    found = _AT_LINE.fullmatch(message)
    if found is not None:
        return Mistake(name, int(found[2]), int(found[3]), _plainer(found[1]))
    if message.endswith(_AT_END):
        end = position(text, len(text))
        return Mistake(name, end.line, end.column, f"{_plainer(message.removesuffix(_AT_END))}, and the file ends here")
    return Mistake(name, 1, 1, message)


def _plainer(message: str) -> str:
    twice = _TWICE.fullmatch(message)
    if twice is not None:
        return f"[{'.'.join(re.findall(_QUOTED, twice[1]))}] is already declared in this file"
    return _PLAINER.get(message, message)


def _at(value: object, path: Path, pattern: tuple[str, ...]) -> Iterator[tuple[Path, object]]:
    if not pattern:
        yield path, value
        return
    for key, inner in _entries(value):
        if pattern[0] in ("*", key):
            yield from _at(inner, (*path, key), pattern[1:])


def _entries(value: object) -> Iterator[tuple[str | int, object]]:
    match value:
        case dict():
            yield from value.items()
        case list():
            yield from enumerate(value)
        case _:
            return
