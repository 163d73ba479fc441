"""What people may see of where a page goes."""

from __future__ import annotations

import pytest

from mailgate.core.targets import is_mail, scheme_of, shown

SHOWN = {
    "5145550101@pager.example.net": "5145550101@pager.example.net",
    "snpp://gateway.example.net:444/5145550101": "snpp://gateway.example.net:444/5145550101",
    "sms:ovh/+15145550101": "sms:ovh/+15145550101",
    "ntfys://user:canary@ntfy.example.net:8443/topic?token=x": "ntfys://ntfy.example.net:8443/…",
    "json://user:canary@127.0.0.1:8080/?a=b": "json://127.0.0.1:8080/…",
    "https://hooks.example.net/services/canary": "https://hooks.example.net/…",
    "ntfy://canary": "ntfy://…",
    "tgram://123456789:canary/12315544/": "tgram://…",
    "pover://user@canary": "pover://…",
    "twilio://canary:auth@15145550101": "twilio://…",
    "discord://4174216298/canary.abc": "discord://…",
    "GOTIFYS://gotify.example.net/canary": "GOTIFYS://gotify.example.net/…",
    "https://a:b/canary@c.example/x": "https://…",
    "https://canary.secret\\@x.example/": "https://…",
    "tgram:canary": "tgram:…",
}


@pytest.mark.parametrize(("target", "says"), SHOWN.items())
def test_a_url_is_shown_by_its_scheme_and_its_server(target: str, says: str) -> None:
    """Tokens stand anywhere in these URLs, also where others have the host."""
    assert shown(target) == says


def test_an_address_is_no_url() -> None:
    """The lane that sends by mail never gets a URL."""
    assert is_mail("5145550101@pager.example.net")
    assert is_mail("odd@[IPv6:2001:db8::1]")
    assert not is_mail("sms:ovh/+15145550101")
    assert scheme_of("SNPP://x/1") == "snpp"
    assert scheme_of("a@b.example") == ""
