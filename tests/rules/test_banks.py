"""`[bank]`: what banks pay for, and when little is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.core.policy import Banks
from mailgate.rulebook import load
from tests.rules.sites import DESK, STARTER, loaded

PAID = '[customer.bolt]\nname = "Bolt"\nbank = "flex"\n'


@pytest.mark.parametrize(
    ("said", "banks"),
    [
        ("", Banks()),
        ('[bank]\nlow = "90m"\n', Banks(low=90)),
        ('[bank]\nlow = "never"\n', Banks(low=None)),
        ('[bank]\nhours_not_for = ["formation"]\n', Banks(hours_not_for=frozenset({"formation"}))),
        ("[bank]\nflex_for = []\n", Banks(flex_for=frozenset())),
    ],
)
def test_what_is_not_said_is_as_usual(said: str, banks: Banks, tmp_path: Path) -> None:
    """A list that is said is said whole."""
    assert loaded(tmp_path, more=said).policy.banks == banks


def test_the_starter_says_what_is_usual() -> None:
    """Its comments explain the figures that apply without them."""
    assert load(STARTER, DESK).policy.banks == Banks()


def test_a_bank_that_nothing_charges_is_a_warning(tmp_path: Path) -> None:
    """Somebody forgot a line, and gives their work away."""
    (warning,) = loaded(tmp_path, more=PAID).warnings
    assert str(warning) == (
        "rules/more.toml:3:8: customer 'bolt' has a bank, but no queue has a 'tariff' that charges it"
    )
