"""`mailgate renew-key`"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailgate.cli.main import run
from mailgate.config import keyfile
from mailgate.mail.keyring import KEY_IDS, Keyring

RING = Keyring.fresh(bytes(range(32)))


@pytest.fixture
def secret(config: Path) -> Path:
    """The ring of a site that was started once."""
    path = config.parent / "var/secret"
    keyfile.write(path, RING)
    return path


def test_a_key_is_added(config: Path, secret: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And said when it signs, and that nothing is lost; never what it is."""
    assert run(["renew-key", "-c", str(config)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("key 1 signs the reply addresses of new mails once `serve` sees it")
    assert "2 keys verify" in told
    ring = keyfile.read(secret)
    assert ring is not None
    assert ring.keys[0] == RING.newest
    assert not any(key.secret.hex() in told for key in ring.keys)


def test_programs_get_the_numbers(config: Path, secret: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the keys, never the keys."""
    assert run(["renew-key", "--json", "-c", str(config)]) == 0
    assert json.loads(capsys.readouterr().out) == {"signs": 1, "verify": [0, 1], "dropped": None}


def test_the_key_that_makes_room_is_told(config: Path, secret: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only so many fit; whoever renews daily must know what that costs."""
    for _ in range(KEY_IDS):
        assert run(["renew-key", "-c", str(config)]) == 0
    assert capsys.readouterr().out.count("the oldest key made room") == 1


def test_a_site_never_started_has_no_key_to_renew(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, and nothing is made."""
    assert run(["renew-key", "-c", str(config)]) == 1
    assert "there is no key to renew yet" in capsys.readouterr().err
    assert not (config.parent / "var").exists()


def test_a_broken_ring_is_not_renewed(config: Path, secret: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It may still be mended by hand."""
    secret.write_text("0 xyz")
    assert run(["renew-key", "-c", str(config)]) == 1
    assert "is not 'NUMBER HEXKEY'" in capsys.readouterr().err
    assert secret.read_text() == "0 xyz"


def test_a_ring_that_cannot_be_read_is_a_sentence(
    config: Path, secret: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not a traceback."""
    secret.unlink()
    secret.mkdir()
    assert run(["renew-key", "-c", str(config)]) == 1
    assert capsys.readouterr().err == f"{secret}: Is a directory\n"
