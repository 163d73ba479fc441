"""Content-Type and Content-Disposition: a value and its parameters (RFC 2045 §5.1, RFC 2231), read once over.

Names in RFC 2231, in encoded words, in raw octets or in nothing valid at all are all names that people gave to files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from mailgate.mail import charset, limits
from mailgate.mail.fields import decode_words

_PARAMETER = re.compile(r';\s*([^\s=;"]{1,80})\s*=\s*(?:"((?:[^"\\]|\\.)*+)"?|([^;]*))', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_SECTION = re.compile(r"([^*]+)(?:\*([0-9]{1,3}))?(\*)?")
_CONTENT_TYPE = re.compile(r"[!#$&^_.+a-z0-9-]{1,100}/[!#$&^_.+a-z0-9-]{1,100}")
_MOST = 100


@dataclass(frozen=True, slots=True)
class Value:
    """The word before the first ";" in lower case, and the decoded parameters under lower-case names."""

    word: str
    parameters: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """The parameter `name`, or ""; of several, the first."""
        return next((value for key, value in self.parameters if key == name), "")


@dataclass(frozen=True, slots=True)
class _Section:
    """One piece of a parameter; `charset` and percent signs only where RFC 2231 marks them by a trailing "*"."""

    number: int
    text: str
    encoded: bool


def read_value(octets: bytes) -> Value:
    """Read one field with parameters; at most 100 parameters are looked at."""
    text = charset.decode(octets[: 4 * limits.FIELD_CHARS])
    word, _, _ = text.partition(";")
    pieces: dict[str, list[_Section]] = {}
    for count, found in enumerate(_PARAMETER.finditer(text)):
        if count == _MOST:
            break
        name, section = _section(found)
        pieces.setdefault(name, []).append(section)
    return Value(word.strip().lower(), tuple((name, _joined(sections)) for name, sections in pieces.items()))


def content_type(value: Value, default: str) -> str:
    """The media type, or `default` when there is none; text/plain for what is no media type (RFC 2045 §5.2)."""
    if not value.word:
        return default
    found = _CONTENT_TYPE.match(value.word)
    return found[0] if found and not value.word[found.end() :][:1].strip() else "text/plain"


def _section(found: re.Match[str]) -> tuple[str, _Section]:
    quoted = found[2] is not None
    text = _ESCAPED.sub(r"\1", found[2]) if quoted else found[3].strip()
    parts = _SECTION.fullmatch(found[1].lower())
    if parts is None:
        return found[1].lower(), _Section(0, text, encoded=False)
    return parts[1], _Section(int(parts[2] or 0), text, encoded=parts[3] is not None)


def _joined(sections: list[_Section]) -> str:
    """The pieces in the order of their numbers; a plain single piece may hold encoded words, against RFC 2047 §5."""
    ordered = sorted(sections, key=lambda section: section.number)
    if not any(section.encoded for section in ordered):
        return decode_words("".join(section.text for section in ordered))
    declared, text = _without_charset(ordered[0])
    octets = [_octets(section, text if index == 0 else section.text) for index, section in enumerate(ordered)]
    return charset.decode(b"".join(octets), declared)


def _without_charset(section: _Section) -> tuple[str, str]:
    """Take `charset'language'` off the first piece."""
    pieces = section.text.split("'", 2)
    return (pieces[0], pieces[2]) if section.encoded and len(pieces) == 3 else ("", section.text)


def _octets(section: _Section, text: str) -> bytes:
    return unquote_to_bytes(text) if section.encoded else text.encode("utf-8", "replace")
