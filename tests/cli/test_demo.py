"""`mailgate demo`: the first thing that a stranger sees."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mailgate.cli.demo import postbox, stage
from mailgate.cli.demo.letters import FIRST
from mailgate.cli.demo.postbox import Postbox, read
from mailgate.cli.main import run

WIDEST = 100


AT_A_TERMINAL = (
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "runpy.run_module('mailgate', run_name='__main__', alter_sys=True)"
)
"""A shell lets what it starts in the background ignore SIGINT, and so would the demo of a suite that runs there."""


def demo(*arguments: str) -> subprocess.Popen[str]:
    """The demo as a process of its own."""
    line = [sys.executable, "-c", AT_A_TERMINAL, "demo", *arguments]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def daemons(site: Path) -> list[str]:
    """The command lines of every process that serves this site."""
    lines = [_command_line(path) for path in Path("/proc").glob("[0-9]*/cmdline")]
    return [line for line in lines if str(site) in line and "\0serve\0" in line]


def _command_line(path: Path) -> str:
    """A process may end while one looks at it."""
    try:
        return path.read_bytes().decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""


def until_served(site: Path) -> None:
    """Wait until the demo's daemon runs."""
    for _ in range(400):
        if daemons(site):
            return
        time.sleep(0.05)
    raise AssertionError("the demo started no daemon")


def test_the_whole_story_is_told(tmp_path: Path) -> None:
    """Two people, one ticket, nothing but mail; and afterwards the site is there and nothing runs."""
    process = demo("--keep", str(tmp_path / "site"))
    told, errors = process.communicate(timeout=100)
    assert (process.returncode, errors) == (0, "")
    for expected in (
        "250 2.0.0 accepted as inbox-1",
        "From: Exemple Logiciels <tickets@example.com>",
        "3 technicians are notified by mail",
        "5145550101  URGENT Acme",
        "#appel 15",
        "It lands in the same ticket",
        "#fermer",
        "outcome     ticket",
    ):
        assert expected in told
    assert max(len(line) for line in told.splitlines() if str(tmp_path) not in line) <= WIDEST
    assert (tmp_path / "site" / "var" / "mailgate.db").exists()
    assert daemons(tmp_path / "site") == []


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_nothing_running(signal_number: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C after the first screen is what most people do."""
    process = demo("--keep", str(tmp_path / "site"))
    until_served(tmp_path / "site")
    process.send_signal(signal_number)
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal_number
    assert daemons(tmp_path / "site") == []


def test_a_daemon_that_does_not_start_is_told_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, and what the daemon said last."""
    whole = stage.build

    def broken(site: Path) -> None:
        whole(site)
        (site / "config.toml").write_text("[desk\n")

    monkeypatch.setattr(stage, "build", broken)
    assert run(["demo", "--keep", str(tmp_path / "site")]) == 1
    told = capsys.readouterr().err
    assert "the daemon did not become ready" in told
    assert "config.toml:" in told


def test_a_mail_that_never_comes_is_not_waited_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo ends in bounded time whatever happens."""
    monkeypatch.setattr(postbox, "PATIENCE", 0.1)
    with pytest.raises(postbox.NeverCame, match="1 mail"):
        Postbox(tmp_path).collect(1, "nobody@example.com")


def test_the_demo_never_writes_into_a_site_in_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--keep` on the wrong directory must not cost anybody their site."""
    (tmp_path / "config.toml").write_text("mine")
    assert run(["demo", "--keep", str(tmp_path)]) == 1
    assert "is not an empty directory" in capsys.readouterr().err


def test_a_mail_of_the_demo_is_read_as_it_was_written() -> None:
    """The demo's own reader and writer agree on accents."""
    mail = read(FIRST.raw)
    assert (mail.to, mail.subject) == ("support-urgent@example.com", "Panne du serveur de facturation")
    assert "émettre de facture" in mail.text
