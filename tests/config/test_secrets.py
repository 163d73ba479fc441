"""Secrets: read when needed, never shown, refused when others may read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailgate import config
from mailgate.config import Config, Secret
from mailgate.toml.document import Place, SiteMistakes

PLACE = Place("config.toml", 7, 17)


def secret_file(directory: Path, content: bytes = b"hunter2\n", mode: int = 0o600) -> Secret:
    """A secret in a file."""
    path = directory / "imap"
    path.write_bytes(content)
    path.chmod(mode)
    return Secret("imap", path, PLACE)


def refusal(secret: Secret) -> str:
    """The sentence that reading ends with."""
    with pytest.raises(SiteMistakes) as caught:
        secret.read()
    return str(caught.value)


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


def test_a_file_is_read_without_its_line_end(tmp_path: Path) -> None:
    """`echo secret > file` adds a line end that no server accepts."""
    assert secret_file(tmp_path, b" a b \r\n").read() == " a b "


def test_an_environment_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers hand secrets over this way."""
    monkeypatch.setenv("MAILGATE_TEST_SECRET", "x")
    assert Secret("MAILGATE_TEST_SECRET", None, PLACE).read() == "x"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602])
def test_a_file_that_others_may_open_is_refused(tmp_path: Path, mode: int) -> None:
    """The sentence names the command that mends it."""
    said = refusal(secret_file(tmp_path, mode=mode))
    assert said.startswith("config.toml:7:17: the secret file 'imap' is open to other users (mode ")
    assert said.endswith(f": chmod 600 {tmp_path / 'imap'}")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"\n", "the secret in 'imap' is empty"), (b"\xe9", "the secret file 'imap' is not UTF-8")],
)
def test_a_file_without_a_secret_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    """An empty password would be tried, and lock the account."""
    assert refusal(secret_file(tmp_path, content)) == f"config.toml:7:17: {reason}"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    """File and variable alike."""
    assert "cannot be read: No such file or directory" in refusal(Secret("x", tmp_path / "x", PLACE))
    assert "'MAILGATE_TEST_NONE' is not set" in refusal(Secret("MAILGATE_TEST_NONE", None, PLACE))


def test_a_bare_name_is_a_credential_of_systemd_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """systemd closes the directory; the mode of its files is 0440 and says nothing."""
    other = tmp_path / "credentials"
    other.mkdir()
    (other / "imap").write_text("of systemd")
    (other / "imap").chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(other))
    assert secret_file(tmp_path).read() == "of systemd"


def test_a_name_that_is_no_credential_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One unit may have some secrets as credentials and others as files."""
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "none"))
    assert secret_file(tmp_path).read() == "hunter2"


def config_with_secrets(tmp_path: Path) -> Config:
    """One secret in a file, one in a variable."""
    path = tmp_path / "config.toml"
    path.write_text(
        "[desk]\nname = 'x'\naddress = 'a@example.com'\n"
        "[relay]\nurl = 'smtp://u@relay.example.com'\npassword_file = 'imap'\n"
        "[[imap]]\nhost = 'h'\nuser = 'u'\npassword_env = 'MAILGATE_TEST_SECRET'\n"
    )
    return config.load(path)


def test_every_unreadable_secret_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` and `serve` ask before the first connection does."""
    found = config_with_secrets(tmp_path)
    secret_file(tmp_path, mode=0o644)
    monkeypatch.delenv("MAILGATE_TEST_SECRET", raising=False)
    assert sorted(one.line for one in found.unreadable_secrets()) == [6, 10]
    monkeypatch.setenv("MAILGATE_TEST_SECRET", "x")
    secret_file(tmp_path)
    assert found.unreadable_secrets() == ()


def test_a_secret_is_in_no_representation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration ends up in logs and tracebacks."""
    monkeypatch.setenv("MAILGATE_TEST_SECRET", "canary")
    secret_file(tmp_path, b"canary")
    assert "canary" not in repr(config_with_secrets(tmp_path))
