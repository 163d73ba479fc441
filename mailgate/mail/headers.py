"""The only writer of header fields.

Everything a stranger can write ends in a `Field`, a name and words of visible ASCII, and `written` refuses anything
else: no character can end the line, so nothing can add a header (hazards M10, A43). The standard library isn't asked:
it loses blanks of French subjects, swallows addresses behind long accented names and encodes long References
(libraries.md finding 5).

Lines are folded at blanks that were there, at 78 characters where a word is short enough, and never exceed 998
(RFC 5322 §2.1.1). Text that isn't plain becomes encoded words of whole UTF-8 characters (RFC 2047 §2 and §5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

from mailgate.mail.text import clean_header

FOLD_AT = 78
WORD_MOST = 66
"""Longest word of plain text that is left as it is."""
ENCODED_MOST = 48
"""Encoded characters in one encoded word: short enough to stand on the line of the longest field name we use."""
IDENTIFIER_MOST = 900
UNDISCLOSED = ("undisclosed-recipients:;",)

_VISIBLE = re.compile(r"[!-~]{1,960}")  # 998 with ": " and the longest name we use
_IDENTIFIER = re.compile(rf"<[!-;=?-~]{{3,{IDENTIFIER_MOST}}}>")
_PLAIN_NAME = re.compile(r"[^\"\\]*")
_ADDRESS = re.compile(
    r"([\w!#$%&'*+/=?^`{|}~.-]+|\"([\w !#$%&'*+/=?^`{|}~.,:;<>()@\[\]-])+\")@(\[[0-9A-Za-z.:]+\]|[\w.-]+)",
    re.ASCII,
)
_ADDRESS_MOST = 320
_REPEATED = 16
"""How many texts are remembered as encoded words, and dates: those that the letters of one decision share."""
_Q_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_ATTRIBUTE = re.compile(r"[A-Za-z0-9._-]{1,60}")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: its words are joined by single blanks, at which it may be folded."""

    name: str
    words: tuple[str, ...]

    def lines(self) -> str:
        """The field as it is sent, CRLF included; ValueError when a word isn't visible ASCII."""
        line = f"{self.name}: {' '.join(self.words)}"
        short = len(line) <= FOLD_AT and self.words and line.isascii() and line.isprintable()
        if short and line.split() == [f"{self.name}:", *self.words]:  # what the check below finds out word by word
            return f"{line}\r\n"
        if not all(map(_VISIBLE.fullmatch, (self.name, *self.words))):
            raise ValueError(f"header {self.name} holds what no header may hold")
        return self._folded()

    def _folded(self) -> str:
        rows = [f"{self.name}:"]
        for place, word in enumerate(self.words):
            if place and len(rows[-1]) + 1 + len(word) > FOLD_AT:
                rows.append("")
            rows[-1] += f" {word}"
        return "\r\n".join(rows) + "\r\n"


def written(fields: Iterable[Field]) -> bytes:
    """A block of header fields, without the empty line that ends it."""
    return "".join(field.lines() for field in fields).encode("ascii")


def text_field(name: str, text: str) -> Field:
    """A field of free text: plain words as they are, the rest encoded from the first word that needs it."""
    words = clean_header(text).split(" ")
    first = next((place for place, word in enumerate(words) if not _is_plain(word)), len(words))
    encoded = encoded_words(" ".join(words[first:])) if first < len(words) else ()
    return Field(name, tuple(word for word in words[:first] if word) + encoded)


def mailbox_field(name: str, address: str, display_name: str = "") -> Field:
    """A field of one mailbox; an address that ASCII can't write is left to the envelope."""
    if len(address) > _ADDRESS_MOST or not _ADDRESS.fullmatch(address):
        return Field(name, UNDISCLOSED)
    shown = clean_header(display_name)
    if not shown:
        return Field(name, tuple(address.split(" ")))
    return Field(name, (*_phrase(shown), *f"<{address}>".split(" ")))


def path_field(name: str, path: str) -> Field:
    """A field of a path that an envelope named, as it is; one that ASCII can't write is encoded for people to read."""
    return fixed_field(name, path) if _VISIBLE.fullmatch(path) else text_field(name, path)


def identifiers_field(name: str, identifiers: Iterable[str]) -> Field | None:
    """A field of Message-IDs, each once and never encoded; None when not one of them is usable."""
    usable = tuple(dict.fromkeys(one for one in identifiers if _IDENTIFIER.fullmatch(one) and "=?" not in one))
    return Field(name, usable) if usable else None


def date_field(name: str, at: datetime) -> Field:
    """A date and time, with the offset that `at` carries (RFC 5322 §3.3)."""
    return Field(name, _dated(at, at.utcoffset()))


@lru_cache(maxsize=_REPEATED)
def _dated(at: datetime, _offset: timedelta | None) -> tuple[str, ...]:
    """The words of a date, which all letters of a decision share; equal instants may have different offsets."""
    return tuple(format_datetime(at).split(" "))


def fixed_field(name: str, value: str) -> Field:
    """A field whose value is ours."""
    return Field(name, tuple(value.split(" ")))


def named_field(name: str, value: str, parameter: str, file_name: str) -> Field:
    """A value with a file name: quoted when it is simple, else percent-encoded in numbered pieces (RFC 2231 §3, §4)."""
    if _ATTRIBUTE.fullmatch(file_name):
        return Field(name, (f"{value};", f'{parameter}="{file_name}"'))
    pieces = _packed((_percent(char) for char in file_name), ENCODED_MOST)
    heads = [f"{parameter}*{place}*=" for place in range(len(pieces))] if len(pieces) > 1 else [f"{parameter}*="]
    tokens = [f"{head}{piece}" for head, piece in zip(heads, ["utf-8''" + pieces[0], *pieces[1:]], strict=True)]
    return Field(name, (f"{value};", *(f"{token};" for token in tokens[:-1]), tokens[-1]))


@lru_cache(maxsize=_REPEATED)
def encoded_words(text: str) -> tuple[str, ...]:
    """Text as "Q" encoded words that also may stand in a display name (RFC 2047 §5 (3))."""
    return tuple(f"=?utf-8?q?{piece}?=" for piece in _packed(map(_q, text), ENCODED_MOST))


def _is_plain(word: str) -> bool:
    return word.isascii() and "=?" not in word and len(word) <= WORD_MOST


def _phrase(name: str) -> tuple[str, ...]:
    """A display name as a quoted string, or as encoded words when that can't hold it."""
    words = name.split(" ")
    if _PLAIN_NAME.fullmatch(name) and all(map(_is_plain, words)):
        return tuple(f'"{name}"'.split(" "))
    return encoded_words(name)


def _q(char: str) -> str:
    if char in _Q_SAFE:
        return char
    return "_" if char == " " else "".join(f"={octet:02X}" for octet in char.encode("utf-8", "replace"))


def _percent(char: str) -> str:
    if _ATTRIBUTE.fullmatch(char):
        return char
    return "".join(f"%{octet:02X}" for octet in char.encode("utf-8", "replace"))


def _packed(units: Iterable[str], most: int) -> list[str]:
    """Units joined into pieces of at most `most` characters, no unit cut."""
    pieces = [""]
    for unit in units:
        if len(pieces[-1]) + len(unit) > most:
            pieces.append("")
        pieces[-1] += unit
    return pieces
