"""`mailgate page test TECH`"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest

from mailgate.cli import page as paging
from mailgate.cli.main import run
from mailgate.core.delivery import Deferred, Delivered, Delivery, Lane, Refused
from mailgate.store import inbox, outbox
from mailgate.store.database import Database
from mailgate.store.outbox import Lease
from tests.cli.sites import MONDAY, a_daemon, a_database

PAGER = "5145550101@pager.example.net"


def serving(config: Path, answers: Mapping[str, Delivery]) -> AbstractContextManager[None]:
    """Decides what comes in and sends it, like the daemon, until the block ends; who is not in `answers` takes it."""
    return a_daemon(config, lambda database: send(database, answers))


def send(database: Database, answers: Mapping[str, Delivery]) -> None:
    with database.write() as tx:
        for leased in outbox.lease(tx, Lease(Lane.PAGE, 9, "test", MONDAY + timedelta(minutes=2)), MONDAY):
            answer = answers.get(leased.parcel.target, Delivered())
            outbox.settle(tx, leased, answer, MONDAY + timedelta(minutes=1), MONDAY)


@pytest.fixture
def served(config: Path) -> Path:
    """A site that was served before."""
    a_database(config).close()
    return config


def test_a_drill_that_every_channel_took_is_good(served: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, and a line for each way to reach the person."""
    with serving(served, {}):
        assert run(["page", "test", "tech1", "-c", str(served)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines[1:]] == [["mail", "tech1@example.com", "sent"], ["pager", PAGER, "sent"]]


def test_a_channel_that_refuses_is_named_with_its_reason(served: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1: somebody would not be reached at night."""
    with serving(served, {PAGER: Refused("550 no such pager")}):
        assert run(["page", "test", "tech1", "-c", str(served), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["technician"], said["taken"]) == ("tech1", False)
    assert [one["state"] for one in said["channels"]] == ["sent", "failed"]
    assert said["channels"][1]["reason"] == "550 no such pager"


def test_a_channel_that_is_in_trouble_is_waited_for_and_then_told(
    served: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The drill is tried again like any page; who asked sees why it did not leave yet."""
    with serving(served, {PAGER: Deferred("421 busy")}):
        assert run(["page", "test", "tech1", "--wait", "1", "-c", str(served)]) == 1
    assert capsys.readouterr().out.splitlines()[-1].split() == ["pager", PAGER, "promised", "421", "busy"]


def test_without_a_daemon_the_answer_is_later(
    served: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """75, and the request is there for a daemon that starts at once."""
    monkeypatch.setattr(paging, "PATIENCE", 0.2)
    assert run(["page", "test", "tech1", "-c", str(served)]) == 75
    assert "no daemon took the drill up" in capsys.readouterr().err
    database = a_database(served)
    with database.read() as tx:
        assert inbox.next_pending(tx) is not None
    database.close()


def test_a_desk_never_served_is_told_so_and_left_alone(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is created by a test."""
    assert run(["page", "test", "tech1", "-c", str(config)]) == 75
    assert "never served" in capsys.readouterr().err
    assert not (config.parent / "var").exists()


def test_an_unknown_technician_is_named(served: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the nearest one that there is."""
    assert run(["page", "test", "tehc1", "-c", str(served)]) == 1
    assert capsys.readouterr().err == "unknown technician 'tehc1' (did you mean 'tech1'?)\n"
