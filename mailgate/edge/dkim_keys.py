"""The name servers of this machine, asked for the keys of DKIM (RFC 6376 §3.6.2)."""

from __future__ import annotations

from dataclasses import dataclass

DNS_PORT = 53


@dataclass(frozen=True, slots=True)
class NameServers:
    """A `dkim.Lookup`. Without `addresses` those of the machine, read anew for each question: they may change."""

    addresses: tuple[str, ...] = ()
    port: int = DNS_PORT

    def __call__(self, name: str, seconds: float) -> bytes | None:
        """Raises dns.exception.DNSException: no answer in time, or none that can be believed."""
        import dns.resolver

        resolver = dns.resolver.Resolver(configure=not self.addresses)
        if self.addresses:
            resolver.nameservers = list(self.addresses)
            resolver.port = self.port
        try:
            found = resolver.resolve(name, "TXT", lifetime=seconds, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return None
        return b"".join(found[0].strings) if len(found) == 1 else None
