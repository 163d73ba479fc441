"""Tokens struck out of files that leave: all of them, and nothing else."""

from __future__ import annotations

from base64 import b64decode, b64encode, encodebytes
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.core.model import TokenKind
from mailgate.mail.address import ANYWHERE, sign, verify
from mailgate.mail.keyring import Keyring
from mailgate.mail.strike import struck

RING = Keyring.fresh(bytes(range(32)))
TOKEN = sign(RING, TokenKind.TECHNICIAN, 1042, 7, date(2027, 11, 20)).encode()
TEXT = "Où répondre : ".encode() + b"tickets+" + TOKEN + b"@example.com, https://x.example/p/" + TOKEN + b" merci. " * 9


def is_ours(token: str) -> bool:
    return verify(RING, token, date.min, ANYWHERE) is not None


@pytest.mark.parametrize("before", [b"", b"Content-Transfer-Encoding: base64\r\n\r\n", b"--b\n\n"])
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("count", range(4))
def test_what_is_base64_loses_its_tokens_in_the_same_lines(before: bytes, line_end: bytes, count: int) -> None:
    """Wherever the three octets of a group begin."""
    text = b"x" * count + TEXT
    file = before + encodebytes(text).replace(b"\n", line_end) + b"--b--"
    left = struck(file, is_ours)
    assert b64decode(left.removeprefix(before).removesuffix(b"--b--")) == text.replace(TOKEN, b"x" * 42)
    assert [len(line) for line in left.split(line_end)] == [len(line) for line in file.split(line_end)]


@pytest.mark.parametrize("file", [TEXT, b64encode(TEXT), encodebytes(TEXT), b64encode(TEXT) + b"abc"])
def test_what_nobody_here_made_stays(file: bytes) -> None:
    """Other desks have tokens, too, and a serial number may look like one."""
    assert struck(file, lambda _token: False) == file
    assert struck(file, is_ours) != file


@given(st.lists(st.sampled_from([b"abcd", b"QQ==", b"=", b"+", b"/p/", b"\r\n", b"\n", b" ", TOKEN, b64encode(TEXT)])))
def test_no_file_breaks_a_mail(pieces: list[bytes]) -> None:
    """Padding in the middle, half a group, two blocks that touch: never an exception, never another length."""
    file = b"".join(pieces)
    assert len(struck(file, lambda _token: True)) == len(file)
