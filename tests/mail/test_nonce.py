"""A button can be pressed by who was shown it lately, and by nobody else."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailgate.mail.keyring import Keyring
from mailgate.mail.nonce import is_fresh, nonce
from tests.mail.letters import NOW, RING

TOKEN = "a" * 42
SALT = bytes(8)
SHOWN = nonce(RING, TOKEN, SALT, NOW)


def test_a_page_shown_lately_may_be_answered() -> None:
    """Also after the key was renewed meanwhile."""
    renewed = RING.renewed(bytes(range(1, 33)))
    assert is_fresh(RING, TOKEN, SHOWN, NOW)
    assert is_fresh(renewed, TOKEN, SHOWN, NOW + timedelta(minutes=59))


def test_a_page_of_yesterday_is_shown_again_first() -> None:
    """A phone keeps pages for weeks."""
    assert not is_fresh(RING, TOKEN, SHOWN, NOW + timedelta(minutes=62))
    assert not is_fresh(RING, TOKEN, SHOWN, NOW - timedelta(minutes=5))


def test_a_nonce_is_of_one_page_one_desk_and_one_moment() -> None:
    """Nothing of somebody else's page helps."""
    assert not is_fresh(RING, "b" * 42, SHOWN, NOW)
    assert not is_fresh(Keyring.fresh(bytes(range(1, 33))), TOKEN, SHOWN, NOW)
    assert nonce(RING, TOKEN, bytes(range(8)), NOW) != SHOWN


@given(st.text())
def test_no_other_text_is_a_nonce(text: str) -> None:
    """Whatever a scanner posts, the answer is no and never an exception."""
    assert not is_fresh(RING, TOKEN, text, NOW)
    assert not is_fresh(RING, TOKEN, SHOWN[:40] + text, NOW) or SHOWN[:40] + text == SHOWN
