"""One line of a delivery report in prose: what is said on it, and which addresses stand where on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailgate.mail import limits
from mailgate.mail.sayings import GLUE, HEADINGS, LABELS, OTHER_HEADINGS, RETURNED, SAYINGS, Place, Saying
from mailgate.mail.statuses import safe_address

_CHAR = r"""[^\s<>()\[\]",;:|@\\]"""
_ADDRESS = re.compile(rf"(?:(?<!{_CHAR})|(?<='))(?:smtp=)?((?!'){_CHAR}{{1,64}}@\w[\w.-]{{0,253}}\w)")
_ENDS_ADDRESS = re.compile(r"""[>"'\]})]*(?:$|\s*[:;,.(\[*=#-]|\s+on\b)""")
_BETWEEN_ADDRESSES = re.compile(r"""[\s,;<>"'\[\]()]{0,20}""")
_ORIGIN = re.compile(r"\((?:ultimately )?(?:generated|expanded) from:? <?")
_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_RULES = ("--", "==", "__", "|-")
_MOST_GLUE = 80  # characters


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is looked at: blanks collapsed, `low` in lower case, `deep` columns from the left."""

    raw: str
    words: str
    low: str
    deep: int


@dataclass(frozen=True, slots=True)
class Mention:
    """The addresses that a line begins with, behind `label`; `rest` is what follows them, `ends` that it is not prose.

    `bracketed` for "<a@b.example>:", which is how qmail and Postfix begin a paragraph about a recipient."""

    addresses: tuple[str, ...]
    label: str
    rest: str
    ends: bool
    bracketed: bool

    @property
    def is_first(self) -> bool:
        """Whether nothing but a bullet or a label stands before; X.400 addresses have one inside."""
        if self.label.endswith(";dda:"):
            return True
        return _DIGIT.search(self.label) is None and LABELS.issuperset(_WORD.findall(self.label))

    @property
    def is_origin(self) -> bool:
        """Whether this is what somebody wrote to, given for what it stands for: "(expanded from <a@b.example>)"."""
        return _ORIGIN.fullmatch(self.label) is not None


def read_line(raw: str) -> Line:
    """Prepare a line; what is beyond `limits.LINE_CHARS` is not looked at."""
    raw = raw[: limits.LINE_CHARS].expandtabs(8)
    words = " ".join(raw.replace("’", "'").split())
    low = words.lower()
    return Line(raw, words, low if len(low) == len(words) else words, len(raw) - len(raw.lstrip()))


def begins_returned(line: Line) -> bool:
    """Whether behind this line stands the mail that did not arrive."""
    if any(words in line.low for words in RETURNED):
        return True
    if not line.low.startswith(_RULES) or "@" in line.low or " " not in line.low.strip("-=_| "):
        return False
    return bool(HEADINGS.intersection(_WORD.findall(line.low))) and not any(word in line.low for word in OTHER_HEADINGS)


def heard(before: str, line: Line) -> Iterator[tuple[Saying, int]]:
    """The sayings that end on this line, and where; they may begin on the one before. Nothing on a quoted line."""
    if line.low.startswith(">"):
        return
    both = f"{before} {line.low}" if before else line.low
    begin = len(both) - len(line.low)
    for saying in SAYINGS:
        at = both.rfind(saying.words)
        end = at + len(saying.words) - begin
        if at >= 0 and end > 0 and (saying.place is not Place.BEHIND or at == begin):
            yield saying, end


def behind(line: Line, end: int) -> Iterator[str]:
    """The addresses right behind words that end at `end`."""
    for found in _ADDRESS.finditer(line.low, end):
        between = line.low[end : found.start()]
        if len(between) > _MOST_GLUE or ". " in between or not GLUE.issuperset(_WORD.findall(between)):
            return
        yield from _address(line, found)
        end = found.end()


def mention(line: Line) -> Mention | None:
    """The first address on a line, and those behind it with nothing but punctuation between."""
    found = first = _ADDRESS.search(line.low)
    if first is None or found is None:
        return None
    addresses = list(_address(line, first))
    for other in _ADDRESS.finditer(line.low, first.end()):
        if _BETWEEN_ADDRESSES.fullmatch(line.low, found.end(), other.start()) is None:
            break
        addresses.extend(_address(line, other))
        found = other
    label, ends = line.low[: first.start()], _ENDS_ADDRESS.match(line.low, found.end()) is not None
    bracketed = label == "<" and line.low.startswith(">:", found.end())
    return Mention(tuple(addresses), label, _rest(line.words[found.end() :]), ends, bracketed)


def is_rule(line: Line) -> bool:
    """Whether a line only divides others, perhaps with a heading in it."""
    return line.words.startswith(("---", "===", "***", "___")) or not _WORD.search(line.words)


def _rest(words: str) -> str:
    rest = words.lstrip(" >:;,.\"')]}*-")
    return "" if rest.startswith("on ") else rest


def _address(line: Line, found: re.Match[str]) -> Iterator[str]:
    """An address as `safe_address` has it, but only one of a domain that has a dot."""
    address = safe_address(line.words[found.start(1) : found.end(1)].strip("."))
    if "." in address.rpartition("@")[2]:
        yield address
