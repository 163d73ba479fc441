"""Sites for the doctor, and what the doctor says of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from mailgate import config
from mailgate.cli.doctor.findings import Said, State
from mailgate.cli.main import run
from mailgate.config import Config


def a_config(site: Path, old: str = "", new: str = "") -> Config:
    """The site's configuration after one edit of its file."""
    edit(site, old, new)
    return config.load(site)


def edit(path: Path, old: str, new: str) -> None:
    """Write something else into a file of the site."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def examined(site: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, Any]]]:
    """The exit code of `mailgate doctor --json`, and its findings."""
    capsys.readouterr()
    code = run(["doctor", "--json", "-c", str(site)])
    return code, json.loads(capsys.readouterr().out)


def of(said: Iterable[Said], state: State) -> list[str]:
    """What is said of one state."""
    return [one.says for one in said if one.state is state]


def worst(said: Iterable[Said]) -> State:
    """The worst state that anything is in."""
    return max((one.state for one in said), key=list(State).index)
