"""Signed addresses and Message-IDs: how an answer finds its ticket without believing anything that its writer says.

A token is 26 octets in 42 characters of lower-case base32, so that `tickets+TOKEN` survives case folding and stays
below the 64 octets of a local part (RFC 5321 §4.5.3.1.1):

    kind 4 bits | key number 4 bits | ticket 4 octets | person 4 octets | expiry 2 octets | MAC 15 octets

The expiry counts days since 1970. The MAC is HMAC-SHA256 cut to 120 bits, over a message that begins with what the
token is for: a token of one kind never verifies as another.

A Message-ID carries its ticket number in the clear, with a MAC over it, and fits on one header line: some programs
encode or fold identifiers of 78 characters and more, and then no mail program finds the thread again.
"""

from __future__ import annotations

import re
import struct
from base64 import b32decode, b32encode
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from hmac import compare_digest
from itertools import islice

from mailgate.core.model import Token, TokenKind
from mailgate.mail.keyring import Key, Keyring

__all__ = [
    "SHAPED",
    "Keyring",
    "claimed",
    "is_shown",
    "message_id",
    "sign",
    "tagged",
    "thread_id",
    "ticket_of",
    "token_of",
    "verify",
    "without_tokens",
]

TOKEN_LENGTH = 42
TOKEN = re.compile(rf"[a-z2-7]{{{TOKEN_LENGTH}}}")
_TAGS = re.compile(rf"\+{TOKEN.pattern}\b", re.IGNORECASE)
SHAPED = re.compile(
    rf"(?P<before>\+|(?:%(?:25)*|[=-])?2[BF]|(?<![a-z2-7]))(?P<token>{TOKEN.pattern})(?![a-z2-7])", re.IGNORECASE
)
"""Whatever may be a token: in an address, in the link of a page, by itself, and as URLs write these."""
_MAC_OCTETS = 15
_EPOCH = date(1970, 1, 1)
_CLAIMS = struct.Struct(">BIIH")
_KINDS = {TokenKind.TECHNICIAN: 1, TokenKind.CONTACT: 2, TokenKind.BOUNCE: 3, TokenKind.PAGE: 4}
_KIND_OF = {code: kind for kind, code in _KINDS.items()}

MOST_SHOWN = 100
MESSAGE_ID_LENGTH = 76
_ID_OCTETS = struct.Struct(">8s10s")
_ID = re.compile(r"<(0|[1-9][0-9]{0,9})\.([a-z2-7]{29})@([!-;=?-~]+)>")
_THREAD = "thread"
_REPEATED = 16
"""How many threads are remembered: every letter of a ticket names the same one."""


def _base32(octets: bytes) -> str:
    return b32encode(octets).decode("ascii").rstrip("=").lower()


def _octets(text: str) -> bytes | None:
    """Undo `_base32` on text of its alphabet and a length it makes; None when a pad bit is set (RFC 4648 §3.5)."""
    octets = b32decode(text.upper() + "=" * (-len(text) % 8))
    return octets if _base32(octets) == text else None


def sign(ring: Keyring, kind: TokenKind, ticket: int, person: int, expires: date) -> str:
    """A token that holds to the end of the day `expires`; ValueError when `ticket` or `person` needs over 32 bits."""
    key = ring.newest
    days = min((expires - _EPOCH).days, 0xFFFF)
    try:
        claims = _CLAIMS.pack(_KINDS[kind] << 4 | key.number, ticket, person, days)
    except struct.error as wrong:
        raise ValueError(f"no token can be made of ticket {ticket} and person {person}: {wrong}") from wrong
    return _base32(claims + key.mac(kind.value, claims, _MAC_OCTETS))


IN_ADDRESSES = frozenset(TokenKind) - {TokenKind.PAGE}
IN_LINKS = frozenset({TokenKind.PAGE})
ANYWHERE = IN_ADDRESSES | IN_LINKS


