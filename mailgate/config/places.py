"""Where things are: sockets to listen on, servers to talk to, URLs of database and relay, as people write them.

Every function reads one text and raises a ValueError whose sentence says what would be right. Paths stay as written:
`reading` makes them absolute, because only it knows the site's directory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from mailgate.config.values import Database, MaildirRelay, Network, Relay, SmtpRelay, SmtpTls
from mailgate.core.listening import Listen, UnixListen
from mailgate.toml.complaints import as_written
from mailgate.toml.fields import host_name

UNIX = "unix:"
SQLITE = "sqlite:///"
MAILDIR = "maildir:"
HIGHEST_PORT = 65535
NO_SECRETS = "a URL must not hold the password: use password_file or password_env beside it"


def is_loopback(host: str) -> bool:
    """Whether a name or an address means this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def host_of(text: str) -> str:
    """A host name or an IP address."""
    try:
        return str(ip_address(text))
    except ValueError:
        return host_name(text)


def listen(text: object) -> Listen:
    """ "127.0.0.1:8025", "[::1]:8025", "localhost:0"."""
    host, colon, port = text.rpartition(":") if isinstance(text, str) else ("", "", "")
    if not (host and colon and port.isascii() and port.isdigit() and int(port) <= HIGHEST_PORT):
        raise ValueError(
            f"{as_written(text)} is not a socket: write 127.0.0.1:8025, or 0.0.0.0:8025 for every interface"
        )
    bracketed = host.startswith("[") and host.endswith("]")
    if bracketed != (":" in host):
        raise ValueError(f"'{text}' is not a socket: an IPv6 address is written [::1]:8025")
    return Listen(host_of(host.strip("[]")), int(port))


def listen_or_unix(text: object) -> Listen | UnixListen:
    """ "unix:var/lmtp.sock", or what `listen` takes."""
    if isinstance(text, str) and text.startswith(UNIX) and text != UNIX:
        return UnixListen(Path(text.removeprefix(UNIX)))
    return listen(text)


def network(text: object) -> Network:
    """ "127.0.0.1/32", "fd00::/8", "192.0.2.7"."""
    try:
        return ip_network(str(text))
    except ValueError:
        raise ValueError(f"{as_written(text)} is not a network{_without_host_bits(str(text))}") from None


def _without_host_bits(text: str) -> str:
    try:
        return f" (did you mean '{ip_network(text, strict=False)}'?)"
    except ValueError:
        return ": write 127.0.0.1/32"


def database_url(text: object) -> Database:
    """ "sqlite:///var/mailgate.db" (three slashes: relative), "postgresql://user@host/mailgate"."""
    url = str(text)
    if url.startswith(SQLITE) and url != SQLITE:
        return Database(url, Path(url.removeprefix(SQLITE)))
    split = _split(url)
    if split.scheme != "postgresql" or not split.path.strip("/"):
        raise ValueError(
            f"'{url}' is not a database: write sqlite:///var/mailgate.db or postgresql://user@host/mailgate"
        )
    if "password" in parse_qs(split.query):
        raise ValueError(NO_SECRETS)
    return Database(url, None)


def site_url(text: object) -> str:
    """ "https://support.example.com", without a slash at its end."""
    split = _split(str(text))
    if split.scheme not in ("https", "http") or not split.hostname or split.query or split.fragment:
        raise ValueError(f"{as_written(text)} is not the address of a site: write https://support.example.com")
    return split.geturl().rstrip("/")


def service_url(url: str, example: str, leak: str) -> str:
    """An https URL that is called, as `example`: "a gateway: write https://…"; plain http only to this machine, because
    of the `leak`. No sentence quotes the URL, which may be a secret."""
    try:
        split = urlsplit(url)
        impossible = split.port == 0 or not split.hostname
    except ValueError:
        impossible = True
    if impossible or split.scheme not in ("https", "http") or split.fragment or not url.isascii() or " " in url:
        raise ValueError(f"not the address of {example}")
    if split.scheme == "http" and not is_loopback(split.hostname or ""):
        raise ValueError(f"http:// would {leak}: only to this machine")
    return url


@dataclass(frozen=True, slots=True)
class _Scheme:
    """What the scheme of a relay's URL means: its port, and its TLS away from this machine and on it."""

    port: int
    abroad: SmtpTls
    here: SmtpTls


SCHEMES: Mapping[str, _Scheme] = {
    "smtp": _Scheme(587, "starttls", "opportunistic"),
    "smtps": _Scheme(465, "implicit", "implicit"),
}


def relay_url(text: object) -> Relay:
    """ "maildir:var/outgoing", "smtp://user@host:587", "smtps://user@host:465"."""
    url = str(text)
    if url.startswith(MAILDIR) and url != MAILDIR:
        return MaildirRelay(Path(url.removeprefix(MAILDIR)))
    split = _split(url)
    scheme = SCHEMES.get(split.scheme)
    if scheme is None or not split.hostname or split.path.strip("/"):
        raise ValueError(f"'{url}' is not a relay: write maildir:var/outgoing, smtp://user@host or smtps://user@host")
    host = host_of(split.hostname)
    tls = scheme.here if is_loopback(host) else scheme.abroad
    return SmtpRelay(host, split.port or scheme.port, tls, unquote(split.username) if split.username else None)


def _split(url: str) -> SplitResult:
    """A URL in parts, none of them a password: config.toml is under version control."""
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError:
        raise ValueError(f"'{url}' is not a URL") from None
    if split.password is not None:
        raise ValueError(NO_SECRETS)
    if port == 0:
        raise ValueError(f"'{url}' has no port that one can connect to")
    return split
