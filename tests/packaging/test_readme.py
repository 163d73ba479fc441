"""The README is a promise to strangers; what it names must exist."""

from __future__ import annotations

import re
from pathlib import Path
from pkgutil import resolve_name

import pytest

from mailgate.cli.main import COMMANDS
from mailgate.mail.commands import COMMANDS as BY_MAIL

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
ROOMS = "acceptor|cli|config|core|daemon|doors|edge|engine|logs|mail|rehearsal|rulebook|sender|site|starter|store|toml"
NO_CODE = {"daemon.ready", "config.toml"}
NAMES = sorted(set(re.findall(rf"`((?:{ROOMS})(?:\.\w+)*)`", README)) - NO_CODE)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_the_code_in_the_readme_exists(name: str) -> None:
    """The flow of one mail is told in the code's own names; a renamed one must be renamed there."""
    resolve_name(f"mailgate.{name}")


def test_the_flow_is_told_in_names_at_all() -> None:
    """A pattern that matches nothing proves nothing."""
    assert {"core.decide.decide", "store.inbox.accept", "engine.step"} <= set(NAMES)


@pytest.mark.parametrize("command", [name for name, _ in COMMANDS])
def test_every_command_stands_in_the_readme(command: str) -> None:
    """What is not there is not found."""
    assert f"`mailgate {command}" in README


def test_the_readme_names_no_command_that_does_not_exist() -> None:
    """Nobody should type what cannot work."""
    assert set(re.findall(r"mailgate ([a-z-]+)\b(?! help)", README)) >= {name for name, _ in COMMANDS}
    named = set(re.findall(r"`mailgate ([a-z-]+)", README))
    assert named == {name for name, _ in COMMANDS}


@pytest.mark.parametrize("word", sorted({word for one in BY_MAIL for word in (one.french, one.english)}))
def test_every_command_by_mail_stands_in_the_readme(word: str) -> None:
    """In French and in English."""
    assert f"#{word}" in README
