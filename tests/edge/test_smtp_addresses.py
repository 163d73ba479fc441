"""Which addresses a relay hears of: those that no client library can make somebody else's (trap M19)."""

from __future__ import annotations

import pytest

from mailgate.core.delivery import Refused
from mailgate.edge.envelope import is_plain_address
from tests.edge.relays import ScriptedRelay
from tests.edge.test_smtp_out import a_parcel, sent


@pytest.mark.parametrize(
    "address",
    [
        "", "chef", "chef@", "@acme.example", "a b@acme.example", "chef@acme.example>", "<chef@acme.example>",
        '"a\r\nRCPT TO:<evil@x.example>"@acme.example', '"a"@acme.example', "a@b@acme.example", "chef@acme..example",
        "chef@acme.example\r\nRCPT TO:<evil@x.example>", "chef@acme.example,evil@x.example", ".a@acme.example",
        "chef@acme.example SIZE=1", "x" * 65 + "@acme.example", "chef@-acme.example", "chef\x00@acme.example",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_never_reaches_a_relay(address: str) -> None:
    """Trap M19: a client library rewrote such an address silently into somebody else's."""
    relay = ScriptedRelay()
    assert isinstance(sent(relay, a_parcel(address))[0], Refused)
    if address:
        assert isinstance(sent(relay, a_parcel(envelope_from=address))[0], Refused)
    assert relay.commands == []


@pytest.mark.parametrize(
    "address", ["chef@acme.example", "tickets+abc234@desk.example", "o'neil@x.example", "andré@société.example", "a@b"]
)
def test_plain_addresses_are_plain(address: str) -> None:
    """Real people have apostrophes, tags and accents."""
    assert is_plain_address(address)


def test_an_address_with_accents_asks_for_smtputf8() -> None:
    """RFC 6531 §3.4; a relay without the extension refuses it, and says so."""
    relay = ScriptedRelay()
    sent(relay, a_parcel("andré@acme.example", "é\r\n".encode()))
    assert relay.commands[1] == "MAIL FROM:<> SIZE=4 BODY=8BITMIME SMTPUTF8"
    assert relay.commands[2] == "RCPT TO:<andré@acme.example>"
