"""The short code in a page's text message: `1042-k7qx2`, a ticket's number and a MAC for one technician.

Twenty-five bits are few. They only count beside a gateway's secret and the technician's own number, and for tickets
that this technician was paged for lately.
"""

from __future__ import annotations

import re
import struct
from base64 import b32encode
from collections.abc import Iterator
from hmac import compare_digest

from mailgate.mail.keyring import Key, Keyring

_PURPOSE = "page-code"
_LETTERS = 5
_MAC_OCTETS = 5
_CLAIMS = struct.Struct(">II")
_CODE = re.compile(rf"(?<![0-9A-Za-z])([0-9]{{1,9}}) ?- ?([a-z2-7]{{{_LETTERS}}})(?![0-9A-Za-z])", re.IGNORECASE)
MOST = 3
"""Codes of one message that are looked at."""


def page_code(ring: Keyring, ticket: int, person: int) -> str:
    """The code for a ticket and a technician (`identity.person_id`)."""
    return f"{ticket}-{_mac(ring.newest, ticket, person)}"


def codes_in(text: str) -> Iterator[tuple[int, str]]:
    """What looks like a code: the ticket's number, and the letters in lower case."""
    for _, found in zip(range(MOST), _CODE.finditer(text), strict=False):
        yield int(found[1]), found[2].lower()


def is_code(ring: Keyring, letters: str, ticket: int, person: int) -> bool:
    """Whether a key of ours made these letters for the ticket and the technician."""
    if ticket >= 2**32:
        return False
    ours = [compare_digest(letters, _mac(key, ticket, person)) for key in ring.keys]
    return any(ours)


def _mac(key: Key, ticket: int, person: int) -> str:
    octets = key.mac(_PURPOSE, _CLAIMS.pack(ticket, person), _MAC_OCTETS)
    return b32encode(octets).decode("ascii")[:_LETTERS].lower()