def verify(ring: Keyring, token: str, today: date, kinds: frozenset[TokenKind] = IN_ADDRESSES) -> Token | None:
    """What a token stands for; None when we didn't make it or for something else, it was altered, or it expired before
    `today`."""
    octets = _token_octets(token)
    if octets is None:
        return None
    claims, mac = octets[: _CLAIMS.size], octets[_CLAIMS.size :]
    head, ticket, person, days = _CLAIMS.unpack(claims)
    kind, key = _KIND_OF.get(head >> 4), ring.numbered(head & 0xF)
    if kind not in kinds or key is None or not compare_digest(mac, key.mac(kind.value, claims, _MAC_OCTETS)):
        return None
    return Token(kind, ticket, person) if today <= _EPOCH + timedelta(days=days) else None


def claimed(token: str) -> Token | None:
    """What a token says of itself: proof of nothing, for whoever examines what we wrote without having our keys."""
    octets = _token_octets(token)
    if octets is None:
        return None
    head, ticket, person, _ = _CLAIMS.unpack_from(octets)
    kind = _KIND_OF.get(head >> 4)
    return Token(kind, ticket, person) if kind is not None else None


def _token_octets(token: str) -> bytes | None:
    text = token.lower() if token.isascii() else ""
    return _octets(text) if TOKEN.fullmatch(text) else None


def tagged(desk_address: str, token: str) -> str:
    """The desk's address with a token: `tickets+TOKEN@example.com`."""
    local, _, domain = desk_address.rpartition("@")
    return f"{local}+{token}@{domain}"


def without_tokens(text: str) -> str:
    """Somebody else's words without our signed addresses and the links of our pages, which they repeat: who reads them
    may not use those."""
    return SHAPED.sub(r"\g<before>…", text)


def token_of(recipients: Iterable[str], desk_address: str) -> str | None:
    """The tag of the first recipient that is the desk's tagged address, in lower case; it still has to be verified."""
    local, _, domain = desk_address.lower().rpartition("@")
    for recipient in recipients:
        name, _, host = recipient.lower().rpartition("@")
        if host == domain and name.startswith(f"{local}+"):
            return name.removeprefix(f"{local}+")
    return None


def is_shown(ring: Keyring, text: str) -> bool:
    """Whether a text holds a signed address of ours, however old; of very many, the first are looked at."""
    found = islice(_TAGS.finditer(text), MOST_SHOWN)
    return any(verify(ring, one[0][1:], date.min, ANYWHERE) is not None for one in found)


def message_id(ring: Keyring, ticket: int | None, occasion: str, domain: str) -> str:
    """The Message-ID of what is sent on one occasion: the same arguments make the same identifier."""
    return _identifier(ring.newest, ticket or 0, occasion, domain)


@lru_cache(maxsize=_REPEATED)
def thread_id(ring: Keyring, ticket: int, domain: str) -> str:
    """The identifier that no mail has and every mail of the ticket refers to, so that they form one thread."""
    return _identifier(ring.oldest, ticket, _THREAD, domain)


def ticket_of(ring: Keyring, message_id: str, domain: str) -> int | None:
    """The ticket number inside one of our Message-IDs (0: ours, about no ticket); None when it isn't ours."""
    found = _ID.fullmatch(message_id.strip().lower()) if message_id.isascii() else None
    octets = _octets(found[2]) if found else None
    if found is None or octets is None or found[3] != _right_side(domain):
        return None
    nonce, mac = _ID_OCTETS.unpack(octets)
    ticket = int(found[1])
    ours = [compare_digest(mac, _id_mac(key, ticket, nonce)) for key in ring.keys]
    return ticket if any(ours) else None


def _identifier(key: Key, ticket: int, occasion: str, domain: str) -> str:
    nonce = key.mac("occasion", f"{ticket}|{occasion}".encode(), 8)
    return f"<{ticket}.{_base32(nonce + _id_mac(key, ticket, nonce))}@{_right_side(domain)}>"


def _id_mac(key: Key, ticket: int, nonce: bytes) -> bytes:
    return key.mac("message-id", f"{ticket}|".encode("ascii") + nonce, 10)


def _right_side(domain: str) -> str:
    """As much of the domain's end as fits beside the longest left side: it has to be ours, not to be whole."""
    room = MESSAGE_ID_LENGTH - len("<4294967295.@>") - 29
    return domain.lower()[-room:].lstrip(".-")
