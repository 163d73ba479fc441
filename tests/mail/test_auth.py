"""What is known of a mail's sender: our relay's Authentication-Results, read for what it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.model import AuthVerdict
from mailgate.mail.auth import Relay, Results, read_results, verdict

PASS, FAIL, NONE = AuthVerdict.PASS, AuthVerdict.FAIL, AuthVerdict.NONE
RELAY = Relay("mx.us")


def said(*results: str, domain: str = "corp.example") -> AuthVerdict:
    """The verdict on a mail whose results stand right below our relay's Received line."""
    lines = ["Received: by mx.us", *(f"Authentication-Results: {one}" for one in results), f"From: chef@{domain}"]
    return verdict("\r\n".join((*lines, "", "Bonjour")).encode(), RELAY, (), domain)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("mx.us; dmarc=pass header.from=corp.example", PASS),
        ("mx.us 1; dmarc=pass (p=reject dis=none) header.from=CORP.example", PASS),
        ("mx.us; dmarc=fail header.from=corp.example; dkim=pass header.d=corp.example", FAIL),
        ("mx.us; dmarc=none header.from=corp.example; dkim=pass header.d=mail.corp.example", PASS),
        ("mx.us; dkim=pass header.i=@corp.example header.b=ab==", PASS),
        ("mx.us; spf=pass (ok; really) smtp.mailfrom=bounce@corp.example", PASS),
        ("mx.us; spf=pass smtp.mailfrom=bounce+chef=evil.example@corp.example", PASS),
        ('mx.us; spf=pass reason="a;b \\" (c" smtp.mailfrom=corp.example', PASS),
        ("mx.us; dkim/1 = pass header.d = corp.example", PASS),
        ("mx.us; dkim=fail header.d=corp.example; spf=fail smtp.mailfrom=corp.example", FAIL),
        ("mx.us; dkim=fail header.d=corp.example; spf=softfail smtp.mailfrom=corp.example", NONE),
        ("mx.us; dkim=fail header.d=list.example; dkim=pass header.d=corp.example; spf=fail", PASS),
        ("mx.us; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example", NONE),
        ("mx.us; dkim=pass header.d=evilcorp.example", NONE),
        ("mx.us; dkim=pass header.d=example", NONE),
        ("mx.us; dmarc=pass header.from=evil.example", NONE),
        ("mx.us; dmarc=pass", NONE),
        ("mx.us; spf=pass smtp.mailfrom= smtp.helo=corp.example", NONE),
        ("mx.us; none", NONE),
        ("mx.us", NONE),
        ("", NONE),
    ],
)
def test_the_verdict_is_about_the_from_domain(results: str, expected: AuthVerdict) -> None:
    """DMARC first, then an aligned DKIM or SPF; a pass for somebody else's domain is worth nothing."""
    assert said(results) is expected


@pytest.mark.parametrize(
    "results",
    [
        "mx.them; dmarc=pass header.from=corp.example",
        "mx.us.evil.example; dmarc=pass header.from=corp.example",
        "mx.us@evil.example; dmarc=pass header.from=corp.example",
        "mx.us/1; dmarc=pass header.from=corp.example",
        "mx.us 2; dmarc=pass header.from=corp.example",
        "mx.us 1 1; dmarc=pass header.from=corp.example",
        "mx.us evil; dmarc=pass header.from=corp.example",
        "(mx.us); dmarc=pass header.from=corp.example",
        "x(mx.us); dmarc=pass header.from=corp.example",
        'evil "; mx.us; dmarc=pass header.from=corp.example;"',
        "evil; x=(; mx.us; dmarc=pass header.from=corp.example)",
        "; dmarc=pass header.from=corp.example",
        "mx.us dmarc=pass header.from=corp.example",
    ],
)
def test_another_name_is_not_ours(results: str) -> None:
    """Exactly the configured name, and nothing that merely holds it (hazards A23)."""
    assert read_results(results, "mx.us") is None
    assert said(results) is NONE


@pytest.mark.parametrize(
    "results",
    [
        '"mx.us"; dmarc=pass header.from=corp.example',
        "(hello) mx.us; dmarc=pass header.from=corp.example",
        "=?utf-8?q?mx.us?=; dmarc=pass header.from=corp.example",
        "mx\u200b.us; dmarc=pass header.from=corp.example",
        "mx.u\u017f; dmarc=pass header.from=corp.example",
    ],
)
def test_our_name_in_another_spelling_is_not_ours(results: str) -> None:
    """A filter that takes out what strangers wrote under our name may overlook it."""
    assert read_results(results, "mx.us") is None
    assert said(results) is NONE


