"""How a technician is reached beside mail: `mailto:number@gateway?max=160` goes out as a short mail of ours,
`snpp://gateway/pager` by RFC 1861, `sms:NAME/+15145550101` through the HTTP gateway [sms.NAME] of config.toml; anything
else is an Apprise URL (https://github.com/caronc/apprise). All of them are
only checked here, never dialled.

No sentence repeats a URL that may hold a password: it ends in the log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.util import find_spec
from urllib.parse import SplitResult, parse_qsl, urlsplit

from mailgate.core.people import Pager
from mailgate.core.targets import SMS, SNPP, scheme_of, shown
from mailgate.toml.document import Mistake, Source
from mailgate.toml.fields import addr_spec, host_name
from mailgate.toml.mistakes import did_you_mean, nearest

SHORTEST = 40
"""A page of fewer characters could not hold queue, number and deadline."""

HIGHEST_PORT = 65535
PRIVACY = "privacy"

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)
_PAGER_ID = re.compile(r"[A-Za-z0-9+._-]{1,64}")
_SNPP_PORT = 444
_SMS = re.compile(r"[A-Za-z0-9_-]{1,40}/\+?[0-9]{3,20}")


def pager(url: str) -> Pager:
    """A pager as the rules write it; ValueError when nobody could be reached that way."""
    scheme, colon, _ = url.partition(":")
    if not colon or _SCHEME.fullmatch(scheme) is None:
        raise ValueError(f"'{url}' is not a pager: write mailto:5145550101@pager.example.net?max=160 or an Apprise URL")
    bare, private = _privacy(url)
    return replace(WAYS.get(scheme.lower(), _by_apprise)(bare), private=private)


def _privacy(url: str) -> tuple[str, bool]:
    """The URL without our own parameter `privacy`, and whether it asks for queue, number and deadline only."""
    path, _, query = url.partition("?")
    parameters = query.split("&") if query else []
    said = [one for one in parameters if one.partition("=")[0].lower() == PRIVACY]
    if any(one not in (f"{PRIVACY}=yes", f"{PRIVACY}=no") for one in said):
        raise ValueError(f"'{PRIVACY}' of a pager is 'yes' or 'no': write ?{PRIVACY}=yes")
    rest = "&".join(one for one in parameters if one not in said)
    return (f"{path}?{rest}" if rest else path), f"{PRIVACY}=yes" in said


def _by_mail(url: str) -> Pager:
    split = urlsplit(url)
    return Pager(addr_spec(split.path), by_mail=True, limit=_limit(split, "mailto:"))


def _by_snpp(url: str) -> Pager:
    split = _split(url)
    number, host = split.path.removeprefix("/"), split.hostname
    if not host or "@" in split.netloc or _PAGER_ID.fullmatch(number) is None or split.fragment:
        raise ValueError(f"'{_hidden(url)}' is not a pager: write snpp://pager.example.net:444/5145550101")
    limit = _limit(split, "snpp:")
    return Pager(f"snpp://{host_name(host)}:{split.port or _SNPP_PORT}/{number}", by_mail=False, limit=limit)


def _by_sms(url: str) -> Pager:
    split = urlsplit(url)
    if _SMS.fullmatch(split.path) is None or split.netloc or split.fragment:
        raise ValueError(f"'{_hidden(url)}' is not a pager: write sms:NAME/+15145550101, and [sms.NAME] in config.toml")
    return Pager(f"{SMS}:{split.path}", by_mail=False, limit=_limit(split, "sms:"))


def unknown_gateways(sources: Iterable[Source], gateways: Collection[str]) -> Iterator[Mistake]:
    """The pagers of gateways that config.toml does not have."""
    for source in sources:
        for end in ((), ("*",)):
            for path, url in source.texts("technician", "*", "pager", *end):
                name = urlsplit(url).path.partition("/")[0]
                if scheme_of(url) == SMS and name not in gateways:
                    says = f"config.toml has no [sms.{name}]{did_you_mean(name, gateways)}"
                    yield source.at_value(path, says)


def _hidden(url: str) -> str:
    return shown(url) if "@" not in url else f"{url.partition(':')[0]}:…"


def _split(url: str) -> SplitResult:
    try:
        split = urlsplit(url)
        bad = split.port == 0
    except ValueError:
        bad = True
    if bad:
        raise ValueError(f"'{_hidden(url)}' is not a pager: its port is a number from 1 to {HIGHEST_PORT}")
    return split


def _limit(split: SplitResult, what: str) -> int | None:
    """The `max` of a URL's parameters; there is no other but the privacy that every pager may ask for."""
    limit = None
    for key, value in parse_qsl(split.query, keep_blank_values=True):
        if key != "max":
            raise ValueError(f"unknown parameter '{key}' of a {what} pager{did_you_mean(key, ['max', PRIVACY])}")
        limit = _characters(value)
    return limit


def _characters(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 9 and int(value) >= SHORTEST):
        raise ValueError(f"'max={value}' of a pager must be a number of characters, at least {SHORTEST}")
    return int(value)


def _by_apprise(url: str) -> Pager:
    if "://" not in url:
        raise ValueError(f"'{shown(url)}' is not an Apprise URL: it has no '://'")
    if has_apprise() and not _is_known(url):
        raise ValueError(f"'{shown(url)}' is not a pager that Apprise knows{_near(url)}")
    return Pager(url, by_mail=False)


def _near(url: str) -> str:
    near = nearest(url.partition(":")[0].lower(), OWN)
    return f" (did you mean '{near}'?)" if near else ""


WAYS: Mapping[str, Callable[[str], Pager]] = {"mailto": _by_mail, SNPP: _by_snpp, SMS: _by_sms}
OWN = tuple(WAYS)
"""The schemes that need no extra."""


def has_apprise() -> bool:
    """The extra 'notify' is installed; without it a URL cannot be judged, and its pages fail (`doubts` says so)."""
    return find_spec("apprise") is not None


def _is_known(url: str) -> bool:
    from apprise import Apprise

    return Apprise.instantiate(url) is not None
