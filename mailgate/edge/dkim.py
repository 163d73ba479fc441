"""DKIM signatures (RFC 6376), verified by ourselves when a mail arrives: later the keys may be gone.

    signers ─▶ each of the first signatures: worth a question? ─▶ key from the DNS: usable? ─▶ dkimpy: does it hold?

What passes has signed From and the whole body (with l= anybody may append to it), and is not expired; and of what it
signed there is no second one, which a reader may take for the first (RFC 6376 §8.15). Whatever goes wrong, nothing was
said: no signature, no key and no name server can refuse a mail.

Mails, signatures and keys are strangers' words, and a pattern or a power that runs long holds up every thread. So caps
stand in front of dkimpy: on a mail's octets, lines and blanks, on its header block, on the length of a signature and of
the blanks in it (its patterns are quadratic there), on the fields that it covers, on the length of a key. The blanks of
a body that is hashed "relaxed" are squeezed first: the hash is blind to that, and dkimpy's own way is quadratic.
"""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

import structlog

from mailgate.mail.limits import HEADER_FIELDS, HEADER_OCTETS

log = structlog.get_logger()

MOST_SIGNATURES = 5
MOST_OCTETS = 10_000_000
MOST_LINES = 200_000
MOST_BLANKS = 500_000
"""dkimpy holds a mail in pieces, one for each line or blank. 10 MB of attachments have few of them."""

MOST_COVERED = 200
"""Names in h=."""
LONGEST_SIGNATURE = 16_384
LONGEST_BLANK = 100
LONGEST_KEY = 1024
"""Octets of a key record: a RSA key of 4096 bits has less, and a power with larger numbers takes seconds."""
LEAST_BITS = 1024
"""RFC 8301 §3.2."""
LOOKUP_SECONDS = 2.0

ALGORITHMS = frozenset({b"rsa-sha256", b"ed25519-sha256"})
"""Not rsa-sha1 (RFC 8301 §3.1)."""

ONCE = frozenset(
    b"from sender reply-to to cc subject date message-id in-reply-to references mime-version content-type"
    b" content-transfer-encoding".split()
)
"""Fields that a mail has once (RFC 5322 §3.6, RFC 2045 §3): of two, a signature covers the lower, we read the other."""

_BLANK_LINE = re.compile(rb"^\r?\n", re.MULTILINE)
_COLON = re.compile(rb"\s*:\s*")
_LONG_BLANK = re.compile(rb"\s{%d}" % (LONGEST_BLANK + 1))
_BLANKS = re.compile(rb"[\t ]+")
_DOMAIN = re.compile(rb"[A-Za-z0-9._-]{1,253}")

Tags = Mapping[bytes, bytes]
"""A tag=value list (RFC 6376 §3.2)."""


class Lookup(Protocol):
    """Answers with the one TXT record of a name, its strings joined; None when there is none, or more than one."""

    def __call__(self, name: str, seconds: float) -> bytes | None:
        """Raises whatever goes wrong; `seconds` is all the time there is."""


def is_signed(raw: bytes) -> bool:
    """Whether there may be anything to verify."""
    return b"dkim-signature" in raw[:HEADER_OCTETS].lower()


def signers(raw: bytes, lookup: Lookup, now: datetime, seconds: float) -> tuple[str, ...]:
    """The domains, in lower case, whose signatures hold. Never raises; asks no further question after `seconds`."""
    until = time.monotonic() + seconds
    try:
        found = tuple(dict.fromkeys(_signers(raw, lookup, now, until)))
    except Exception as error:  # noqa: BLE001  # what cannot be verified is not signed
        log.info("dkim.unread", error=type(error).__name__)
        return ()
    return found


def _signers(raw: bytes, lookup: Lookup, now: datetime, until: float) -> Iterator[str]:
    mail = _opened(raw)
    if mail is None:
        return
    body = mail.body
    there = Counter(name.lower() for name, _ in mail.headers)
    signatures = [value for name, value in mail.headers if name.lower() == b"dkim-signature"]
    for index, signature in enumerate(signatures[:MOST_SIGNATURES]):
        tags = _tags(signature)
        if tags is None or not _is_worth_a_question(tags, now) or _has_more(there, tags):
            continue
        mail.body = _BLANKS.sub(b" ", body) if _hashes_relaxed(tags) else body
        if _holds(mail, index, _Questions(lookup, tags, until)):
            yield tags[b"d"].decode("ascii").lower()


