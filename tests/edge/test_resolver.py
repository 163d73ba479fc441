"""Where mail for a domain goes: asked of a name server of our own, or of this machine where nobody knows of MX."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from mailgate.edge import resolver
from mailgate.edge.resolver import Mailed, Way, way_to

dns_resolver = pytest.importorskip("dns.resolver", reason="the extra dkim is not installed")

ZONE = {
    "two.test.": "IN MX 20 second.two.test.|IN MX 10 first.two.test.",
    "none.test.": "IN MX 0 .",
}
"""The answers of the name server; any other name does not exist, but "address.test" has no MX."""


@pytest.fixture
def _name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A name server on loopback that this test's process asks instead of its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        serving = threading.Thread(target=_serve, args=(server,), daemon=True)
        serving.start()
        ours = dns_resolver.Resolver(configure=False)
        ours.nameservers, ours.port = ["127.0.0.1"], server.getsockname()[1]
        monkeypatch.setattr(dns_resolver, "default_resolver", ours)
        yield
        server.sendto(b"", server.getsockname())
        serving.join(10)


def _serve(server: socket.socket) -> None:
    import dns.message
    import dns.rcode
    import dns.rrset

    while True:
        octets, asker = server.recvfrom(4096)
        if not octets:
            return
        query = dns.message.from_wire(octets)
        name = query.question[0].name.to_text()
        answer = dns.message.make_response(query)
        if name in ZONE:
            records = [record.removeprefix("IN MX ") for record in ZONE[name].split("|")]
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "MX", *records))
        elif name != "address.test.":
            answer.set_rcode(dns.rcode.NXDOMAIN)
        server.sendto(answer.to_wire(), asker)


@pytest.mark.usefixtures("_name_server")
def test_the_preferred_server_is_named_first() -> None:
    """RFC 5321 §5.1."""
    assert way_to("two.test", 2.0) == Mailed(Way.FOUND, "first.two.test, second.two.test")


@pytest.mark.usefixtures("_name_server")
def test_a_domain_may_take_no_mail() -> None:
    """RFC 7505: nobody could answer the desk."""
    assert way_to("none.test", 2.0) == Mailed(Way.REFUSED)


@pytest.mark.usefixtures("_name_server")
def test_a_domain_that_does_not_exist() -> None:
    """A slip in config.toml."""
    assert way_to("slip.test", 2.0).way is Way.NONE


@pytest.mark.usefixtures("_name_server")
def test_without_an_mx_the_address_takes_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 5321 §5.1 again."""
    monkeypatch.setattr(resolver, "addresses", lambda *_: ((socket.AF_INET, ("192.0.2.7", 25)),))
    assert way_to("address.test", 2.0) == Mailed(Way.FOUND, "192.0.2.7")


def test_a_name_server_that_is_silent_knows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network is not the same as no domain."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        ours = dns_resolver.Resolver(configure=False)
        ours.nameservers, ours.port = ["127.0.0.1"], silent.getsockname()[1]
        monkeypatch.setattr(dns_resolver, "default_resolver", ours)
        assert way_to("two.test", 0.3).way is Way.UNKNOWN


@pytest.mark.parametrize(
    ("trouble", "way"),
    [(socket.EAI_NONAME, Way.NO_ADDRESS), (socket.EAI_AGAIN, Way.UNKNOWN)],
)
def test_without_dnspython_no_address_is_not_no_mail(trouble: int, way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """A domain with an MX needs no address, so nothing bad may be said of it."""

    def fails(*_: object, **__: object) -> object:
        raise socket.gaierror(trouble, "no luck")

    monkeypatch.setattr(resolver, "has_dnspython", lambda: False)
    monkeypatch.setattr(socket, "getaddrinfo", fails)
    assert way_to("two.test", 1.0) == Mailed(way, "no luck")
