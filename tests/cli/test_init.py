"""`mailgate init`"""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.cli.main import run


def test_init_says_what_comes_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer is one line away from a working desk."""
    assert run(["init", str(tmp_path / "site")]) == 0
    told = capsys.readouterr().out
    assert f"mailgate check -c {tmp_path}/site/config.toml" in told
    assert f"mailgate serve -c {tmp_path}/site/config.toml" in told


def test_init_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 and a sentence; the site stays as it was."""
    assert run(["init", str(tmp_path / "site")]) == 0
    (tmp_path / "site" / "config.toml").write_text("mine")
    assert run(["init", str(tmp_path / "site")]) == 1
    assert (tmp_path / "site" / "config.toml").read_text() == "mine"
    assert "is not an empty directory" in capsys.readouterr().err
