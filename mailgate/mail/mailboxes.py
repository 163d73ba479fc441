"""Address fields: mailboxes out of From, To and Cc (RFC 5322 §3.4), and message-ids out of References.

One walk over the field by its own small grammar, before anything encoded is decoded: an "@" or "," that appears only
after decoding makes no address. Whoever could be read in two ways is nobody: in From that means no sender (hazards
§2.4), never "the first one wins".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailgate.core.model import Address
from mailgate.mail import charset, limits
from mailgate.mail.domains import canonical
from mailgate.mail.fields import decode_words
from mailgate.mail.text import clean_header

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|\[[^\[\]]*\]?|[(),:;<>]|[^"\[\](),:;<>]+|\]', re.DOTALL)
_PAREN = re.compile(r"\\.|[()]", re.DOTALL)
_HIDDEN = r"\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffd"
_ATOM = rf'[^\s"(),:;<>@\[\]\\{_HIDDEN}]+'
_LOCAL = rf'(?:{_ATOM}|"(?:[^"\\{_HIDDEN}]|\\[^{_HIDDEN}])*+")'
_DOMAIN = rf"(?:{_ATOM}|\[[0-9A-Za-z.:]+\])"
_ADDR_SPEC = re.compile(f"({_LOCAL})@({_DOMAIN})")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
_MESSAGE_ID = re.compile(rf"<[!-;=?-~]{{1,{limits.MESSAGE_ID_CHARS - 2}}}>")


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """The mailboxes of one field. `clear` is False when a part of it is no mailbox, or a group; `more` says that there
    are others beyond the cap, and then nothing is clear either."""

    addresses: tuple[Address, ...]
    clear: bool
    more: bool = False


@dataclass(slots=True)
class _Open:
    """One list element while it is read."""

    phrase: list[str] = field(default_factory=list)
    angle: list[str] | None = None
    closed: bool = False
    comment: str = ""
    broken: bool = False


def read_mailboxes(value: bytes) -> Mailboxes:
    """Read an address list; what is no mailbox is left out and makes the result unclear."""
    text = charset.decode(value)
    addresses: list[Address] = []
    clear = _CONTROL.search(text) is None
    for element in _elements(text):
        if element is None:
            clear = False
            continue
        if len(addresses) == limits.ADDRESSES:
            return Mailboxes(tuple(addresses), clear=False, more=True)
        address = _address(element)
        clear = clear and address is not None and not element.broken
        addresses.extend([address] if address else [])
    return Mailboxes(tuple(addresses), clear)


def read_address(text: str) -> str | None:
    """`text` as an addr-spec with its domain in lower case, or None when it is not exactly one.

    A domain of more than ASCII is written in punycode: with one Cyrillic letter it looks like another firm's in a
    technician's mail (hazards A18), and in Unicode no mail of ours could name it."""
    found = _ADDR_SPEC.fullmatch(text.strip())
    if found is None or len(text) > limits.ADDRESS_CHARS or "=?" in text or not found[0].isprintable():
        return None
    if text.lower().isascii() and not text.isascii():
        return None  # a Kelvin sign becomes a "k", and somebody else becomes the technician
    domain = found[2].lower() if found[2].isascii() else canonical(found[2])
    return f"{found[1]}@{domain}" if domain else None


def message_ids(value: bytes) -> tuple[str, ...]:
    """Every message-id of a References, In-Reply-To or Message-ID field, in order; other words are skipped."""
    return tuple(_MESSAGE_ID.findall(charset.decode(value)))


def thread(references: tuple[bytes, ...], in_reply_to: tuple[bytes, ...]) -> tuple[str, ...]:
    """All ids that a mail answers, oldest first, each once; what In-Reply-To names comes at the end."""
    named = [found for value in (*references, *in_reply_to) for found in message_ids(value)]
    return tuple(reversed(dict.fromkeys(reversed(named))))


def _elements(text: str) -> Iterator[_Open | None]:
    """The list elements; None stands for the name of a group."""
    current = _Open()
    position = 0
    while found := _TOKEN.match(text, position):
        position = found.end()
        piece = found[0]
        if piece == "(":
            position, current.comment, unclosed = _comment(text, position)
            current.broken |= unclosed
        elif piece in (",", ";") and (current.angle is None or current.closed):
            yield from _finished(current)
            current = _Open()
        elif piece == ":" and current.angle is None:
            yield None
            current = _Open()
        else:
            _take(current, piece)
    yield from _finished(current)


def _take(current: _Open, piece: str) -> None:
    """Add a piece to the element; what has no place there breaks it."""
    if piece == "<" and current.angle is None:
        current.angle = []
    elif piece == ">" and current.angle is not None and not current.closed:
        current.closed = True
    elif piece in ("<", ">", ")", "]") or (current.closed and piece.strip()):
        current.broken = True
    elif current.angle is not None:
        current.angle.append(piece)
    else:
        current.phrase.append(piece)


def _finished(current: _Open) -> Iterator[_Open]:
    """The element unless it is empty, as between two commas. A route breaks it: who judged the mail before us may have
    taken the author to be at the first server of it."""
    current.broken |= current.angle is not None and (not current.closed or _has_route("".join(current.angle)))
    if current.angle is not None or current.broken or "".join(current.phrase).strip():
        yield current


def _comment(text: str, position: int) -> tuple[int, str, bool]:
    """Skip a comment whose "(" was read: where it ends, its text, and whether the end is missing."""
    begin, depth = position, 1
    for found in _PAREN.finditer(text, position):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return found.end(), text[begin : found.start()], False
    return len(text), "", True


def _address(element: _Open) -> Address | None:
    phrase = "".join(element.phrase)
    if element.angle is None:
        mail = read_address(phrase)
        return Address(mail, _name(element.comment)) if mail else None
    mail = read_address(_last_of_route("".join(element.angle)))
    return Address(mail, _name(phrase) or _name(element.comment)) if mail else None


def _has_route(angle: str) -> bool:
    """Whether it is an obsolete source route, `<@a.example,@b.example:me@c.example>` (RFC 5322 §4.4)."""
    return angle.lstrip().startswith("@")


def _last_of_route(angle: str) -> str:
    return angle.rpartition(":")[2] if _has_route(angle) else angle


def _name(phrase: str) -> str:
    """A display name as people read it: unquoted, decoded, one short line."""
    unquoted = re.sub(r'"((?:[^"\\]|\\.)*+)"?', lambda found: re.sub(r"\\(.)", r"\1", found[1]), phrase)
    return clean_header(decode_words(unquoted), limits.NAME_CHARS)
