"""Files that leave, with every token of ours struck out: a mail of the desk that is attached to another holds the
signed address of its reader (hazards A25).

A file is as long as before, and the same but for the tokens. They are looked for as mail programs write them: after
"+" or "/p/", in one octet a character or in two (Outlook's own format, MS-OXMSG), over two lines of quoted-printable;
and once more inside whatever is base64, as a mail that is kept with its parts may have them.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable

_TOKEN_IN_FILE = re.compile(
    rb"(?:\+\x00?|/\x00?p\x00?/\x00?|[%=]2[BF])(?:=\r?\n)?((?:[a-z2-7](?:\x00|=\r?\n)?){42})(?![a-z2-7])", re.IGNORECASE
)
_BASE64 = re.compile(rb"^(?:[A-Za-z0-9+/]{4,}+={0,2}+\r?+\n?+)++", re.MULTILINE)
_SHORTEST = 60
"""Characters of base64 below which there is no token in it."""
_LINE_ENDS = b"\r\n"

IsOurs = Callable[[str], bool]
"""Whether a token was made here."""


def struck(octets: bytes, is_ours: IsOurs) -> bytes:
    """A file without the tokens that `is_ours` knows."""
    shown = _struck(octets, is_ours)
    return _BASE64.sub(lambda found: _inside(found[0], is_ours), shown)


def _struck(octets: bytes, is_ours: IsOurs) -> bytes:
    return _TOKEN_IN_FILE.sub(lambda found: _without(found[0], found[1], is_ours), octets)


def _without(whole: bytes, token: bytes, is_ours: IsOurs) -> bytes:
    ours = is_ours(re.sub(rb"[\0=\r\n]", b"", token).decode("ascii"))
    return whole.replace(token, re.sub(rb"[^\0=\r\n]", b"x", token)) if ours else whole


def _inside(encoded: bytes, is_ours: IsOurs) -> bytes:
    """Lines of base64, in the same lines; as they are when nothing is found in them."""
    if len(encoded) < _SHORTEST:
        return encoded
    letters = encoded.translate(None, _LINE_ENDS)
    whole = letters[: len(letters) // 4 * 4]
    octets = _decoded(whole)
    clean = _struck(octets, is_ours)
    if clean == octets or _encoded(octets) != whole:
        return encoded
    anew = iter(_encoded(clean) + letters[len(whole) :])
    return bytes(one if one in _LINE_ENDS else next(anew) for one in encoded)


def _decoded(letters: bytes) -> bytes:
    try:
        return binascii.a2b_base64(letters)
    except binascii.Error:
        return b""


def _encoded(octets: bytes) -> bytes:
    return binascii.b2a_base64(octets, newline=False)
