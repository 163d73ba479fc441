"""Octets to text. The order is always: as declared, else UTF-8, else Windows-1252, and never an exception.

No detector: on short French text they answer cp1250, cp1006 or MacCyrillic. Only codecs of this list are believed:
Python also knows "undefined", "idna" or "unicode_escape", which are not charsets of mail (hazards A16).
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,39}")
_STANDS_FOR = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",  # what mail programs mean by it; its own 0x80-0x9f are controls
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
TRUSTED = frozenset(
    (
        *("utf-8", "utf-8-sig", "utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"),
        *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
        *(f"cp{number}" for number in (437, 850, 852, 858, 866, 874, 932, 949, 950, *range(1250, 1259))),
        *("koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "tis-620", "hz"),
        *("gb18030", "big5", "big5hkscs", "euc_jp", "iso2022_jp", "iso2022_kr", "johab"),
    )
)
"""The codecs that a mail may ask for, by Python's names."""


def decode(octets: bytes, declared: str = "") -> str:
    """The text of `octets`; `declared` is the charset its sender named, or ""."""
    for codec in (_codec(declared), "utf-8"):
        if codec is None:
            continue
        try:
            return octets.decode(codec)
        except UnicodeError:
            continue
    return octets.decode("cp1252", "replace")


@lru_cache(maxsize=256)
def _codec(declared: str) -> str | None:
    name = declared.strip().strip("\"'")
    if _NAME.fullmatch(name) is None:
        return None
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return None
    known = _STANDS_FOR.get(known, known)
    return known if known in TRUSTED else None
