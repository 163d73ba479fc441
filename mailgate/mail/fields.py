"""The header block of a mail or of a part: octets to fields, once over, each decoded by itself.

The standard library is not asked: its header parser raises on ten-octet headers and is quadratic in others (hazards
M9, M11). What cannot be decoded is shown as well as possible; a field never makes another unreadable.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailgate.mail import charset, limits
from mailgate.mail.text import clean_header

_BLANK_LINE = re.compile(rb"^\r?\n", re.MULTILINE)
_FIELD = re.compile(rb"([!-9;-~\x80-\xff]{1,200})[ \t]*:")
_FROM_LINES = re.compile(rb"^from[ \t]*:", re.MULTILINE | re.IGNORECASE)
_UNIX_FROM = re.compile(rb">?From [^\n]*\n")
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,70})\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: lower-case name, and its unfolded octets."""

    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """The header block at the start of some octets, and where the body behind it begins.

    `from_lines` counts the From fields that any reader could see in it: also beyond a cap, behind a line that is no
    field, or written "From :". More than one means that nobody knows who wrote the mail (hazards §2.4).
    `whole` is False when there is more than the caps let through."""

    fields: tuple[Field, ...]
    body: int
    from_lines: int = 0
    defects: tuple[str, ...] = ()
    whole: bool = True

    def all(self, name: str) -> tuple[bytes, ...]:
        """Every value of the field `name` (lower case), in wire order."""
        return tuple(field.value for field in self.fields if field.name == name)

    def first(self, name: str) -> bytes:
        """The first value of `name`, or b""."""
        for field in self.fields:
            if field.name == name:
                return field.value
        return b""


def read_block(raw: bytes, start: int, end: int) -> Block:
    """Read the header block of `raw[start:end]`; every cap that was reached is a defect."""
    start = _after_unix_from(raw, start, end)
    blank = _BLANK_LINE.search(raw, start, end)
    stop = blank.start() if blank else end
    cut = _cut(raw, start, stop)
    lines = raw[start:cut].split(b"\n")
    fields, used = _fields(lines)
    defects = []
    if cut < stop:
        defects.append(f"header block over {limits.HEADER_OCTETS} octets")
    if len(fields) > limits.HEADER_FIELDS:
        defects.append(f"more than {limits.HEADER_FIELDS} header fields")
    whole = not defects
    body = blank.end() if blank else end
    if used is not None:
        defects.append("a line among the header fields is not one")
        body = start + sum(len(line) + 1 for line in lines[:used])
    froms = len(_FROM_LINES.findall(raw, start, stop))
    return Block(tuple(fields[: limits.HEADER_FIELDS]), min(body, end), froms, tuple(defects), whole)


def decode_value(value: bytes) -> str:
    """The text of one field: raw octets by the charset order, then its encoded words (RFC 2047); one clean line."""
    text = charset.decode(value[: 4 * limits.FIELD_CHARS])
    return clean_header(decode_words(text), limits.FIELD_CHARS)


def decode_words(text: str) -> str:
    """Decode encoded words wherever they stand; blanks between two of them go, those of one charset are one text."""
    if "=?" not in text:
        return text
    shown: list[str] = []
    last = 0
    for words, begin, end in _runs(_ENCODED_WORD.finditer(text)):
        shown.append(text[last:begin])
        shown.append(charset.decode(b"".join(map(_octets, words)), words[0][1].partition("*")[0]))
        last = end
    return "".join(shown) + text[last:]


def decode_base64(octets: bytes) -> bytes:
    """Base64 as mail has it: anything foreign is skipped, padding is optional, a half-written end is dropped."""
    letters = octets.translate(None, _NOT_BASE64)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _after_unix_from(raw: bytes, start: int, end: int) -> int:
    found = _UNIX_FROM.match(raw, start, end)
    return found.end() if found else start


def _cut(raw: bytes, start: int, stop: int) -> int:
    """Where reading stops: a whole line within the cap on octets."""
    if stop - start <= limits.HEADER_OCTETS:
        return stop
    whole = raw.rfind(b"\n", start, start + limits.HEADER_OCTETS)
    return whole if whole > start else start + limits.HEADER_OCTETS


def _fields(lines: list[bytes]) -> tuple[list[Field], int | None]:
    """The fields, and the index of the first line that neither begins nor continues one (None: all do).

    One field beyond the cap is enough to know: every part of a mail may have as many lines as fit into a block."""
    read: list[tuple[str, list[bytes]]] = []
    for index, line in enumerate(lines):
        if len(read) > limits.HEADER_FIELDS:
            break
        found = _FIELD.match(line)
        if found and not line[:1].isspace():
            read.append((found[1].decode("latin-1").lower(), [line[found.end() :].rstrip(b"\r")]))
        elif line[:1] in (b" ", b"\t") and read:
            read[-1][1].append(line.rstrip(b"\r"))
        elif line.strip():
            return _joined(read), index
    return _joined(read), None


def _joined(read: Iterable[tuple[str, list[bytes]]]) -> list[Field]:
    return [Field(name, b"".join(lines).strip()) for name, lines in read]


def _runs(found: Iterator[re.Match[str]]) -> Iterator[tuple[list[re.Match[str]], int, int]]:
    """Neighbouring encoded words of one charset together, as (words, begin, end); only blanks may stand between."""
    run: list[re.Match[str]] = []
    for word in found:
        near = bool(run) and not word.string[run[-1].end() : word.start()].strip()
        if near and word[1].lower() == run[-1][1].lower():
            run.append(word)
            continue
        if run:
            yield run, run[0].start(), word.start() if near else run[-1].end()
        run = [word]
    if run:
        yield run, run[0].start(), run[-1].end()


def _octets(word: re.Match[str]) -> bytes:
    encoded = word[3].encode("utf-8", "surrogateescape")
    if word[2] in "bB":
        return decode_base64(encoded)
    return binascii.a2b_qp(encoded, header=True)
