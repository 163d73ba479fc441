"""Signed mails, and a zone with the keys to them. The private keys were made for these tests and open nothing."""

from __future__ import annotations

import time
from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256

from dkim.crypto import RSASSA_PKCS1_v1_5_sign, parse_pem_private_key

LETTER = (
    b"From: Chantal Chef <chef@corp.example>\r\nTo: support-urgent@example.com\r\nSubject: Panne\r\n"
    b"\r\nBonjour,\r\nrien ne  marche. \r\n"
)
PRIVATE = b"""-----BEGIN RSA PRIVATE KEY-----
MIICXAIBAAKBgQDWVyEOU+s7XYr16SLZFGTIlvTLckC5y82ucPqdF4uSaSYRTKQl
ZSeIZAt26NAUvkE/QsbIBSsV6930bbP5se1TgP/QqJp1nIuFyLE1+vBFsLrAo9vN
s6Iv2cPTNjtPSJadzuIhYem0ZdMo985PaKxHWLktz47LEKMTLlbXZknD9QIDAQAB
AoGBALaMLlMNleJRoPAfRtarT8qnBoXfINEcimhvQIJaczyW4R0KsSJILIs06a60
ScPg5aEDNllUTYW2BKsQY5/dsclEWsL4xFk+vGcgpoC6swSs1qNWk64shGong97e
gQCxUqsCAk1aL+SS7HnteeuC7My1BdqYhi6JWxvdUQB2auoBAkEA/gglqZnCHUSW
aDCzV7heQI7jbWp9yLAOMWbCzy/bYZwNpmQde8elU2daMtBN5by3AXUUfdR574Z4
uta/yNRV0QJBANgAQcizo4WitiamS/YD10tapUUpHgQIAYi+fRwoL65iYa9GNatd
eAjpv8Dm2UZbHBehXybLa3CK1rvx2PwJAOUCQGPQobPVZa+IXq0Lzbw/BlHJk1VP
zaLIgpsorI0qWcItxjNGDUuws6Zk6s0iiikmEKZy8Z1LmqniJZgMf4kS3bECQA6N
9eDQOfSHQj7YdcXd/GPXd8txOdSLtY7BRyzeiFf3yR1GXdduNOhk18bnxzw2Z24w
MXkru9GZiV6grT5OXQECQH/sJS2ZdCZF9K4ywd7s7x9KMQbXm0f+PL7PX7wN/iex
UkK4KGjXs0QDeZxZErha2mCyxQ38oofSl/JplGS2fX8=
-----END RSA PRIVATE KEY-----
"""
WEAK_PRIVATE = b"""-----BEGIN RSA PRIVATE KEY-----
MIIBPQIBAAJBANVsKF3mPhCrdFnwdT6rBxPRXfX88LWl0I27CBpximxCpfGduHrB
iEVAFw6oM8oTJUZjmJBXnA0SkOhIvtvzbkcCAwEAAQJBAMSC6khLkCpZNLD7r3kc
kU+2IAY3+IvJOdbGuBdhJEu5A4f2CTbWAaGEixergBi9OI1Ikhn80kWeD9SOH6gj
KAECIQD1oGzULuBDy8LdhNgtfQKTNV4uvsHkVivL/RoxULFAgQIhAN5vjzyM6O+H
I+mPjeEEr0vwO0bZ1iY1bHb79M4jBUrHAiEAoyw0v+x4HXGyfVhwCCAA4uxUKfed
dOPt6nC0wsgZSIECIQCalPr9QIwNEmTBxxL5oxDT/GKljXPG3+++DMGHlEz0NwIh
AKq2rNuRx2U7FuqSwnvE4XbfZLVJyCozSS7ThEUrHpNs
-----END RSA PRIVATE KEY-----
"""
PUBLIC = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDWVyEOU+s7XYr16SLZFGTIlvTLckC5y82ucPqdF4uSaSYRTKQlZSeIZAt26NAUvkE/QsbI"
    "BSsV6930bbP5se1TgP/QqJp1nIuFyLE1+vBFsLrAo9vNs6Iv2cPTNjtPSJadzuIhYem0ZdMo985PaKxHWLktz47LEKMTLlbXZknD9QIDAQAB"
)
WEAK_PUBLIC = (
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBANVsKF3mPhCrdFnwdT6rBxPRXfX88LWl0I27CBpximxCpfGduHrBiEVAFw6oM8oTJUZjmJBXnA0S"
    "kOhIvtvzbkcCAwEAAQ=="
)
KEY = f"v=DKIM1; k=rsa; p={PUBLIC}"


@dataclass
class Zone:
    """Answers from `records`; remembers what it was asked. `trouble` is raised, `pause` seconds pass before."""

    records: dict[str, str] = field(default_factory=lambda: {"k1._domainkey.corp.example.": KEY})
    trouble: Exception | None = None
    pause: float = 0
    asked: list[str] = field(default_factory=list)

    def __call__(self, name: str, seconds: float) -> bytes | None:
        self.asked.append(name)
        time.sleep(min(self.pause, seconds))
        if self.trouble is not None:
            raise self.trouble
        found = self.records.get(name.lower())
        return None if found is None else found.encode()


def signed(raw: bytes = LETTER, key: bytes = PRIVATE, /, **tags: str) -> bytes:
    """The mail with a signature above it, by hand from RFC 6376 §3.7 and in canonicalization "simple": any tag can be
    had, also those that no signer writes."""
    header, _, body = raw.partition(b"\r\n\r\n")
    hashed = b64encode(sha256(body).digest()).decode()
    said = {"v": "1", "a": "rsa-sha256", "d": "corp.example", "s": "k1", "h": "from:subject", "bh": hashed, **tags}
    line = b"DKIM-Signature: " + "; ".join(f"{name}={value}" for name, value in said.items()).encode() + b"; b="
    covered = [found for name in dict.fromkeys(said["h"].split(":")) for found in _last(header, name)]
    signature = RSASSA_PKCS1_v1_5_sign(sha256(b"".join((*covered, line))), parse_pem_private_key(key))
    return line + b64encode(bytes(signature)) + b"\r\n" + raw


def _last(header: bytes, name: str) -> list[bytes]:
    named = [line + b"\r\n" for line in header.split(b"\r\n") if line.lower().startswith(f"{name}:".lower().encode())]
    return named[-1:]
