"""What a token says of itself, without the keys that prove it."""

from __future__ import annotations

from datetime import date

import pytest

from mailgate.core.model import Token, TokenKind
from mailgate.mail import address
from mailgate.mail.keyring import Keyring

RING = Keyring.fresh(bytes(range(32)))


@pytest.mark.parametrize("kind", list(TokenKind))
def test_a_token_says_whom_it_was_made_for(kind: TokenKind) -> None:
    """Long after it expired, and whoever examines it."""
    token = address.sign(RING, kind, 1042, 7, date(2020, 1, 1))
    assert address.claimed(token) == address.claimed(token.upper()) == Token(kind, 1042, 7)


@pytest.mark.parametrize("other", ["", "tickets", "a" * 41, "a" * 42, "1" * 42, "é" * 42])
def test_what_is_no_token_says_nothing(other: str) -> None:
    """Not everything behind a plus is ours."""
    assert address.claimed(other) is None
