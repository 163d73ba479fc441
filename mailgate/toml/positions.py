"""Where every key and every value of a TOML document stands.

tomllib gives values without places. `locate` walks a text that tomllib has already accepted, so it never judges: it
only has to find where one thing ends and the next begins. It follows the grammar of TOML 1.0 and skips line ends and
comments inside inline tables too (TOML 1.1). A property test holds its set of paths equal to tomllib's.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""Keys and list indices from the root of a document to one value."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Line and column, both counted from 1, in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Span:
    """Where the key and the value begin. Of a table with a header of its own, `value` is the header's bracket."""

    key: Position
    value: Position


_BLANK = re.compile(r"[ \t]*")
_BETWEEN = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^\s,\]}#]+(?: [0-9]{2}:[^\s,\]}#]+)?")
_STRINGS = {
    '"""': re.compile(r'"""(?:(?>[^"\\]|\\.|"{1,2}(?!")))*+"{3,5}', re.DOTALL),
    "'''": re.compile(r"'''(?:(?>[^']|'{1,2}(?!')))*+'{3,5}"),
    '"': re.compile(r'"(?:[^"\\]|\\.)*+"'),
    "'": re.compile(r"'[^']*+'"),
}


def locate(source: str) -> dict[Path, Span]:
    """The place of every path of a document that tomllib accepts; the root itself has none."""
    walk = _Walk(source)
    walk.document()
    lines = [0, *(found.end() for found in re.finditer("\n", source))]
    return {path: Span(_position(lines, key), _position(lines, value)) for path, (key, value) in walk.found.items()}


def position(source: str, offset: int) -> Position:
    """Line and column of a character offset."""
    return Position(source.count("\n", 0, offset) + 1, offset - source.rfind("\n", 0, offset))


def _position(lines: list[int], offset: int) -> Position:
    line = bisect_right(lines, offset)
    return Position(line, offset - lines[line - 1] + 1)


@dataclass(slots=True)
class _Walk:
    """One pass over `text`: `at` moves forward, `found` keeps (key offset, value offset) of each path's first sight.

    `last` is the index of the newest element of each array of tables."""

    text: str
    at: int = 0
    found: dict[Path, tuple[int, int]] = field(default_factory=dict)
    last: dict[Path, int] = field(default_factory=dict)

    def document(self) -> None:
        """Every statement, to the end."""
        table: Path = ()
        self.skip(_BETWEEN)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip(_BETWEEN)

    def header(self) -> Path:
        """`[a.b]` or `[[a.b]]`: the path of the table that the following pairs belong to."""
        bracket = self.at
        double = self.text.startswith("[[", bracket)
        self.at += 2 if double else 1
        *parents, (name, offset) = self.dotted_key()
        path = (*self.enter(parents, bracket), name)
        self.note(path, offset, bracket)
        self.at += 2 if double else 1
        return self.element(path, bracket) if double else self.newest(path)

    def enter(self, names: list[tuple[str, int]], bracket: int) -> Path:
        """The path of a header's parents; a parent that is an array of tables means its newest element."""
        path: Path = ()
        for name, offset in names:
            path = (*path, name)
            self.note(path, offset, bracket)
            path = self.newest(path)
        return path

    def newest(self, path: Path) -> Path:
        return (*path, self.last[path]) if path in self.last else path

    def element(self, path: Path, bracket: int) -> Path:
        """One more element of the array of tables at `path`."""
        self.last[path] = self.last.get(path, -1) + 1
        self.note(self.newest(path), bracket, bracket)
        return self.newest(path)

    def pair(self, table: Path) -> None:
        """`a.b = value`"""
        *parents, (name, offset) = self.dotted_key()
        path = table
        for parent, place in parents:
            path = (*path, parent)
            self.note(path, place, place)
        self.at += 1
        self.skip(_BETWEEN)
        path = (*path, name)
        self.note(path, offset, self.at)
        self.value(path)

    def value(self, path: Path) -> None:
        """Whatever stands right of an equals sign or in a list."""
        match self.text[self.at]:
            case '"' | "'":
                self.skip(self.quoting())
            case "[":
                self.array(path)
            case "{":
                self.inline_table(path)
            case _:
                self.skip(_SCALAR)

    def array(self, path: Path) -> None:
        """`[1, 2]`"""
        self.at += 1
        index = 0
        while self.another("]"):
            self.note((*path, index), self.at, self.at)
            self.value((*path, index))
            index += 1

    def inline_table(self, path: Path) -> None:
        """`{ a = 1, b = 2 }`"""
        self.at += 1
        while self.another("}"):
            self.pair(path)

    def another(self, close: str) -> bool:
        """Step over the comma to the next item; False, and past the closing bracket, when there is none."""
        self.skip(_BETWEEN)
        if self.text[self.at] == ",":
            self.at += 1
            self.skip(_BETWEEN)
        if self.text[self.at] != close:
            return True
        self.at += 1
        return False

    def dotted_key(self) -> list[tuple[str, int]]:
        """The parts of a key with their offsets; `at` ends on what follows the key and its blanks."""
        parts = [self.simple_key()]
        while self.text[self.at] == ".":
            self.at += 1
            parts.append(self.simple_key())
        return parts

    def simple_key(self) -> tuple[str, int]:
        """One part of a key, decoded, with its offset."""
        self.skip(_BLANK)
        offset = self.at
        quoted = self.text[offset] in "\"'"
        written = self.skip(self.quoting() if quoted else _BARE_KEY)
        self.skip(_BLANK)
        return next(iter(tomllib.loads(f"{written}=0"))) if quoted else written, offset

    def quoting(self) -> re.Pattern[str]:
        """The pattern of the string that begins here."""
        return next(pattern for quotes, pattern in _STRINGS.items() if self.text.startswith(quotes, self.at))

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Move past what the pattern matches here, and answer it; "" when it does not match."""
        matched = pattern.match(self.text, self.at)
        if matched is None:
            return ""
        self.at = matched.end()
        return matched.group()

    def note(self, path: Path, key: int, value: int) -> None:
        """Remember a path when it is seen for the first time."""
        self.found.setdefault(path, (key, value))
