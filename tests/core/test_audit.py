"""What a verdict means: a heartbeat needs everything, systemd only what a restart mends."""

from __future__ import annotations

import pytest

from mailgate.core.audit import MENDED_BY_A_RESTART, Part, Trouble, Verdict
from tests.builders import NOW


def found(*parts: Part) -> Verdict:
    """A verdict with these troubles."""
    return Verdict(NOW, tuple(Trouble(part, "it is broken") for part in parts), None)


def test_only_without_any_trouble_all_is_well() -> None:
    """One is enough to keep the heart still."""
    assert found().is_well
    assert not any(found(part).is_well for part in Part)


@pytest.mark.parametrize("part", Part)
def test_a_restart_is_for_what_it_mends(part: Part) -> None:
    """A relay, a mailbox or a disk does not get better by it."""
    assert found(part).needs_a_restart is (part in MENDED_BY_A_RESTART)
    assert found(Part.RELAY, part).needs_a_restart is (part in MENDED_BY_A_RESTART)


def test_without_a_database_a_restart_would_not_succeed() -> None:
    """An engine that gets on with nothing is then no reason for one."""
    assert not found(Part.ENGINE, Part.DATABASE).needs_a_restart
