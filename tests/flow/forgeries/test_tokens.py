"""A26 once more, without end: nothing verifies that was not issued, and a verifier that is too kind is found out."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mailgate.core.model import Token, TokenKind
from mailgate.mail import address
from mailgate.mail.address import sign
from tests.flow.desk import RING
from tests.flow.forgeries.tokens import AGELESS, ALPHABET, FAR, NO_MAC, OTHER_RING, PAST, UNSIGNED
from tests.flow.forgeries.weakening import Weakening

TODAY = date(2026, 11, 16)
ISSUED = {
    sign(RING, kind, ticket, person, FAR): Token(kind, ticket, person)
    for kind, ticket, person in product(TokenKind, (1, 1001, 2**32 - 1), (7, 77))
}
EXPIRED = [sign(RING, kind, 1001, 7, PAST) for kind in TokenKind]
KNOWN = (*ISSUED, *EXPIRED, *[sign(OTHER_RING, kind, 1001, 7, FAR) for kind in TokenKind])


def spliced(one: str, other: str, place: int) -> str:
    """The beginning of one token and the end of another."""
    return one[:place] + other[place:]


FORGED = st.one_of(
    st.text(),
    st.text(ALPHABET, min_size=42, max_size=42),
    st.sampled_from(KNOWN),
    st.sampled_from(KNOWN).map(str.upper),
    st.builds(spliced, st.sampled_from(KNOWN), st.sampled_from(KNOWN), st.integers(0, 42)),
    st.builds(spliced, st.sampled_from(KNOWN), st.text(ALPHABET, min_size=42, max_size=42), st.integers(0, 42)),
    st.builds("".join, st.permutations(KNOWN[0])),
)


@settings(max_examples=400, derandomize=True, database=None, phases=[Phase.generate])
@given(FORGED)
def nothing_else_verifies(text: str) -> None:
    """What was issued means what it was issued for, and all else means nothing."""
    issued = ISSUED.get(text.lower() if text.isascii() else "")
    address_of = None if issued is None or issued.kind is TokenKind.PAGE else issued  # a page's link is no address
    assert address.verify(RING, text, TODAY) == address_of


def test_nothing_verifies_that_was_not_issued() -> None:
    """Random, altered, spliced, expired, or another desk's."""
    nothing_else_verifies()


@pytest.mark.parametrize("weakening", [NO_MAC, UNSIGNED, AGELESS], ids=lambda one: one.words)
def test_a_verifier_that_is_too_kind_is_found_out(weakening: Weakening) -> None:
    """The property is worth something."""
    with weakening.applied(), pytest.raises(AssertionError):
        nothing_else_verifies()
