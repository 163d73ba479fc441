"""The desk's secrets: a ring of numbered keys, so that a key can change and yesterday's mails stay answerable.

The newest key signs, every key of the ring verifies. The file that holds it is one `number hexkey` per line.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

KEY_OCTETS = 32
KEY_IDS = 16


@dataclass(frozen=True, slots=True)
class Key:
    """One secret of the ring. `number` is 0 to 15 and travels inside each token."""

    number: int
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.number})"

    def mac(self, purpose: str, claims: bytes, octets: int) -> bytes:
        """The first `octets` of the HMAC-SHA256 of `claims`; `purpose` separates what MACs are used for."""
        message = b"mailgate/v1|" + purpose.encode("ascii") + b"|" + claims
        return hmac.digest(self.secret, message, "sha256")[:octets]

    def salted(self, salt: str) -> Key:
        """Another key of the same number, made of this one and a salt of any length."""
        return Key(self.number, self.mac("database", salt.encode(), KEY_OCTETS))


@dataclass(frozen=True, slots=True)
class Keyring:
    """The desk's secrets, oldest first. The last one signs, all of them verify."""

    keys: tuple[Key, ...]

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """Read one `number hexkey` per line, oldest first; ValueError names the line and never shows the key."""
        keys = tuple(_key(line, number) for number, line in enumerate(text.splitlines(), 1) if line.strip())
        if not keys or len({key.number for key in keys}) < len(keys):
            raise ValueError("the ring needs at least one key, and a different number for each")
        return cls(keys)

    @classmethod
    def fresh(cls, random: bytes) -> Keyring:
        """A ring of one key made of 32 random octets."""
        return cls((_made(0, random),))

    def renewed(self, random: bytes) -> Keyring:
        """The ring with one more key, which signs from now on; the sixteenth pushes the oldest out."""
        newest = _made((self.keys[-1].number + 1) % KEY_IDS, random)
        return Keyring((*(key for key in self.keys if key.number != newest.number), newest))

    def dump(self) -> str:
        """The text that `parse` reads."""
        return "".join(f"{key.number} {key.secret.hex()}\n" for key in self.keys)

    def salted(self, salt: str) -> Keyring:
        """The keys that this ring's are for one database, which alone knows `salt`; the ring itself for the empty one.

        What one database's keys signed is nothing to another's."""
        return Keyring(tuple(key.salted(salt) for key in self.keys)) if salt else self

    @property
    def newest(self) -> Key:
        """The key that signs."""
        return self.keys[-1]

    @property
    def oldest(self) -> Key:
        """The key that thread roots are made with, so that a new key doesn't break running threads."""
        return self.keys[0]

    def numbered(self, number: int) -> Key | None:
        """The key with this number, or None."""
        return next((key for key in self.keys if key.number == number), None)


def _key(line: str, number: int) -> Key:
    found = re.fullmatch(r"\s*([0-9]{1,2})\s+([0-9A-Fa-f]{2,})\s*", line)
    if found is None:
        raise ValueError(f"line {number} of the key ring is not 'NUMBER HEXKEY'")
    try:
        return _made(int(found[1]), bytes.fromhex(found[2]))
    except ValueError as wrong:
        raise ValueError(f"line {number} of the key ring: {wrong}") from None


def _made(number: int, secret: bytes) -> Key:
    if number >= KEY_IDS:
        raise ValueError(f"a key's number is 0 to {KEY_IDS - 1}")
    if len(secret) < KEY_OCTETS:
        raise ValueError(f"a key has at least {KEY_OCTETS} octets")
    return Key(number, secret)
