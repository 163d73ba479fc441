"""The thread that keeps a node's posts: whatever happens in a round, there is a next one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mailgate.daemon.tenures import Tenures
from mailgate.store import tenures
from tests.flow.desk import a_database
from tests.flow.process import eventually


def test_a_round_that_fails_is_not_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that ends would leave its mailboxes to nobody until the next start, and say nothing."""
    rounds = list[str]()

    def fails(_tx: Any, _names: Any, holder: str, _lasts: Any) -> frozenset[str]:
        rounds.append(holder)
        raise MemoryError

    monkeypatch.setattr(tenures, "hold", fails)
    monkeypatch.setattr(tenures, "let_go", lambda *_: None)
    with a_database(tmp_path / "mailgate.db") as database:
        node = Tenures(database, "node", 0.01)
        node.start()
        eventually(lambda: len(rounds) > 1)
        node.stop()
