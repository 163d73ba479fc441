"""The machine's name servers, played by one on the loopback that answers by a script."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

pytest.importorskip("dns", reason="the extra 'dkim' is not installed")
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from mailgate.edge.dkim_keys import NameServers

NAME = "k1._domainkey.corp.example."


@contextmanager
def answering(
    *texts: str, rcode: dns.rcode.Rcode = dns.rcode.NOERROR, unanswered: list[bytes] | None = None
) -> Iterator[NameServers]:
    """A name server that answers every question with these TXT records, each a list of quoted strings; a silent one
    only collects the questions in `unanswered`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.05)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                try:
                    question, client = server.recvfrom(4096)
                except TimeoutError:
                    continue
                if unanswered is not None:
                    unanswered.append(question)
                else:
                    server.sendto(_answer(question, texts, rcode), client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield NameServers(("127.0.0.1",), server.getsockname()[1])
        finally:
            ended.set()
            thread.join()


def _answer(question: bytes, texts: tuple[str, ...], rcode: dns.rcode.Rcode) -> bytes:
    query = dns.message.from_wire(question)
    response = dns.message.make_response(query)
    response.set_rcode(rcode)
    response.flags |= dns.flags.RA
    if texts:
        response.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", *texts))
    return bytes(response.to_wire())


def test_a_record_in_pieces_is_one() -> None:
    """A string of the DNS has at most 255 octets, a key more."""
    with answering('"v=DKIM1; " "p=" "abc"') as servers:
        assert servers(NAME, 2.0) == b"v=DKIM1; p=abc"


@pytest.mark.parametrize(
    ("texts", "rcode"), [((), dns.rcode.NOERROR), ((), dns.rcode.NXDOMAIN), (('"a"', '"b"'), dns.rcode.NOERROR)]
)
def test_no_key_is_none_and_two_are_none(texts: tuple[str, ...], rcode: dns.rcode.Rcode) -> None:
    """With two, what holds would depend on their order (RFC 6376 §3.6.2.2)."""
    with answering(*texts, rcode=rcode) as servers:
        assert servers(NAME, 2.0) is None


def test_a_server_in_trouble_is_told() -> None:
    """SERVFAIL is no answer; who asked decides what that means."""
    with answering(rcode=dns.rcode.SERVFAIL) as servers, pytest.raises(dns.exception.DNSException):
        servers(NAME, 1.0)


def test_a_silent_server_costs_no_more_than_its_time() -> None:
    """The door has its mails in hand meanwhile. Whoever has more time than this asks a second time."""
    unanswered: list[bytes] = []
    with answering(unanswered=unanswered) as servers, pytest.raises(dns.exception.Timeout):
        servers(NAME, 0.3)
    assert len(unanswered) == 1
