"""What the button of a page's link sends along, so that only who was shown the page lately can press it.

    minute 4 octets | salt 8 octets | MAC 15 octets        in lower-case base32

Nothing is remembered of it: a page that is pressed twice is answered once, because its state says so.
"""

from __future__ import annotations

import binascii
import struct
from base64 import b32decode, b32encode
from datetime import datetime
from hmac import compare_digest

from mailgate.mail.keyring import Keyring

FRESH_MINUTES = 60
SALT_OCTETS = 8
_PURPOSE = "page-form"
_MAC_OCTETS = 15
_CLAIMS = struct.Struct(f">I{SALT_OCTETS}s")
_LONGEST = 48


def nonce(ring: Keyring, token: str, salt: bytes, now: datetime) -> str:
    """One for the page of `token`, shown now; `salt` makes it unlike any other."""
    claims = _CLAIMS.pack(_minute(now), salt)
    mac = ring.newest.mac(_PURPOSE, claims + token.encode(), _MAC_OCTETS)
    return b32encode(claims + mac).decode("ascii").rstrip("=").lower()


def is_fresh(ring: Keyring, token: str, text: str, now: datetime) -> bool:
    """Whether it was made for the page of `token`, and within the last hour."""
    octets = _octets(text)
    if len(octets) != _CLAIMS.size + _MAC_OCTETS:
        return False
    claims, mac = octets[: _CLAIMS.size], octets[_CLAIMS.size :]
    minute, _ = _CLAIMS.unpack(claims)
    ours = [compare_digest(mac, key.mac(_PURPOSE, claims + token.encode(), _MAC_OCTETS)) for key in ring.keys]
    return any(ours) and 0 <= _minute(now) - minute <= FRESH_MINUTES


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _octets(text: str) -> bytes:
    if len(text) > _LONGEST or not text.isascii():
        return b""
    try:
        return b32decode(text.upper() + "=" * (-len(text) % 8))
    except binascii.Error:
        return b""
