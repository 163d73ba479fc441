"""Which domains speak for each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.mail.domains import aligned, canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("corp.example", "corp.example"),
        ("CORP.example.", "corp.example"),
        ("mail.corp.co.uk", "corp.co.uk"),
        ("a.corp.example", "b.corp.example"),
        ("mail.tenant.github.io", "tenant.github.io"),
        ("github.io", "github.io"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "mail.xn--BCHER-KVA.example"),
        ("bu\u0308cher.example", "bücher.example"),
        ("食狮.公司.cn", "mail.xn--85x722f.xn--55qx5d.cn"),
        ("city.kobe.jp", "mail.city.kobe.jp"),
    ],
)
def test_one_owner(one: str, other: str) -> None:
    """Below one registered name, however it is spelled; and the same way round."""
    assert aligned(one, other)
    assert aligned(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("evil.co.uk", "corp.co.uk"),
        ("co.uk", "corp.co.uk"),
        ("evil.github.io", "corp.github.io"),
        ("github.io", "corp.github.io"),
        ("evilcorp.example", "corp.example"),
        ("corp.example.evil.example", "corp.example"),
        ("example", "corp.example"),
        ("straße.example", "strasse.example"),
        ("公司.cn", "食狮.公司.cn"),
        ("192.0.2.7", "203.0.2.7"),
        ("[192.0.2.7]", "[192.0.2.7]"),
        ("corp..example", "corp..example"),
        ("corp.example", "corp.example@evil.example"),
        ("", ""),
    ],
)
def test_two_owners(one: str, other: str) -> None:
    """Neighbours under a public suffix are strangers; what is no domain name belongs to nobody."""
    assert not aligned(one, other)
    assert not aligned(other, one)


def test_a_long_name_costs_nothing() -> None:
    """Punycode is quadratic in a label; no name of the DNS is so long."""
    assert canonical("é" * 1_000_000) == ""
    assert canonical("a." * 126 + "a") == "a." * 126 + "a"
    assert canonical("a." * 127 + "a") == ""
    assert canonical("é" * 200 + ".example") == ""


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    """Total; and what is a name stays the name it is."""
    assert canonical(canonical(text)) == canonical(text)
