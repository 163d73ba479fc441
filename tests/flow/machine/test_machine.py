"""Whatever happens to a desk, in whatever order, everybody gets what they were promised, once."""

from __future__ import annotations

import pytest

from tests.flow.machine.playing import played_on
from tests.flow.machine.world import Stage

pytestmark = pytest.mark.timeout(0)
"""As long as MAILGATE_LONG asks for."""


def test_everybody_gets_what_they_were_promised(stage: Stage) -> None:
    """lost 0, duplicated 0, and no unexpected mail after three cycles."""
    played_on(stage)
