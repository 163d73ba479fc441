"""`mailgate doctor`: its answers as a whole."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from mailgate.cli.doctor import examination
from mailgate.cli.doctor.findings import ok
from mailgate.cli.main import run
from tests.cli.patients import edit, examined
from tests.cli.sites import a_database, raw_mail, receive


@pytest.fixture
def site(config: Path) -> Path:
    """The starter on any free port."""
    edit(config, "127.0.0.1:8025", "127.0.0.1:0")
    return config


def test_the_starter_works_and_has_its_warnings(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is bad before the first edit; that no mail leaves and whose addresses these are is said."""
    assert run(["doctor", "-c", str(site)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ok       site       2 queues, 4 technicians, ")
    assert any(line.startswith("warning  relay      nothing leaves: ") for line in lines)
    assert lines[-2] == ""
    assert lines[-1].startswith("0 bad, ")


def test_looking_at_a_site_never_started_creates_nothing(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not even var/: whoever owns it decides who may serve."""
    before = sorted(site.parent.rglob("*"))
    examined(site, capsys)
    assert sorted(site.parent.rglob("*")) == before


def test_looking_beside_a_database_changes_nothing(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a row nor a file, whether the desk runs or not."""
    receive(site, raw_mail("Panne"))
    before = {path: path.stat().st_mtime_ns for path in site.parent.rglob("*")}
    code, found = examined(site, capsys)
    assert {path: path.stat().st_mtime_ns for path in site.parent.rglob("*")} == before
    assert code == 0
    running = a_database(site)
    assert examined(site, capsys) == (code, found)
    running.close()


def test_a_finding_has_three_fields(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For a monitoring system that asks once a day."""
    _, found = examined(site, capsys)
    assert all(set(one) == {"check", "state", "says"} for one in found)
    assert {one["state"] for one in found} == {"ok", "warning"}
    assert {one["check"] for one in found} <= {name for name, _ in examination.CHECKS}


def test_anything_bad_is_a_no_and_stands_last(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a terminal stops scrolling. Mistakes are told in the words of `check`."""
    edit(site.parent / "rules" / "20-queues.toml", "callback  =", "calback  =")
    run(["check", "-c", str(site)])
    mistakes = capsys.readouterr().err.splitlines()
    code, found = examined(site, capsys)
    assert code == 1
    assert [one["says"] for one in found if one["state"] == "bad"] == mistakes
    assert [one["state"] for one in found] == sorted(
        (one["state"] for one in found), key="ok warning bad".split().index
    )


def test_mistakes_in_the_rules_hide_no_trouble_of_the_machine(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """config.toml can be used without them."""
    edit(site.parent / "rules" / "20-queues.toml", "callback  =", "calback  =")
    checks = {one["check"] for one in examined(site, capsys)[1]}
    assert {"database", "disk", "doors", "relay", "trust"} <= checks
    assert "queues" not in checks


def test_a_slip_in_the_configuration_is_told_too(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing can be looked at then but this program itself."""
    edit(site, "timezone =", "timezon =")
    code, found = examined(site, capsys)
    assert code == 1
    assert {one["check"] for one in found} == {"site", "python", "aiosmtpd"}


def test_a_check_that_fails_silences_no_other(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect here must not hide a certificate that ends tomorrow."""
    checks = (("broken", lambda _: 1 / 0), ("sound", lambda _: (ok("all is well"),)))
    monkeypatch.setattr(examination, "CHECKS", checks)
    code, found = examined(site, capsys)
    assert code == 1
    assert [one["says"] for one in found] == [
        "all is well",
        "this could not be looked at: ZeroDivisionError: division by zero",
    ]


def test_nobody_waits_for_a_check_that_hangs(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that is silent cannot be interrupted, but it can be left."""
    answered = threading.Event()
    monkeypatch.setattr(examination, "CHECKS", (("hung", lambda _: iter([ok("late")] if answered.wait(60) else ())),))
    monkeypatch.setattr(examination, "PATIENCE", 0.1)
    assert examined(site, capsys)[0] == 1
    answered.set()


def test_wrong_usage_is_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    """As with every command."""
    assert run(["doctor", "--nonsense"]) == 2
    assert run(["doctor", "-c", "/nowhere/config.toml"]) == 1
    assert "there is no such file" in capsys.readouterr().err


def test_no_password_is_ever_shown(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the doctor says ends in tickets and chats."""
    monkeypatch.setenv("RELAY", "s3same-ouvre-toi")
    edit(site, 'url = "maildir:var/outgoing"', 'url = "smtp://desk@127.0.0.1:1"\npassword_env = "RELAY"')
    assert "s3same" not in json.dumps(examined(site, capsys)[1])
