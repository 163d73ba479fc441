"""Authentication-Results, from our own relay only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.model import AuthVerdict
from mailgate.mail.auth import read_results, verdict

PASS, FAIL, NONE = AuthVerdict.PASS, AuthVerdict.FAIL, AuthVerdict.NONE


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("mx.us; dmarc=pass header.from=corp.example", PASS),
        ("mx.us 1; dmarc=pass (p=reject dis=none) header.from=CORP.example", PASS),
        ("mx.us; dmarc=fail header.from=corp.example; dkim=pass header.d=corp.example", FAIL),
        ("mx.us; dmarc=none header.from=corp.example; dkim=pass header.d=mail.corp.example", PASS),
        ("mx.us; dkim=pass header.i=@corp.example header.b=ab==", PASS),
        ("mx.us; spf=pass (ok; really) smtp.mailfrom=bounce@corp.example", PASS),
        ('mx.us; spf=pass reason="a;b \\" (c" smtp.mailfrom=corp.example', PASS),
        ("mx.us; dkim=fail header.d=corp.example; spf=fail smtp.mailfrom=corp.example", FAIL),
        ("mx.us; dkim=fail header.d=corp.example; spf=softfail smtp.mailfrom=corp.example", NONE),
        ("mx.us; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example", NONE),
        ("mx.us; dkim=pass header.d=evilcorp.example", NONE),
        ("mx.us; dkim=pass header.d=example", NONE),
        ("mx.us; dmarc=pass header.from=evil.example", NONE),
        ("mx.us; dmarc=pass", NONE),
        ("mx.us; none", NONE),
        ("mx.us", NONE),
        ("", NONE),
    ],
)
def test_the_verdict_is_about_the_from_domain(results: str, expected: AuthVerdict) -> None:
    """DMARC first, then an aligned DKIM or SPF; a pass for somebody else's domain is worth nothing."""
    assert verdict((results,), "mx.us", "corp.example") is expected


@pytest.mark.parametrize(
    "results",
    [
        "mx.them; dmarc=pass header.from=corp.example",
        "mx.us.evil.example; dmarc=pass header.from=corp.example",
        "x(mx.us); dmarc=pass header.from=corp.example",
        "mx.us evil; dmarc=pass header.from=corp.example",
        "mx.us; (dmarc=pass header.from=corp.example",
        'mx.us; x="dmarc=pass header.from=corp.example',
        "mx.us) ; dmarc=pass header.from=corp.example",
        "mx.us" + "(" * 3000 + "; dmarc=pass header.from=corp.example",
        "mx.us; (dmarc=pass header.from=corp.example)",
    ],
)
def test_nobody_else_speaks_for_our_relay(results: str) -> None:
    """Anybody can write this header (hazards A23)."""
    assert verdict((results,), "mx.us", "corp.example") is NONE


def test_several_headers_of_our_relay_count_together() -> None:
    """Each milter of a relay adds its own."""
    results = ("mx.them; dmarc=pass header.from=corp.example", "mx.us; dkim=fail", "mx.us; spf=fail smtp.mailfrom=x")
    assert verdict(results, "mx.us", "corp.example") is FAIL


def test_without_a_name_of_our_own_nothing_is_believed() -> None:
    """A site that configured no relay has no verdicts."""
    assert verdict(("; dmarc=pass header.from=corp.example",), "", "corp.example") is NONE


def test_without_a_domain_nothing_is_aligned() -> None:
    """A mail without a readable sender cannot pass."""
    assert verdict(("mx.us; dmarc=pass; spf=pass",), "mx.us", "") is NONE


@given(
    st.lists(
        st.sampled_from(["mx.us", ";", "(", ")", '"', "\\", "=", " ", "dmarc", "pass", "header.from", "corp.example"])
    )
)
def test_any_pieces_of_results_are_read(pieces: list[str]) -> None:
    """Total."""
    read_results("mx.us;" + "".join(pieces), "mx.us")
