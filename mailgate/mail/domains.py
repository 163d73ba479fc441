"""Which domains belong together: those below one registered name, as DMARC's relaxed alignment has it (RFC 7489 §3.1).

What can be registered is known by list only. The Public Suffix List travels with the library, and nothing is looked up;
its private part counts too, because tenants of one hosting service must not speak for each other.

Unicode and punycode are two spellings of one name. Letters are not mapped (IDNA 2003 makes "straße" and "strasse" one,
and they are two owners).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from publicsuffixlist import PublicSuffixList

LONGEST = 253
"""Characters of a domain name (RFC 1035 §2.3.4)."""

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


def aligned(one: str, other: str) -> bool:
    """The same domain, or two below one registered name; False for anything that is no domain name."""
    first, second = canonical(one), canonical(other)
    if not first or not second:
        return False
    return first == second or registered(first) == registered(second) is not None


def canonical(domain: str) -> str:
    """The domain in lower-case A-labels without a final dot; "" for what is no domain name."""
    if len(domain) > LONGEST + 1:
        return ""
    labels = [_a_label(label) for label in domain.removesuffix(".").split(".")]
    name = ".".join(labels)
    is_name = len(name) <= LONGEST and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    return name if is_name else ""


def registered(name: str) -> str | None:
    """The name that somebody registered, of a canonical domain; None for a public suffix itself."""
    return _suffixes().privatesuffix(name)


def _a_label(label: str) -> str:
    lower = unicodedata.normalize("NFC", unicodedata.normalize("NFC", label).lower())
    return lower if lower.isascii() else f"xn--{lower.encode('punycode').decode('ascii')}"


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
