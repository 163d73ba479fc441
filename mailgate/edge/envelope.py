"""The addresses and the words that travel in an SMTP session of ours."""

from __future__ import annotations

import re

from mailgate.mail.address import without_tokens

LONGEST_REPLY = 300
"""Characters of a relay's answer that are kept: it ends in logs, listings and mails (hazards A60)."""

_ATOM = r"""[^\x00-\x20\x7f-\x9f<>()\[\],;:\\"@.\ud800-\udfff]+"""
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_PLAIN = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def is_plain_address(text: str) -> bool:
    """A dot-string at a domain (RFC 5321 §4.1.2, RFC 6531 §3.3) and nothing else.

    Quoted local parts are legal but refused: between clients and relays they are read in more than one way (M19)."""
    match = _PLAIN.fullmatch(text)
    return match is not None and len(match["local"].encode()) <= 64 and len(match["domain"].encode()) <= 255


def clean_reply(text: str) -> str:
    """One printable line of at most LONGEST_REPLY characters, whatever the relay sent, without our signed addresses:
    a relay repeats the one that a mail is from."""
    line = without_tokens(_UNPRINTABLE.sub(" ", text[: LONGEST_REPLY * 4]).strip())
    return line if len(line) <= LONGEST_REPLY else line[: LONGEST_REPLY - 1] + "…"
