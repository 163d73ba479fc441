"""A drill through a real daemon, over three channels of three protocols."""

from __future__ import annotations

import json
from email import message_from_bytes
from pathlib import Path

from tests.edge.sms_gateways import SmsService, sms_service
from tests.flow.process import a_site, command, outgoing, serving

PAGER = '"mailto:5145550101@pager.example.net?max=160"'
SECRET = "canary-4711"


def a_site_with_sms(root: Path, service: SmsService) -> Path:
    """tech1 has a mail pager, a text message and a paging gateway that is not there."""
    a_site(root)
    config, people, secret = root / "config.toml", root / "rules/30-people.toml", root / "sms"
    secret.write_text(SECRET, "utf-8")
    secret.chmod(0o600)
    section = (
        f'\n[sms.test]\nurl = "{service.url}"\nform = {{ To = "{{number}}", Body = "{{text}}" }}\n'
        'headers = { Authorization = "Bearer {secret}" }\nsecret_file = "sms"\n'
    )
    config.write_text(config.read_text("utf-8") + section, "utf-8")
    pagers = f'{PAGER}, "sms:test/+15145550101", "snpp://127.0.0.1:1/5145550101"'
    people.write_text(people.read_text("utf-8").replace(PAGER, pagers), "utf-8")
    return root


def test_a_drill_shows_what_came_of_every_channel(tmp_path: Path) -> None:
    """Mail, pager mail and text message are taken; the gateway that is not there is told, and so the exit code is 1."""
    with sms_service() as service, serving(a_site_with_sms(tmp_path / "site", service)) as process:
        done = command(process.root, "page", "test", "tech1", "--wait", "5", "--json")
        log = (process.root / "serve.log").read_text("utf-8")
        mails = [message_from_bytes(one) for one in outgoing(process.root)]
    assert done.returncode == 1, done.stderr
    channels = json.loads(done.stdout)["channels"]
    assert [one["state"] for one in channels] == ["sent", "sent", "accepted", "promised"]
    assert "127.0.0.1" in channels[3]["reason"]
    assert {mail["Delivered-To"] for mail in mails} == {"tech1@example.com", "5145550101@pager.example.net"}
    (heard,) = service.heard
    assert heard.body.startswith(b"To=%2B15145550101&Body=EXERCICE+%2F+DRILL%2C")
    assert heard.headers["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in log + done.stdout + done.stderr
