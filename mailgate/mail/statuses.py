"""Delivery status fields (RFC 3464): groups of fields, one for each recipient, after one about the message.

Read as they are written, which is not as the RFC has it: without an address type, with words behind the action, with a
reply code for a status, without the blank line before the next recipient. A group without an address that can be read
and without an action says nothing; with one, it speaks of somebody whom the return address may name.

The address is the one that we sent to: Original-Recipient (§2.3.1) when it is an address, else Final-Recipient.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailgate.core.reports import Fate, Fated
from mailgate.mail import limits
from mailgate.mail.fates import clean_reason, each_once, failure_in, fate_of_lost, in_words, status_in
from mailgate.mail.mailboxes import read_address

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,80})[ \t]*:")
_TYPE = re.compile(r"\s*([A-Za-z0-9-]{1,40})\s*;")
_COMMENT = re.compile(r"\(([^()]*)\)")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_UTF8_XTEXT = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_ARRIVED = frozenset(("delivered", "relayed", "expanded"))
_MOST_FIELDS = 50  # of one group; RFC 3464 has ten
_MOST_LINES = 100  # of one field
_RECIPIENT_FIELDS = ("final-recipient", "original-recipient")


@dataclass(frozen=True, slots=True)
class Group:
    """The fields of one group, under their lower-case names and unfolded."""

    fields: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """The field `name`, or ""; of several, the first."""
        return next((value for key, value in self.fields if key == name), "")


def read_statuses(text: str) -> tuple[Fated, ...]:
    """What the text of a message/delivery-status part says of each recipient; of one without an address under ""."""
    return each_once(fated for group in groups(text) for fated in _fated(group))


def groups(text: str) -> Iterator[Group]:
    """The groups of fields. A second recipient begins another group even without a blank line."""
    group: list[tuple[str, str]] = []
    for name, value in _fields(text):
        if group and (not name or (name in _RECIPIENT_FIELDS and any(name == known for known, _ in group))):
            yield Group(tuple(group))
            group = []
        if name and len(group) < _MOST_FIELDS:
            group.append((name, value))
    yield Group(tuple(group))


def named_address(value: str, literal: str = "") -> str:
    """The address in a recipient field, lower case, or "". What is written as in `literal` is not decoded (xtext)."""
    text = _COMMENT.sub(" ", _untyped(value)).strip().strip("<>\"' ")
    if text.lower() != literal:
        text = _UTF8_XTEXT.sub(_character, _XTEXT.sub(_octet, text))
    return safe_address(text)


def safe_address(text: str) -> str:
    """`text` as an addr-spec in lower case; "" when it is none, or one that somebody masked with an ellipsis."""
    address = read_address(text)
    if address is None or not address.isprintable() or "..." in address or "…" in address:
        return ""
    return address.lower()


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """Name and value of each field; ("", "") for a blank line. A line that is neither is left out."""
    name, values = "", [""]
    for line in text.splitlines():
        if name and line[:1] in (" ", "\t") and line.strip():
            values.extend([line.strip()] if len(values) < _MOST_LINES else [])
            continue
        if name:
            yield name, " ".join(values)[: limits.FIELD_CHARS]
        found = _FIELD.match(line)
        name, values = (found[1].lower(), [line[found.end() :].strip()]) if found else ("", [""])
        if not line.strip():
            yield "", ""
    if name:
        yield name, " ".join(values)[: limits.FIELD_CHARS]


def _untyped(value: str) -> str:
    """A value without the type before it, "rfc822;" or "smtp;"."""
    typed = _TYPE.match(value)
    return value[typed.end() :] if typed else value


def _fated(group: Group) -> Iterator[Fated]:
    final = named_address(group.get("final-recipient"))
    address = named_address(group.get("original-recipient"), literal=final) or final
    if not address and not group.get("action"):
        return
    diagnostic = _untyped(group.get("diagnostic-code"))
    said = group.get("status")
    status = _status(said, diagnostic)
    fate = _fate(group.get("action"), status, f"{said} {diagnostic}")
    yield Fated(address, fate, status, _reason(group, diagnostic, status))


def _status(said: str, diagnostic: str) -> str:
    """The code of the Status field, unless it is missing or says nothing (X.0.0) and the diagnostic says more."""
    status = status_in(said)
    if not status or status.endswith(".0.0"):
        return failure_in(diagnostic) or status
    return status


def _fate(action: str, status: str, words: str) -> Fate:
    did = action.lower().partition("(")[0].strip()
    if did == "delayed" or (not did and status.startswith("4")):
        return Fate.DELAYED
    if did in _ARRIVED or (not did and status.startswith("2")):
        return Fate.DELIVERED
    return fate_of_lost(status, words)


def _reason(group: Group, diagnostic: str, status: str) -> str:
    """The words of who refused it, else a comment, else what the code means."""
    for said in (diagnostic, _behind_code(group.get("status")), _comment(group.get("action"))):
        reason = clean_reason([said])
        if any(char.isalpha() for char in reason):
            return reason
    return in_words(status)


def _behind_code(status: str) -> str:
    return _comment(status) or status.partition(" ")[2]


def _comment(value: str) -> str:
    found = _COMMENT.search(value)
    return found[1] if found else ""


def _octet(found: re.Match[str]) -> str:
    """One octet of xtext (RFC 3461 §4); a "+" before what needs no encoding is just a "+"."""
    char = chr(int(found[1], 16))
    return char if char in "+=" else found[0]


def _character(found: re.Match[str]) -> str:
    """One character of utf-8-addr-xtext (RFC 6533 §3)."""
    code = int(found[1], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else found[0]
