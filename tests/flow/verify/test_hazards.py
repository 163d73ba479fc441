"""Every invariant that the hazards ask for is kept somewhere, or says why it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.store.verify import HAZARDS, INVARIANTS, Hazard, kept_by
from tests.prove.rigs import RIGS

ROOT = Path(__file__).parents[3]


def test_the_table_is_total() -> None:
    """From I1 to I42, each once: what nobody wrote down nobody misses."""
    assert [one.number for one in HAZARDS] == [f"I{number}" for number in range(1, 43)]


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda one: one.number)
def test_a_hazard_is_kept_or_says_why_not(hazard: Hazard) -> None:
    """Asked of the database, proven by a test, or both; and else the reason, and nothing beside it."""
    kept = bool(kept_by(hazard) or hazard.proofs)
    assert kept != bool(hazard.not_today)


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda one: one.number)
def test_a_proof_is_a_test_that_exists(hazard: Hazard) -> None:
    """A test that was moved or thrown away proves nothing."""
    assert [proof for proof in hazard.proofs if not (ROOT / proof).exists()] == []


def test_every_rig_proves_a_hazard() -> None:
    """A rig that was renamed proves nothing any more; one that keeps nothing is not worth its minutes."""
    assert {rig for one in HAZARDS for rig in one.rigs} == {rig.name for rig in RIGS}


def test_every_question_names_its_hazard() -> None:
    """A question without one asks for what nobody promised; two of one name cannot be told apart."""
    assert {one.hazard for one in INVARIANTS} <= {one.number for one in HAZARDS}
    assert len({one.name for one in INVARIANTS}) == len(INVARIANTS)
