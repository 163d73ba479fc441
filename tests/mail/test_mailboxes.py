"""Addresses and message-ids; who could be read in two ways is nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.model import Address
from mailgate.mail import limits
from mailgate.mail.mailboxes import message_ids, read_address, read_mailboxes, thread


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("jean@ACME.example", Address("jean@acme.example")),
        ("Jean.B+x@acme.example", Address("Jean.B+x@acme.example")),
        ('"Doe, Jean" <jean@acme.example>', Address("jean@acme.example", "Doe, Jean")),
        ("=?utf-8?q?=C3=89ric?= <e@x.example>", Address("e@x.example", "Éric")),
        ("Éric <e@x.example>", Address("e@x.example", "Éric")),
        ("jean@acme.example (Jean (chef))", Address("jean@acme.example", "Jean (chef)")),
        ("jean@acme.example <jean@acme.example>", Address("jean@acme.example", "jean@acme.example")),
        (r'"a \"b\" c" <x@y.example>', Address("x@y.example", 'a "b" c')),
        ('"jean b"@acme.example', Address('"jean b"@acme.example')),
    ],
)
def test_one_plain_mailbox_is_read(value: str, address: Address) -> None:
    """The local part stays as written, the domain is in lower case, the name is decoded."""
    read = read_mailboxes(value.encode())
    assert (read.addresses, read.clear) == ((address,), True)


@pytest.mark.parametrize(
    "value",
    [
        "<",
        '"',
        "alice@example.org)<bob@evil.example>",
        "tech@corp.example\0",
        "=?utf-8?q?tech=40corp.example?=",
        "=?utf-8?q?tech?=@corp.example",
        "A <tech@corp.example> <evil@x.example>",
        "group: tech@corp.example;",
        "undisclosed-recipients:;",
        '"x" <tech@corp.example',
        "tech@corp.example\u200b",
        "te\u00adch@corp.example",
        '"te\u00a0ch"@corp.example',
        "te\U000e0061ch@corp.example",
        "a@b@c.example",
        "tech @corp.example evil",
        "(tech@corp.example",
        "<@evil.example:tech@corp.example>",
    ],
)
def test_whatever_can_be_read_in_two_ways_is_not_clear(value: str) -> None:
    """Every one of these made some mail program believe another sender than the next one (hazards §2.4)."""
    assert not read_mailboxes(value.encode()).clear


def test_an_address_behind_a_route_is_still_one() -> None:
    """Obsolete, and no reason to lose a copy in To; it is no clear author, see above."""
    read = read_mailboxes(b"<@a.example,@b.example:jean@acme.example>")
    assert read.addresses == (Address("jean@acme.example"),)


def test_a_list_keeps_what_can_be_read() -> None:
    """In To and Cc a broken neighbour hides nobody."""
    read = read_mailboxes(b"a@x.example, nonsense, team: b@x.example, c@x.example;, ,d@x.example")
    assert [address.mail for address in read.addresses] == [f"{name}@x.example" for name in "abcd"]


def test_addresses_are_capped() -> None:
    """Twenty thousand addresses took the standard library six seconds."""
    read = read_mailboxes(b"a@x.example," * 5000)
    assert (len(read.addresses), read.clear, read.more) == (limits.ADDRESSES, False, True)
    assert not read_mailboxes(b"a@x.example," * limits.ADDRESSES).more


@pytest.mark.parametrize(
    "value", ["(" * 100_000, '"\\' * 50_000, "<" * 100_000, "(a\\" * 30_000, ":" * 100_000, "[" * 100_000]
)
def test_depth_is_a_counter_not_a_stack(value: str) -> None:
    """Five hundred parentheses were a RecursionError once."""
    assert read_mailboxes(value.encode()).addresses == ()


def test_an_addr_spec_alone_is_read() -> None:
    """Envelope and configuration use the same grammar as From."""
    assert read_address(" jean@ACME.example ") == "jean@acme.example"
    assert read_address("jean@[192.0.2.1]") == "jean@[192.0.2.1]"
    assert read_address("jean") is None
    assert read_address("x" * 400 + "@acme.example") is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("chef@\u0430cme.example", "chef@xn--cme-5cd.example"),
        ("chef@HÔTEL.example", "chef@xn--htel-vqa.example"),
        ("chef@ho\u0302tel.example", "chef@xn--htel-vqa.example"),
        ("chef@acme\u2024example", "chef@xn--acmeexample-jm3f"),
        ("chef@é..example", None),
    ],
)
def test_a_domain_of_other_letters_is_written_in_punycode(written: str, read: str | None) -> None:
    """One Cyrillic letter makes another firm's domain, which looks the same (hazards A18)."""
    assert read_address(written) == read


def test_message_ids_are_found_among_other_words() -> None:
    """Old programs write "Your message of …" into In-Reply-To."""
    assert message_ids(b'Your message of Monday "<not an id>" <a@b> <c.d@e>,<f>') == ("<a@b>", "<c.d@e>", "<f>")


def test_a_thread_ends_with_what_is_answered() -> None:
    """References go from oldest to newest; In-Reply-To is the newest and is not told twice."""
    assert thread((b"<a@x> <b@x> <c@x>",), (b"<b@x>",)) == ("<a@x>", "<c@x>", "<b@x>")


@given(st.lists(st.sampled_from([*'<>()[]":;,@\\ \0\t=?.', "a", "é", "=?utf-8?q?", "?=", "a@b", "\u202e"])))
def test_any_pieces_of_addresses_are_read(pieces: list[str]) -> None:
    """Total; and what comes out is an addr-spec that reads as itself."""
    for address in read_mailboxes("".join(pieces).encode()).addresses:
        assert read_address(address.mail) == address.mail
