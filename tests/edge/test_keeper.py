"""Who a client is, and whom a door trusts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mailgate.edge.keeper import UNIX, peer_of
from tests.edge.custodies import ListCustody
from tests.edge.doors import a_keeper


class Connected(asyncio.BaseTransport):
    """Knows only its peer."""

    def __init__(self, peername: object) -> None:
        super().__init__({"peername": peername})


@pytest.mark.parametrize(
    ("peername", "peer"),
    [
        (("192.0.2.7", 4711), "192.0.2.7"),
        (("2001:db8::7", 4711, 0, 0), "2001:db8::7"),
        (("fe80::1%eth0", 4711, 0, 2), "fe80::1"),
        (("::ffff:192.0.2.7", 4711, 0, 0), "192.0.2.7"),
        ("", UNIX),
        (b"", UNIX),
        (None, UNIX),
    ],
)
def test_a_client_is_its_address(peername: Any, peer: str) -> None:
    """A mapped IPv4 address would be missed by the trusted networks and counted apart."""
    assert peer_of(Connected(peername)) == peer


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [("192.0.2.7", True), ("192.0.3.7", False), ("2001:db8::7", True), ("::1", False), (UNIX, True)],
)
def test_trust_is_a_matter_of_networks(peer: str, trusted: bool) -> None:
    """Only their Authentication-Results are believed, and only they get in when the door is full."""
    assert a_keeper(ListCustody(), trusted=("192.0.2.0/24", "2001:db8::/32")).trusts(peer) is trusted
