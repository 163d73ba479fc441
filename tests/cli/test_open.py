"""`mailgate open`"""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from mailgate.cli import open as opening
from mailgate.cli.failures import Refusal
from mailgate.cli.main import run
from mailgate.core.events import TicketRequested
from mailgate.core.model import Activity
from mailgate.store import query
from mailgate.store.columns import InboxState
from mailgate.store.query import Fate
from mailgate.store.verify import State, verify
from tests.cli.sites import FIRST, MONDAY, a_daemon, a_database, requested

CALL = ("--customer", "acme", "--contact", "chef@acme.example", "--subject", "Panne  du\nserveur")


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "PATIENCE", 0.2)


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "PATIENCE", 60)


@pytest.mark.usefixtures("_patient")
def test_a_request_opens_a_ticket(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever is on the phone wants to tell the number."""
    with a_daemon(config):
        assert run(["open", *CALL, "-c", str(config)]) == 0
    assert capsys.readouterr().out == f"ticket {FIRST} is open\n"


@pytest.mark.usefixtures("_impatient")
def test_without_a_daemon_the_request_is_queued(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is lost: it is decided when the daemon runs again."""
    assert run(["open", *CALL, "--json", "-c", str(config)]) == 0
    assert json.loads(capsys.readouterr().out) == {"inbox": 1, "ticket": None}
    assert requested(config) == TicketRequested(1, MONDAY, "acme", "chef@acme.example", "Panne du serveur")


@pytest.mark.usefixtures("_impatient")
def test_the_text_comes_from_a_file_or_from_stdin(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Notes of a call are typed somewhere else first."""
    (tmp_path / "notes.txt").write_text("Écran noir.", "utf-8")
    assert run(["open", *CALL, str(tmp_path / "notes.txt"), "-c", str(config)]) == 0
    found = requested(config)
    assert isinstance(found, TicketRequested)
    assert found.text == "Écran noir."
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"from stdin")))
    assert opening._read(Path("-")) == "from stdin"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (("--customer", "acmee"), "unknown customer 'acmee' (did you mean 'acme'?)"),
        (("--contact", "cheff@acme.example"), "did you mean 'chef@acme.example'?"),
        (("--queue", "urgant"), "unknown queue 'urgant' (did you mean 'urgent'?)"),
        (("--by", "teck1", "--call", "10"), "unknown technician 'teck1' (did you mean 'tech1'?)"),
    ],
)
def test_a_typing_error_is_no_ticket(
    wrong: tuple[str, str], sentence: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The nearest valid word is named, and nothing was asked for."""
    assert run(["open", *CALL, *wrong, "-c", str(config)]) == 1
    assert sentence in capsys.readouterr().err
    assert not (config.parent / "var").exists()


@pytest.mark.usefixtures("_patient")
def test_a_call_that_was_made_already_counts(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The technician on the phone has the ticket, the promise is kept, and nobody is called."""
    with a_daemon(config):
        assert run(["open", *CALL, "--by", "tech1", "--call", "1h30", "-c", str(config)]) == 0
    database = a_database(config)
    with database.read() as tx:
        story = query.ticket(tx, FIRST)
    broken = [found for found in verify(database, MONDAY) if found.state is State.BROKEN]
    database.close()
    assert story is not None
    assert story.callback is not None
    assert (story.assignee, story.callback.kept_by, story.pages) == ("tech1", "tech1", ())
    assert [(one.by, one.activity, one.minutes) for one in story.interventions] == [("tech1", Activity.CALL, 90)]
    assert broken == []
    capsys.readouterr()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (("--call", "10"), "say --by whom"),
        (("--by", "tech1"), "--by goes with one of"),
        (("--by", "tech1", "--call", "10", "--visit", "20"), "--by goes with one of"),
        (("--by", "tech1", "--call", "bientôt"), "is not a time; write 15, 90 or 1h30"),
    ],
)
def test_half_a_call_is_none(
    wrong: tuple[str, ...], sentence: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who did it and for how long go together."""
    assert run(["open", *CALL, *wrong, "-c", str(config)]) == 2
    assert sentence in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_a_ticket_needs_a_subject(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Blank is as good as none."""
    assert run(["open", *CALL[:-1], "  ", "-c", str(config)]) == 2
    assert "--subject must not be empty" in capsys.readouterr().err


def test_a_request_that_was_quarantined_is_a_no() -> None:
    """The caller must not believe that somebody will call back."""
    with pytest.raises(Refusal, match="quarantined as inbox row 1: no such queue"):
        opening._tell(opening.Opened(1, None), Fate(InboxState.QUARANTINED, None, "no such queue"), as_json=False)
