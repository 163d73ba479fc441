"""The commands see a clock that stands still."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.daemon import clock
from tests.cli.sites import MONDAY, a_site


@pytest.fixture(autouse=True)
def _monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MONDAY)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The config.toml of a fresh starter site."""
    return a_site(tmp_path / "site")
