"""Bytes of a mail: text and HTML that say the same, inside a multipart/mixed when files travel with them.

The same values make the same bytes, on every version of Python: a mail that is sent a second time is the same mail.
A boundary holds "=_", which neither quoted-printable nor base64 can contain, so no content can end its part.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from mailgate.core.model import Attachment
from mailgate.mail.headers import Field, fixed_field, named_field, written

LINE_MOST = 76
"""Longest line of quoted-printable, with its soft line break (RFC 2045 §6.7 (5))."""
OPAQUE = "application/octet-stream"

_LINE_END = re.compile(r"\r\n|\r|\n")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_NEVER_BASE64 = ("message/", "multipart/")
_LITERAL = bytes((*range(0x20, 0x7F), 0x0A))
"""The octets that stand for themselves, once every "=" is written as "=3D"."""
_REPEATED = 8
"""How many texts are remembered with their encoding: those of one decision, which several readers get."""
_KNOWN, _KNOWN_MOST = 256, 512
"""How many long lines are remembered with their soft breaks, and how long they are: those of our layout, which is the
same in every letter. A line is always broken in the same way."""
_ALTERED_AT_START = {".": "=2E", "F": "=46"}
"""What a relay or a mailbox could alter at the start of a line ("From ", a dot), and how it is written there."""
_VERSION = fixed_field("MIME-Version", "1.0")


@dataclass(frozen=True, slots=True)
class Part:
    """One MIME entity: its own header fields, and a body whose lines end in CRLF."""

    fields: tuple[Field, ...]
    body: bytes


def message(head: tuple[Field, ...], part: Part) -> bytes:
    """A whole mail."""
    return written((*head, _VERSION, *part.fields)) + b"\r\n" + part.body


def plain_part(text: str) -> Part:
    """ASCII text as it is, for pagers: no encoding that a gateway would have to undo."""
    body = _LINE_END.sub("\r\n", text).encode("ascii", "replace")
    return Part((_content("text/plain; charset=us-ascii"), _encoding("7bit")), body)


def text_part(subtype: str, text: str) -> Part:
    """UTF-8 text, quoted-printable."""
    return Part((_content(f"text/{subtype}; charset=utf-8"), _encoding("quoted-printable")), quoted_printable(text))


def file_part(attachment: Attachment, octets: bytes) -> Part:
    """One attached file. Its type is kept when it is one, except types that must not be base64 (RFC 2046 §5.2.1)."""
    kind = attachment.content_type.lower()
    usable = _TYPE.fullmatch(kind) and not kind.startswith(_NEVER_BASE64)
    fields = (
        _content(kind if usable else OPAQUE),
        named_field("Content-Disposition", "attachment", "filename", attachment.name),
        _encoding("base64"),
    )
    return Part(fields, base64.encodebytes(octets).replace(b"\n", b"\r\n"))


def multipart(subtype: str, parts: Iterable[Part], seed: str) -> Part:
    """Several parts in one; `seed` makes the boundary, the same one each time."""
    boundary = "=_" + hashlib.sha256(f"{seed}|{subtype}".encode()).hexdigest()[:32]
    opening = f"--{boundary}\r\n".encode("ascii")
    body = b"".join(opening + written(part.fields) + b"\r\n" + part.body + b"\r\n" for part in parts)
    content = Field("Content-Type", (f"multipart/{subtype};", f'boundary="{boundary}"'))
    return Part((content,), body + f"--{boundary}--\r\n".encode("ascii"))


@lru_cache(maxsize=_REPEATED)
def quoted_printable(text: str) -> bytes:
    """UTF-8 in quoted-printable; the text's own line ends become CRLF (RFC 2045 §6.7)."""
    encoded = _encoded(_LINE_END.sub("\n", text).encode("utf-8", "replace")).decode("ascii")
    return "\r\n".join(map(_broken, encoded.split("\n"))).encode("ascii")


def _encoded(octets: bytes) -> bytes:
    """What cannot stand for itself, written as it has to be, and a blank at the end of a line, because relays drop
    those: a letter holds few different ones of them, and each is replaced everywhere at once."""
    octets = octets.replace(b"=", b"=3D")
    for octet in set(octets.translate(None, _LITERAL)):
        octets = octets.replace(b"%c" % octet, b"=%02X" % octet)
    octets = octets.replace(b" \n", b"=20\n")
    return octets[:-1] + b"=20" if octets.endswith(b" ") else octets


def _broken(line: str) -> str:
    """An encoded line with its soft breaks; most need none."""
    if len(line) < LINE_MOST and line[:1] not in _ALTERED_AT_START:
        return line
    return _known(line) if len(line) <= _KNOWN_MOST else _in_rows(line)


def _in_rows(line: str) -> str:
    return "=\r\n".join(_rows(line))


_known = lru_cache(maxsize=_KNOWN)(_in_rows)


def _rows(encoded: str) -> Iterator[str]:
    """As much as fits beside a soft break, and never half of an encoded octet."""
    at = 0
    while at < len(encoded) or at == 0:
        head = _ALTERED_AT_START.get(encoded[at : at + 1], "")
        begin = at + bool(head)
        at = begin + LINE_MOST - 1 - len(head)
        if at < len(encoded) and (broken := encoded.rfind("=", at - 2, at)) >= 0:
            at = broken
        yield head + encoded[begin:at]


def _content(value: str) -> Field:
    return fixed_field("Content-Type", value)


def _encoding(value: str) -> Field:
    return fixed_field("Content-Transfer-Encoding", value)