@pytest.mark.parametrize(
    "results",
    [
        "mx.us(.)x; dmarc=pass header.from=corp.example",
        "mx.us(.)(.)x; dmarc=pass header.from=corp.example",
        "mx.us; (dmarc=pass header.from=corp.example",
        "mx.us; (dmarc=pass header.from=corp.example)",
        "mx.us; (((dmarc=pass header.from=corp.example))",
        'mx.us; x="dmarc=pass header.from=corp.example',
        "mx.us) ; dmarc=pass header.from=corp.example",
        "mx.us" + "(" * 3000 + "; dmarc=pass header.from=corp.example",
        "mx.us; x=" + "(" * 3000 + ")" * 3000 + "; dmarc=pass header.from=corp.example",
        "mx.us; x=\\; dmarc=pass header.from=corp.example)",
        "mx.us; dmarc=pass header.from=corp.example \\(; (",
    ],
)
def test_what_breaks_the_grammar_vouches_for_nobody(results: str) -> None:
    """Nested comments once broke a reader by their depth (hazards A23, `authres`)."""
    assert said(results) is NONE


@pytest.mark.parametrize(
    "results",
    [
        'mx.us; spf=pass smtp.mailfrom="x@corp.example"@evil.example',
        'mx.us; spf=pass smtp.mailfrom="corp.example".evil.example',
        "mx.us; spf=pass smtp.mailfrom=x=corp.example@evil.example",
        "mx.us; spf=pass smtp.mailfrom=smtp.mailfrom=corp.example@evil.example",
        "mx.us; dkim=pass header.d=corp.example(.evil.example",
        "mx.us; dkim=pass header.d=corp.example(x).evil.example",
        "mx.us; dkim=pass header.d=corp.example(x)(y).evil.example",
        "mx.us; dkim=pass header.d=corp.example(x)y=.evil.example",
        'mx.us; dkim=pass header.d=corp.example"".evil.example',
        "mx.us; dkim=pass header.d=corp.example .evil.example",
        "mx.us; dkim=pass header.d=corp.example\x00.evil.example",
        'mx.us; dkim=pass header.i="header.d=corp.example" header.d=evil.example',
        'mx.us; dkim=pass reason="header.d=corp.example"',
    ],
)
def test_what_a_sender_chose_does_not_end_early(results: str) -> None:
    """Envelope sender and signing domain are the attacker's words inside the relay's sentence (espoofer)."""
    assert said(results) is NONE


def test_a_failure_before_a_break_still_counts() -> None:
    """A strange greeting at the end of the sentence must not take the failure back."""
    assert said("mx.us; dmarc=fail header.from=corp.example; spf=none smtp.helo=(") is FAIL


def test_unicode_and_punycode_are_one_domain() -> None:
    """A relay writes one, the mail program the other."""
    assert said("mx.us; dmarc=pass header.from=xn--bcher-kva.example", domain="bücher.example") is PASS
    assert said("mx.us; dkim=pass header.d=bücher.example", domain="xn--bcher-kva.example") is PASS


def test_several_methods_of_one_relay_fail_together() -> None:
    """Each milter adds its own field."""
    assert said("mx.them; dmarc=pass header.from=corp.example", "mx.us; dkim=fail", "mx.us; spf=fail") is FAIL


def test_one_of_several_signatures_may_fail() -> None:
    """A list's, beside the author's own: the milter below says so, and so DKIM did not fail."""
    both = "mx.us; dkim=fail header.d=list.example; dkim=pass header.d=corp.example"
    assert said("mx.us; spf=fail", both) is NONE
    assert said("mx.us; spf=fail", "mx.us; dkim=fail header.d=corp.example") is FAIL


def test_without_a_domain_nothing_is_aligned() -> None:
    """A mail without a readable sender cannot pass."""
    assert said("mx.us; dmarc=pass; spf=pass", domain="") is NONE


@given(
    st.lists(
        st.sampled_from(["mx.us", ";", "(", ")", '"', "\\", "=", " ", "dmarc", "pass", "header.from", "corp.example"])
    )
)
def test_any_pieces_of_results_are_read(pieces: list[str]) -> None:
    """Total."""
    assert isinstance(read_results("mx.us ;" + "".join(pieces), "mx.us"), Results)
