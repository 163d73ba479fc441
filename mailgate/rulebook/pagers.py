"""How a technician is reached beside mail: `mailto:number@gateway?max=160` goes out as a short mail of ours, anything
else is an Apprise URL (https://github.com/caronc/apprise) and is only checked here, never dialled.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from urllib.parse import parse_qsl, urlsplit

from mailgate.core.policy import Pager
from mailgate.toml.document import did_you_mean
from mailgate.toml.fields import addr_spec

SHORTEST = 40
"""A page of fewer characters could not hold queue, number and deadline."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)


def pager(url: str) -> Pager:
    """A pager as the rules write it; ValueError when nobody could be reached that way."""
    scheme, colon, _ = url.partition(":")
    if not colon or _SCHEME.fullmatch(scheme) is None:
        raise ValueError(f"'{url}' is not a pager: write mailto:5145550101@pager.example.net?max=160 or an Apprise URL")
    return _by_mail(url) if scheme.lower() == "mailto" else _by_apprise(url)


def _by_mail(url: str) -> Pager:
    split = urlsplit(url)
    limit = None
    for key, value in parse_qsl(split.query, keep_blank_values=True):
        if key != "max":
            raise ValueError(f"unknown parameter '{key}' of a mailto: pager{did_you_mean(key, ['max'])}")
        limit = _limit(value)
    return Pager(addr_spec(split.path), by_mail=True, limit=limit)


def _limit(value: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value) >= SHORTEST):
        raise ValueError(f"'max={value}' of a pager must be a number of characters, at least {SHORTEST}")
    return int(value)


def _by_apprise(url: str) -> Pager:
    if "://" not in url:
        raise ValueError(f"'{url}' is not an Apprise URL: it has no '://'")
    if has_apprise() and not _is_known(url):
        raise ValueError(f"'{url}' is not a pager that Apprise knows")
    return Pager(url, by_mail=False)


def has_apprise() -> bool:
    """The extra 'notify' is installed; without it a URL cannot be judged, and its pages fail (`doubts` says so)."""
    return find_spec("apprise") is not None


def _is_known(url: str) -> bool:
    from apprise import Apprise

    return Apprise.instantiate(url) is not None
