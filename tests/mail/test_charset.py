"""Octets to text: declared, else UTF-8, else Windows-1252."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.mail.charset import decode


@pytest.mark.parametrize(
    ("octets", "declared", "text"),
    [
        ("été".encode("iso-8859-15"), "iso-8859-15", "été"),
        ("l’été".encode("cp1252"), "iso-8859-1", "l’été"),
        ("été".encode(), "us-ascii", "été"),
        ("été".encode("cp1252"), "utf-8", "été"),
        ("été".encode(), "", "été"),
        ("日本".encode("iso-2022-jp"), "ISO-2022-JP", "日本"),
        (b"a\x81b", "", "a\ufffdb"),
    ],
)
def test_the_order_is_declared_then_utf8_then_windows(octets: bytes, declared: str, text: str) -> None:
    """French mail of the last thirty years is one of these, whatever it declares."""
    assert decode(octets, declared) == text


@pytest.mark.parametrize(
    "name", ["undefined", "idna", "punycode", "unicode_escape", "rot13", "base64", "a\0b", "x" * 99]
)
def test_a_codec_that_is_no_charset_is_not_used(name: str) -> None:
    """`charset=undefined` raises, `unicode_escape` interprets (hazards A16)."""
    assert decode(b"\\x41 xn--t-9fa", name) == "\\x41 xn--t-9fa"


@given(st.binary(), st.text() | st.sampled_from(["utf-8", "utf-16", "utf-7", "gb2312", "hz", "euc-kr", "iso-2022-kr"]))
def test_decoding_never_fails(octets: bytes, declared: str) -> None:
    """A charset is a stranger's word."""
    decode(octets, declared)
