"""Where a mail program says, by its HTML, that the writer's signature stands: it needs no "-- " to be known there.

The mark alone is not believed. People write below their signature and into it, so what stands in the mark is only set
apart as a plain mail would do it, and whoever reads the text decides, as for any other signature (see signature.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailgate.mail.lines import command_line

DELIMITER = "--"
_IDS = frozenset(("Signature", "ms-outlook-mobile-signature", "composer_signature", "Zm-_Id_-Sgn"))
_CLASSES = frozenset(("gmail_signature", "moz-signature", "protonmail_signature_block"))
_MOST = 20


def is_signature(attributes: Mapping[str, str | None]) -> bool:
    """Whether an element with these attributes is what a mail program puts a signature into."""
    classes = attributes.get("class")
    return attributes.get("id") in _IDS or (classes is not None and not _CLASSES.isdisjoint(classes.split()))


@dataclass(slots=True)
class Signed:
    """The marks of one page, as the lines from which and up to which they reach; those within another don't count."""

    open: int = 0
    _begin: int = 0
    _ranges: list[tuple[int, int]] = field(default_factory=list)

    def begin(self, line: int) -> None:
        """A mark begins before this line."""
        if not self.open:
            self._begin = line
        self.open += 1

    def end(self, line: int) -> None:
        """The innermost mark ends before this line."""
        self.open -= 1
        if not self.open and len(self._ranges) < _MOST:
            self._ranges.append((self._begin, line))

    def set_apart(self, lines: list[str]) -> list[str]:
        """The lines, with a delimiter above the signature when nothing but a rule stands below it, and in it no
        command: somebody wants that obeyed."""
        last = next((index for index in range(len(lines) - 1, -1, -1) if lines[index].strip(" _-")), -1)
        for begin, end in self._ranges:
            ordered = any(map(command_line, lines[begin:end]))
            if begin <= last < end and not ordered and DELIMITER not in _around(lines, begin):
                return [*lines[:begin], DELIMITER, *lines[begin:]]
        return lines


def _around(lines: list[str], at: int) -> tuple[str, ...]:
    """The last words above and the first words below."""
    said = [line.strip() for line in lines[:at]][::-1], [line.strip() for line in lines[at:]]
    return tuple(next(filter(None, words), "") for words in said)