def _opened(raw: bytes) -> Any | None:
    """dkimpy's view of a mail, None when it is too large for it."""
    import dkim

    blank = _BLANK_LINE.search(raw)
    header = blank.start() if blank else len(raw)
    blanks = raw.count(b" ") + raw.count(b"\t")
    if len(raw) > MOST_OCTETS or raw.count(b"\n") > MOST_LINES or blanks > MOST_BLANKS or header > HEADER_OCTETS:
        return None
    logger = logging.getLogger("dkimpy")
    logger.setLevel(logging.CRITICAL + 1)  # what it has to say are the words of strangers
    mail = dkim.DKIM(raw, logger=logger, minkey=LEAST_BITS)
    return mail if len(mail.headers) <= HEADER_FIELDS else None


def _holds(mail: Any, index: int, questions: _Questions) -> bool:
    """One signature that cannot be verified says nothing about the next."""
    try:
        return bool(mail.verify(idx=index, dnsfunc=questions))
    except Exception as error:  # noqa: BLE001  # a key record can break dkimpy in any way
        log.info("dkim.unverified", error=type(error).__name__)
        return False


def _tags(text: bytes) -> Tags | None:
    from dkim.util import InvalidTagValueList, parse_tag_value

    if len(text) > LONGEST_SIGNATURE or _LONG_BLANK.search(text):
        return None
    try:
        tags: Tags = parse_tag_value(text)
    except InvalidTagValueList:
        return None
    return tags


def _is_worth_a_question(tags: Tags, now: datetime) -> bool:
    """A signature that says enough, as far as one can tell without its key."""
    covered = _covered(tags)
    return (
        tags.get(b"a") in ALGORITHMS
        and b"l" not in tags
        and b"from" in covered
        and len(covered) <= MOST_COVERED
        and all(_DOMAIN.fullmatch(tags.get(name, b"")) for name in (b"d", b"s"))
        and not _is_expired(tags, now)
    )


def _covered(tags: Tags) -> list[bytes]:
    return [name.lower() for name in _COLON.split(tags.get(b"h", b""))]


def _has_more(there: Counter[bytes], tags: Tags) -> bool:
    """Whether the mail has one more of a field than the signature covers."""
    covered = Counter(_covered(tags))
    return any(there[name] > covered[name] for name in ONCE & covered.keys())


def _is_expired(tags: Tags, now: datetime) -> bool:
    """x= is over, or nobody can tell. dkimpy would allow for ten hours more."""
    expires = tags.get(b"x")
    if expires is None:
        return False
    return not (expires.isdigit() and len(expires) <= 12 and int(expires) > now.timestamp())


def _hashes_relaxed(tags: Tags) -> bool:
    return tags.get(b"c", b"").partition(b"/")[2] == b"relaxed"


class _Questions:
    """What dkimpy asks for the key of one signature with: it only gets a key that may be used."""

    def __init__(self, lookup: Lookup, signature: Tags, until: float) -> None:
        self._lookup, self._signature, self._until = lookup, signature, until

    def __call__(self, name: bytes, timeout: float = LOOKUP_SECONDS) -> bytes | None:
        seconds = min(self._until - time.monotonic(), timeout, LOOKUP_SECONDS)
        if seconds <= 0:
            return None
        record = self._lookup(name.decode("ascii"), seconds)
        return record if record is not None and self._is_usable(record) else None

    def _is_usable(self, record: bytes) -> bool:
        """For mail, not on trial (t=y), and for this domain itself where it says so (RFC 6376 §3.6.1)."""
        key = _tags(record) if len(record) <= LONGEST_KEY else None
        if key is None:
            return False
        flags = _COLON.split(key.get(b"t", b""))
        services = _COLON.split(key.get(b"s", b"*"))
        signing_for = self._signature.get(b"i", b"@" + self._signature[b"d"]).rpartition(b"@")[2]
        return (
            b"y" not in flags
            and not {b"*", b"email"}.isdisjoint(services)
            and b"sha256" in _COLON.split(key.get(b"h", b"sha256"))
            and (b"s" not in flags or signing_for.lower() == self._signature[b"d"].lower())
        )
