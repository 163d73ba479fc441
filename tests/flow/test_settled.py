"""A site as a desk takes it up: all of its files at one moment, and what tells them from others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mailgate import rulebook, site, starter
from mailgate.rulebook import Rulebook
from mailgate.toml.mistakes import SiteMistakes


@pytest.fixture
def config(tmp_path: Path) -> Path:
    starter.write(tmp_path / "site")
    return tmp_path / "site/config.toml"


def reading(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    """Something happens whenever the rules are read."""
    load = rulebook.load

    def read(rules: Path, *rest: object) -> Rulebook:
        loaded = load(rules, *rest)  # type: ignore[arg-type]  # passed on as it came
        meanwhile()
        return loaded

    monkeypatch.setattr(rulebook, "load", read)


@pytest.mark.parametrize(
    "name", ["config.toml", "rules/20-queues.toml", "rules/99-new.toml", "templates/fr/page.txt.j2", "templates/_x.j2"]
)
def test_every_file_tells_one_site_from_another(config: Path, name: str) -> None:
    """Edited, new or gone."""
    before = site.digest(config)
    with (config.parent / name).open("a") as file:
        file.write("\n")
    edited = site.digest(config)
    (config.parent / name).unlink()
    assert before != edited != site.digest(config)


@pytest.mark.parametrize("name", [".10-calendars.toml.swp", "rules/.#20-queues.toml", "rules/README", "var/x"])
def test_what_is_no_part_of_a_site_tells_nothing(config: Path, name: str) -> None:
    """An editor's files, and the desk's own."""
    before = site.digest(config)
    (config.parent / name).parent.mkdir(exist_ok=True)
    (config.parent / name).write_text("x")
    assert site.digest(config) == before


def test_a_site_that_is_edited_while_it_is_read_is_read_again(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of a deployment is no site."""
    edits = iter(["# one\n", "# two\n"])
    queues = config.parent / "rules/20-queues.toml"
    reading(monkeypatch, lambda: queues.write_text(queues.read_text("utf-8") + next(edits, ""), "utf-8"))
    assert site.settled(config).digest == site.digest(config)
    assert next(edits, None) is None


def test_a_site_that_never_rests_is_not_taken(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has to ask again."""
    queues = config.parent / "rules/20-queues.toml"
    reading(monkeypatch, lambda: queues.write_text(queues.read_text("utf-8") + "#\n", "utf-8"))
    with pytest.raises(SiteMistakes, match="change while they are read"):
        site.settled(config)


def test_the_mistakes_of_half_a_deployment_are_nobodys(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are mended by the time that the last file is there."""
    queues, load = config.parent / "rules/20-queues.toml", rulebook.load
    whole = queues.read_text("utf-8")
    queues.write_text("[queue", "utf-8")

    def read(rules: Path, *rest: object) -> Rulebook:
        try:
            return load(rules, *rest)  # type: ignore[arg-type]  # passed on as it came
        finally:
            queues.write_text(whole, "utf-8")

    monkeypatch.setattr(rulebook, "load", read)
    assert "urgent" in site.settled(config).policy.queues
