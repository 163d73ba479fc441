"""The site's secret: made once, whole or not at all, never over another one."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mailgate import site, starter
from mailgate.mail.keyring import Keyring
from mailgate.toml.mistakes import SiteMistakes
from tests.flow.desk import RING


@pytest.fixture
def loaded(tmp_path: Path) -> site.Site:
    """The starter, never started."""
    starter.write(tmp_path / "site")
    return site.load(tmp_path / "site/config.toml")


def test_a_ring_is_kept_for_its_owner_only(loaded: site.Site) -> None:
    """Whoever reads it can sign reply addresses."""
    assert site.ring_of(loaded.config) is None
    site.write_ring(loaded.config, RING)
    assert site.ring_of(loaded.config) == RING
    assert stat.S_IMODE(loaded.config.secret_path.stat().st_mode) == 0o600
    assert list(loaded.config.secret_path.parent.iterdir()) == [loaded.config.secret_path]


def test_a_ring_is_never_written_over(loaded: site.Site) -> None:
    """The answers to every mail that left depend on it."""
    site.write_ring(loaded.config, RING)
    with pytest.raises(FileExistsError):
        site.write_ring(loaded.config, Keyring.fresh(bytes(32)))
    assert site.ring_of(loaded.config) == RING


@pytest.mark.parametrize("text", ["", "0 abc\n", "\x00"])
def test_a_file_that_is_no_ring_is_named(loaded: site.Site, text: str) -> None:
    """Not a traceback: which file, and what to do."""
    loaded.config.secret_path.parent.mkdir()
    loaded.config.secret_path.write_text(text)
    with pytest.raises(SiteMistakes, match="put the site's own one back"):
        site.ring_of(loaded.config)
