"""What a desk that runs takes over from an edited config.toml, and what waits for its next start."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate import config
from mailgate.config import Config
from mailgate.config.restart import for_now, waiting

DESK = "[desk]\nname = 'Exemple'\naddress = 'tickets@example.com'\n"
DOORS = (
    "[smtp]\nlisten = '127.0.0.1:8025'\ntrusted_relays = ['127.0.0.1/32']\n"
    "[[imap]]\nhost = 'imap.example.com'\nuser = 'support'\npassword_file = 'secrets/imap'\n"
    "[relay]\nurl = 'smtp://desk@mail.example.com:587'\npassword_file = 'secrets/relay'\n"
    "[web]\nlisten = '127.0.0.1:8080'\nbase_url = 'https://support.example.com'\n"
    "[heartbeat]\nurl = 'https://hc.example.net/ping/1'\n"
)
SMS = "[sms.example]\nurl = 'https://sms.example.net/send'\njson = { to = '{number}', body = '{text}' }\n"


def load(root: Path, text: str = DESK + DOORS) -> Config:
    path = root / "config.toml"
    path.write_text(text, "utf-8")
    return config.load(path)


def edited(root: Path, old: str, new: str) -> tuple[Config, Config]:
    """Before and after somebody wrote something else."""
    assert old in DESK + DOORS
    return load(root), load(root, (DESK + DOORS).replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("'tickets@example.com'", "'desk@example.com'", "desk.address"),
        ("name = 'Exemple'\n", "name = 'Exemple'\nsecret_file = 'elsewhere'\n", "desk.secret_file"),
        ("127.0.0.1:8025", "127.0.0.1:25", "smtp.listen"),
        ("127.0.0.1/32", "10.0.0.0/8", "smtp.trusted_relays"),
        ("secrets/imap", "secrets/other", "imap"),
        ("mail.example.com", "relay.example.com", "relay"),
        ("support.example.com", "help.example.com", "web.base_url"),
        ("ping/1", "ping/2", "heartbeat"),
        ("[smtp]", "[log]\nformat = 'console'\n[smtp]", "log.format"),
        ("[smtp]", "[lmtp]\nlisten = '127.0.0.1:8024'\n[smtp]", "lmtp"),
        ("[smtp]", "[dkim]\nverify = true\n[smtp]", "dkim.verify"),
        ("[smtp]", "[database]\nurl = 'sqlite:///other.db'\n[smtp]", "database"),
    ],
)
def test_what_waits_for_a_restart_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    """And the desk goes on with what it has."""
    running, written = edited(tmp_path, old, new)
    assert waiting(running, written) == (key,)
    assert for_now(running, written) == running


@pytest.mark.parametrize(
    "more", ["language = 'en-CA'", "timezone = 'Europe/Zurich'", "administrators = ['a@b.example']", "name = 'Neuf'"]
)
def test_what_the_desk_says_of_itself_is_taken_up(tmp_path: Path, more: str) -> None:
    """It stands in every mail, and binds no socket."""
    running, written = edited(tmp_path, "name = 'Exemple'\n", f"{more}\n" + "name = 'Exemple'\n" * ("name" not in more))
    assert waiting(running, written) == ()
    assert for_now(running, written).desk == written.desk != running.desk


def test_a_gateway_is_taken_up(tmp_path: Path) -> None:
    """A pager that goes by it is written in the rules in the same breath."""
    running, written = load(tmp_path), load(tmp_path, DESK + DOORS + SMS)
    assert waiting(running, written) == ()
    assert for_now(running, written).sms == written.sms != {}


def test_a_comment_changes_nothing(tmp_path: Path) -> None:
    """Everything below it stands on another line."""
    running, written = edited(tmp_path, "[smtp]", "# a door\n\n[smtp]")
    assert waiting(running, written) == ()
    assert for_now(running, written) == running
