"""Small rules directories, written by the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate.core.policy import Desk
from mailgate.rulebook import Rulebook, load
from mailgate.toml.document import SiteMistakes

DESK = Desk("Exemple", "tickets@example.com", administrators=("admin@example.com",))
STARTER = Path(__file__).parents[2] / "rules"

PEOPLE = """\
[calendar.office]
hours = { mon-fri = "08:30-17:00" }
holidays = "CA-QC"
[technician.tech1]
name = "A"
mail = "tech1@example.com"
[team.support]
members = ["tech1"]
"""

QUEUE = """\
[queue.urgent]
addresses = ["support-urgent@example.com"]
calendar = "office"
callback = "1h"
notify = 1
team = "support"
"""

ACME = """\
[customer.acme]
name = "Acme"
domains = ["acme.example"]
contacts = [{ mail = "chef@acme.example" }]
"""


def rules(tmp_path: Path, **files: str) -> Path:
    """A rules directory: people.toml, queue.toml and acme.toml as above unless said otherwise, and more."""
    directory = tmp_path / "rules"
    directory.mkdir(exist_ok=True)
    for name, text in ({"people": PEOPLE, "queue": QUEUE, "acme": ACME} | files).items():
        (directory / f"{name}.toml").write_text(text, encoding="utf-8")
    return directory


def loaded(tmp_path: Path, **files: str) -> Rulebook:
    """A rulebook without mistakes."""
    return load(rules(tmp_path, **files), DESK)


def mistakes(tmp_path: Path, **files: str) -> list[str]:
    """What is wrong, as `check` prints it."""
    with pytest.raises(SiteMistakes) as caught:
        load(rules(tmp_path, **files), DESK)
    return list(map(str, caught.value.mistakes))
