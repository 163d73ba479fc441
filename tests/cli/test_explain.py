"""`mailgate explain`"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailgate.cli.main import run
from tests.cli.sites import raw_mail, receive


def saved(tmp_path: Path, raw: bytes) -> str:
    """A mail as a file."""
    (tmp_path / "mail.eml").write_bytes(raw)
    return str(tmp_path / "mail.eml")


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What `explain --json` answers."""
    assert run(["explain", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_mail_is_explained_on_a_site_never_served(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An administrator tries out rules before switching the desk on; nothing is created."""
    before = set(config.parent.rglob("*"))
    found = explained(capsys, saved(tmp_path, raw_mail("Panne")), "-c", str(config))
    assert (found["outcome"], found["identity"], found["kind"]) == ("ticket", "contact", "person")
    assert found["deadlines"]["callback"]["due_at"] == "2026-11-23T16:00:00Z"
    assert [rule["matched"] for rule in found["rules"] if rule["name"] == "panne de production"] == [True]
    assert len(found["pages"]) == 6
    assert found["mails"][0]["to"] == "chef@acme.example"
    assert set(config.parent.rglob("*")) == before


def test_a_broken_template_is_explained_as_the_desk_would_do_it(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The acknowledgement leaves in built-in words all the same; the reason names the template."""
    (config.parent / "templates/fr/acknowledgement.txt.j2").write_text("Subject: x\n\n{{ nothing }}\n", "utf-8")
    found = explained(capsys, saved(tmp_path, raw_mail("Panne")), "-c", str(config))
    assert "fr/acknowledgement.txt.j2:3" in found["because"]
    assert "accusé de réception automatique" in found["mails"][0]["text"]


def test_a_mail_that_came_already_is_a_duplicate(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The pipeline answers as it would now, and the database stays as it was."""
    receive(config, raw_mail("Panne"))
    assert explained(capsys, saved(tmp_path, raw_mail("Panne")), "-c", str(config))["outcome"] == "duplicate"
    assert run(["tickets", "--json", "-c", str(config)]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1


def test_a_mail_that_came_already_can_be_explained_as_new(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The question is mostly "why did it do that?", asked about a mail of this morning."""
    receive(config, raw_mail("Panne"))
    found = explained(capsys, saved(tmp_path, raw_mail("Panne")), "--as-new", "-c", str(config))
    assert found["outcome"] == "ticket"
    assert len(found["pages"]) == 6


def test_the_time_can_be_given(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without an offset it is the desk's; Friday 19:30 at the urgent door is due on Monday at 7:30."""
    found = explained(capsys, saved(tmp_path, raw_mail("Panne")), "--at", "2026-11-20T19:30", "-c", str(config))
    assert found["deadlines"]["callback"]["due_at"] == "2026-11-23T12:30:00Z"


def test_the_envelope_can_be_given(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Headers need not name the door: a blind copy or an alias does not."""
    raw = raw_mail("Panne", to="somebody@example.org")
    mail, where = saved(tmp_path, raw), ("-c", str(config))
    assert explained(capsys, mail, *where)["outcome"] == "refused"
    found = explained(capsys, mail, "--to", "support-regulier@example.com", "--from", "<it@acme.example>", *where)
    assert found["facts"]["queue"] == "regulier"


def test_the_headers_that_a_server_leaves_name_the_envelope(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mail out of a mailbox carries Return-Path and Delivered-To."""
    raw = b"Return-Path: <>\r\nDelivered-To: support-regulier@example.com\r\n" + raw_mail("Panne", to="x@example.org")
    found = explained(capsys, saved(tmp_path, raw), "-c", str(config))
    assert found["facts"]["queue"] == "regulier"
    assert found["mails"] == []


def test_the_readable_form_goes_to_people(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each rule that did not match names the condition that failed."""
    assert run(["explain", saved(tmp_path, raw_mail("Question")), "-c", str(config)]) == 0
    told = capsys.readouterr().out
    assert "- panne de production (rules/60-rules.toml:" in told
    assert "subject is 'Question'" in told


def test_a_time_that_is_none_is_wrong_usage(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With an example of what would be right."""
    assert run(["explain", saved(tmp_path, b""), "--at", "friday", "-c", str(config)]) == 2
    assert "write 2026-11-23T16:30" in capsys.readouterr().err


def test_a_mail_that_is_not_there_is_a_no(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, no traceback."""
    assert run(["explain", "nowhere.eml", "-c", str(config)]) == 1
    assert capsys.readouterr().err == "nowhere.eml: No such file or directory\n"


def test_what_the_relay_found_out_is_believed_as_at_the_door(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Otherwise the explanation of a proven or forged mail would be another mail's."""
    levels = []
    for result in ("pass", "fail", "none"):
        head = f"Authentication-Results: mx.example.com; dmarc={result} header.from=acme.example\r\n".encode()
        found = explained(capsys, saved(tmp_path, head + raw_mail("Panne")), "-c", str(config))
        levels.append((found["level"], found["notes"]))
    assert levels == [("L2", []), ("L0", []), ("L1", [])]


def test_signatures_are_not_verified_here_and_it_is_said(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Looking touches nothing, name servers included."""
    config.write_text(config.read_text("utf-8") + "\n[dkim]\nverify = true\n", "utf-8")
    assert run(["explain", saved(tmp_path, raw_mail("Panne")), "-c", str(config)]) == 0
    assert "note        DKIM signatures are verified by the doors" in capsys.readouterr().out
