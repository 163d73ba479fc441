"""The starter site as `mailgate init` writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate import starter


def test_the_starter_becomes_a_site(tmp_path: Path) -> None:
    """A newcomer gets config.toml, rules and templates, and nothing that only the repository needs."""
    site = tmp_path / "new" / "site"
    written = starter.write(site)
    assert {path.relative_to(site).parts[0] for path in written} == {"config.toml", "rules", "templates"}
    assert (site / "config.toml").read_bytes() == (starter.data() / "config.example.toml").read_bytes()


def test_a_directory_in_use_is_left_alone(tmp_path: Path) -> None:
    """`init` on the wrong directory must not overwrite somebody's site."""
    (tmp_path / "config.toml").write_text("mine")
    with pytest.raises(starter.DirectoryInUse, match="not an empty directory"):
        starter.write(tmp_path)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_a_fresh_version_control_directory_counts_as_empty(tmp_path: Path) -> None:
    """A site is kept in version control, so `git init` may well come first."""
    (tmp_path / ".git").mkdir()
    assert starter.write(tmp_path)


def test_a_file_in_the_place_of_the_site_is_refused(tmp_path: Path) -> None:
    """The same sentence as for a directory in use, instead of a system error."""
    (tmp_path / "site").write_text("")
    with pytest.raises(starter.DirectoryInUse):
        starter.write(tmp_path / "site")


def test_the_packaged_templates_belong_to_the_starter() -> None:
    """A site without its own templates is answered from here."""
    assert starter.templates() == starter.data() / "templates"
