"""Whether mail for a domain has somewhere to go, as far as the resolver of this machine knows.

Python's own library cannot ask for MX records. Where dnspython is installed they are asked for (RFC 5321 §5.1: without
one, the domain's address takes its mail; RFC 7505: a lone "." takes none); else only for an address, which a domain
with an MX need not have.
"""

from __future__ import annotations

import importlib.util
import socket
from dataclasses import dataclass
from enum import StrEnum

from mailgate.edge.asking import ask
from mailgate.edge.envelope import clean_reply
from mailgate.edge.probe import Unreachable, addresses

SMTP_PORT = 25


class Way(StrEnum):
    """What is known of the way to a domain. NO_ADDRESS: no address was found, and nobody could be asked for an MX."""

    FOUND = "found"
    NONE = "none"
    REFUSED = "refused"
    NO_ADDRESS = "no-address"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Mailed:
    """`words` names the hosts that were found, or why nothing was; one clean line."""

    way: Way
    words: str = ""


def way_to(domain: str, seconds: float) -> Mailed:
    """Where mail for a domain would go; the resolver has `seconds` for each question."""
    return _by_mx(domain, seconds) if has_dnspython() else _by_address(domain, seconds, Way.NO_ADDRESS)


def has_dnspython() -> bool:
    """MX records can be asked for."""
    return importlib.util.find_spec("dns") is not None


def _by_mx(domain: str, seconds: float) -> Mailed:
    import dns.exception
    import dns.resolver

    try:
        answer = ask(lambda: dns.resolver.resolve(f"{domain}.", "MX", lifetime=seconds)).result(2 * seconds)
    except dns.resolver.NoAnswer:
        return _by_address(domain, seconds, Way.NONE)
    except dns.resolver.NXDOMAIN:
        return Mailed(Way.NONE, "there is no such domain")
    except (dns.exception.DNSException, OSError) as error:
        return Mailed(Way.UNKNOWN, clean_reply(str(error)))
    hosts = [str(record.exchange).rstrip(".") for record in sorted(answer, key=lambda record: record.preference)]
    return Mailed(Way.FOUND, ", ".join(hosts)) if any(hosts) else Mailed(Way.REFUSED)


def _by_address(domain: str, seconds: float, otherwise: Way) -> Mailed:
    try:
        found = addresses(domain, SMTP_PORT, seconds)
    except Unreachable as error:
        missing = isinstance(error.__context__, socket.gaierror) and error.__context__.errno in NOT_THERE
        return Mailed(otherwise if missing else Way.UNKNOWN, error.stopped.reason)
    return Mailed(Way.FOUND, str(found[0][1][0]))


NOT_THERE = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
