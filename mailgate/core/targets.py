"""Where a page goes: a mail address, or the URL of a pager. The URL of a service may hold its password, and what names
a pager ends in logs, listings and mails: people see `shown(target)`, only the stored row keeps the whole.

A service without a server of one's own has its token where others have a host (tgram://TOKEN/…). So the host is shown
for the schemes alone that name a server there, and only when it looks like one.
"""

from __future__ import annotations

import re

SNPP = "snpp"
SMS = "sms"

WITHOUT_SECRETS = frozenset({SNPP, SMS})
"""Their URLs cannot hold a password: the rules refuse one there, or keep it in config.toml."""

SERVERS = frozenset(
    "apprise apprises form forms gotify gotifys http https json jsons mailto mailtos matrix matrixs mmost mmosts mqtt "
    "mqtts ntfy ntfys rocket rockets signal signals syslog xml xmls".split()
)
"""Schemes of Apprise whose URLs name a server first."""

HIDDEN = "…"

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?://)?", re.IGNORECASE)
_HOST = re.compile(r"(?:[^/?#\\]*@)?([a-z0-9.-]+(?::[0-9]{1,5})?)(?=[/?#]|$)", re.IGNORECASE)


def is_mail(target: str) -> bool:
    """Whether a target is a mail address rather than a URL."""
    return _SCHEME.match(target) is None


def scheme_of(target: str) -> str:
    """The scheme of a URL in lower case, "" for a mail address."""
    found = _SCHEME.match(target)
    return found[1].lower() if found else ""


def gateway_of(target: str) -> str:
    """The NAME of "sms:NAME/+15145550101"; "" for any other target."""
    return target[len(SMS) + 1 :].partition("/")[0] if scheme_of(target) == SMS else ""


def shown(target: str) -> str:
    """A target as people may see it: an address as it is, a URL by its scheme and its server."""
    found = _SCHEME.match(target)
    if found is None or found[1].lower() in WITHOUT_SECRETS:
        return target
    host = _HOST.match(target, found.end()) if found[1].lower() in SERVERS else None
    if host is None or "." not in host[1]:
        return found[0] + HIDDEN
    return f"{found[0]}{host[1]}/{HIDDEN}"
