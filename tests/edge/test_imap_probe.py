"""A visit to a mailbox: each way it can end, and that nothing in it changes."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from mailgate.edge.imap_probe import probe
from mailgate.edge.imap_session import Mailbox
from mailgate.edge.probe import Passed, Probed, Step, Stopped
from tests.edge.imap_servers import ONE_MAIL, scripted_imap

SCRIPT = ONE_MAIL


def a_mailbox(port: int, **changes: Any) -> Mailbox:
    settings = {"host": "127.0.0.1", "user": "desk", "password": lambda: "x", "fallback": "", "tls": "none"}
    return Mailbox(**{**settings, "port": port, "max_size": 1000, **changes})


def visited(script: dict[str, tuple[str, ...]], greeting: str = "* OK ready", **changes: Any) -> Probed:
    with scripted_imap(script, greeting) as server:
        return probe(a_mailbox(server.port, **changes), 0.5)


def test_a_mailbox_that_lets_us_in_is_left_as_it_was() -> None:
    """No folder is made, no mail is fetched, marked or expunged."""
    with scripted_imap(SCRIPT) as server:
        assert probe(a_mailbox(server.port, processed="done"), 1.0) == Passed()
        verbs = [command.partition(" ")[0] for command in server.heard]
    assert set(verbs) <= {"CAPABILITY", "LOGIN", "SELECT", "LIST", "LOGOUT"}
    assert verbs[-1] == "LOGOUT"


def test_a_folder_for_read_mail_that_is_not_there_is_named() -> None:
    """The reader makes it; the visit does not."""
    assert visited({**SCRIPT, "LIST": ()}, processed="done") == Passed(missing=("done",))


def test_a_folder_that_cannot_be_written_is_told() -> None:
    """The reader can neither mark nor move there, and reads nothing of it."""
    found = visited({**SCRIPT, "SELECT": (*SCRIPT["SELECT"], "* OK [READ-ONLY] x")})
    assert isinstance(found, Stopped)
    assert (found.step, "not writable" in found.reason) == (Step.FOLDER, True)


@pytest.mark.parametrize(
    ("greeting", "step"),
    [
        ("* BYE not today", Step.GREETING),
        ("* PREAUTH welcome", Step.TLS),
        ("220 mail.example.com ESMTP", Step.GREETING),
    ],
)
def test_a_greeting_that_is_none_ends_the_visit(greeting: str, step: Step) -> None:
    """Another service, a closed one, or one that skips the login (A4)."""
    found = visited({}, greeting)
    assert isinstance(found, Stopped)
    assert found.step is step
    assert found.reason


def test_a_server_without_starttls_gets_no_password() -> None:
    """Trap A4."""
    with scripted_imap(SCRIPT) as server:
        found = probe(a_mailbox(server.port, tls="starttls"), 0.5)
        assert server.commands("LOGIN") == []
    assert isinstance(found, Stopped)
    assert found.step is Step.TLS


def test_plain_text_where_tls_is_required() -> None:
    """The port of STARTTLS with `tls = "required"`."""
    found = visited(SCRIPT, tls="required")
    assert isinstance(found, Stopped)
    assert found.step is Step.TLS


def test_a_silent_server_is_left() -> None:
    """It took the connection, and says nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = probe(a_mailbox(silent.getsockname()[1]), 0.2)
    assert isinstance(found, Stopped)


def test_a_ca_file_that_is_gone_is_told(tmp_path: Path) -> None:
    """Before any connection."""
    with socket.create_server(("127.0.0.1", 0)) as never_asked:
        found = probe(a_mailbox(never_asked.getsockname()[1], tls="required", ca_file=tmp_path / "none.pem"), 0.2)
    assert found == Stopped(Step.TLS, "No such file or directory")
