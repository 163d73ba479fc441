"""The parts of a mail (RFC 2046): where each begins and ends, what it says it is, and its decoded octets.

A part is a range of the raw mail, nothing is copied before it is asked for. Depth and number are capped here, where the
structure is built, which is why no counting before it is needed and nothing recurses beyond `limits.MIME_DEPTH`.
The standard library's parser is not used: it raises RecursionError on deep mail, and its time grows with the square of
the number of siblings and parameters (hazards M11).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailgate.mail import charset, limits
from mailgate.mail.fields import Block, decode_base64, decode_value, read_block
from mailgate.mail.params import Value, content_type, read_value

_UUENCODED = ("x-uuencode", "uuencode", "x-uue")
_UU_LINE = re.compile(rb"[^\r\n]+")
_REST_OF_DELIMITER = re.compile(rb"(?:(--)[^\n]*|[ \t]*\r?)(?:\n|\Z)")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part: its header block and the range of its still encoded body. `children` only for a read multipart.

    Two parts are never the same, even when they say the same."""

    raw: bytes
    block: Block
    end: int
    content_type: str
    kind: Value
    disposition: Value
    children: tuple[Part, ...] = ()

    @property
    def encoded(self) -> bytes:
        """The body as it was sent."""
        return self.raw[self.block.body : self.end]

    @property
    def content_id(self) -> str:
        """What `cid:` URLs call this part, without its angle brackets."""
        return decode_value(self.block.first("content-id")).strip("<> ")

    @property
    def given_name(self) -> str:
        """The file name as sent: not safe to show."""
        return self.disposition.get("filename") or self.kind.get("name")

    @property
    def encoding(self) -> str:
        """The transfer encoding it names, in lower case."""
        return decode_value(self.block.first("content-transfer-encoding")).lower().partition(";")[0].strip()

    def octets(self) -> bytes:
        """The body without its transfer encoding; an unknown or broken encoding is read as well as possible."""
        encoding = self.encoding
        if encoding == "base64":
            return decode_base64(self.encoded)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.encoded)
        if encoding in _UUENCODED:
            return self.encoded if self.swells else _uudecoded(self.encoded)
        return self.encoded

    @property
    def swells(self) -> bool:
        """Whether it says that it holds more than `limits.DECODED_TIMES` its octets; it is then left encoded.

        Only uuencode can: a line's length is its first character, and what is missing are zeros."""
        if self.children or self.encoding not in _UUENCODED:
            return False
        claimed = sum((line[0][0] - 32) & 63 for line in _UU_LINE.finditer(self.encoded))
        return claimed > limits.DECODED_TIMES * len(self.encoded)

    def text(self) -> str:
        """The body as text, at most `limits.TEXT_CHARS` characters of it; not yet cleaned."""
        octets = self.octets()[: 4 * limits.TEXT_CHARS]
        return charset.decode(octets, self.kind.get("charset")).removeprefix("\ufeff")[: limits.TEXT_CHARS]


@dataclass(slots=True)
class _Growth:
    """What was built so far, for the caps."""

    parts: int = 0
    defects: list[str] = field(default_factory=list)

    def note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)


def read_parts(raw: bytes) -> tuple[Part, tuple[str, ...]]:
    """The whole mail as a part, and the caps that were reached on the way."""
    growth = _Growth()
    whole = _part(raw, (0, len(raw)), "text/plain", 0, growth)
    return whole, tuple(growth.defects)


def leaves(part: Part) -> Iterator[Part]:
    """Every part that holds no other, in order. Their position is what `Attachment.index` counts."""
    if not part.children:
        yield part
    for child in part.children:
        yield from leaves(child)


def _part(raw: bytes, reach: tuple[int, int], default: str, depth: int, growth: _Growth) -> Part:
    growth.parts += 1
    start, end = reach
    block = read_block(raw, start, end)
    for defect in block.defects:
        growth.note(defect if depth == 0 else f"{defect} in a part")
    kind = read_value(block.first("content-type"))
    named = content_type(kind, default)
    disposition = read_value(block.first("content-disposition"))
    children: tuple[Part, ...] = ()
    if named.startswith("multipart/"):
        children = tuple(_children(raw, (block.body, end), kind.get("boundary"), named, (depth + 1, growth)))
        if not children:
            named = "text/plain" if depth < limits.MIME_DEPTH else "application/octet-stream"
    part = Part(raw, block, end, named, kind, disposition, children)
    if part.swells:
        growth.note(f"a part would decode to more than {limits.DECODED_TIMES} times its size")
    return part


def _children(
    raw: bytes, reach: tuple[int, int], boundary: str, named: str, below: tuple[int, _Growth]
) -> Iterator[Part]:
    depth, growth = below
    if depth > limits.MIME_DEPTH:
        growth.note(f"parts nested deeper than {limits.MIME_DEPTH}")
        return
    default = "message/rfc822" if named == "multipart/digest" else "text/plain"
    for inner in _ranges(raw, reach, boundary.rstrip().encode("utf-8", "replace")):
        if growth.parts >= limits.MIME_PARTS:
            growth.note(f"more than {limits.MIME_PARTS} parts")
            return
        yield _part(raw, inner, default, depth, growth)


def _ranges(raw: bytes, reach: tuple[int, int], boundary: bytes) -> Iterator[tuple[int, int]]:
    """The ranges between the delimiter lines; without a closing one the last goes to the end (RFC 2046 §5.1.1)."""
    if not 0 < len(boundary) <= limits.BOUNDARY_OCTETS:
        return
    begun: int | None = None
    for at, closing, after in _delimiters(raw, reach, b"--" + boundary):
        if begun is not None and begun < at:
            yield begun, max(begun, _before_line_end(raw, at))
        if closing:
            return
        begun = after
    if begun is not None and begun < reach[1]:
        yield begun, reach[1]


def _delimiters(raw: bytes, reach: tuple[int, int], delimiter: bytes) -> Iterator[tuple[int, bool, int]]:
    """The lines that delimit parts: where each begins, whether it is the closing one, and what is behind it."""
    start, end = reach
    at = raw.find(delimiter, start, end)
    while at >= 0:
        rest = _REST_OF_DELIMITER.match(raw, at + len(delimiter), end)
        if rest and (at == start or raw[at - 1] == ord("\n")):
            yield at, rest[1] is not None, rest.end()
        at = raw.find(delimiter, at + len(delimiter), end)


def _before_line_end(raw: bytes, position: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    if raw[position - 2 : position] == b"\r\n":
        return position - 2
    return position - 1


def _uudecoded(octets: bytes) -> bytes:
    return b"".join(_uu_lines(octets))


def _uu_lines(octets: bytes) -> Iterator[bytes]:
    """The lines that decode; what does not (begin, end, blank, broken) is no data."""
    for line in _UU_LINE.finditer(octets):
        if line[0].startswith(b"begin ") or line[0] == b"end":
            continue
        try:
            yield binascii.a2b_uu(line[0])
        except binascii.Error:
            continue
