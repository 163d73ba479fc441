"""Which mail a report is about: the Message-ID of the returned mail, or of what is left of it.

A report returns the mail whole, or its header block, as a part of its own (RFC 3462 §2); in prose it stands below the
words; a disposition notification only names it (RFC 8098 §3.2.5). Programs that return nothing often still answer to
the mail, with In-Reply-To or References (RFC 3834 §3.1.6).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailgate.mail import limits
from mailgate.mail.fields import read_block
from mailgate.mail.mailboxes import message_ids
from mailgate.mail.parts import Part

WHOLE = frozenset(("message/rfc822", "message/global"))
HEADERS = frozenset(("text/rfc822-headers", "message/rfc822-headers", "text/rfc822-header", "message/global-headers"))

_QUOTED_FIELD = re.compile(
    r"^[> \t]*+(?:original-)?message-id:[ \t]*+\r?\n?[ \t]*+(<[^<>\s]{3,998}>)", re.IGNORECASE | re.MULTILINE
)


def returned_id(parts: Iterable[Part], texts: Iterable[str]) -> str:
    """The Message-ID of the mail that a report returns as one of its parts, or quotes in one of `texts`; else ""."""
    return next(_returned(parts), "") or next(_quoted(texts), "")


def answered_id(mail: Part) -> str:
    """The Message-ID of the mail that a report answers, or ""."""
    named = (message_ids(mail.block.first(name)) for name in ("in-reply-to", "references"))
    return next((ids[-1] for ids in named if ids), "")


def _returned(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        if part.content_type in WHOLE | HEADERS:
            octets = part.octets()[: 2 * limits.HEADER_OCTETS].lstrip()
            yield from message_ids(read_block(octets, 0, len(octets)).first("message-id"))


def _quoted(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for found in _QUOTED_FIELD.finditer(text):
            yield from message_ids(found[1].encode("utf-8", "replace"))
