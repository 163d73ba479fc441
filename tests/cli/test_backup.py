"""`mailgate backup`, `mailgate restore`, and the word about what is held."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from mailgate.cli.main import run
from mailgate.core.events import ReleaseAsked
from mailgate.store import inbox
from mailgate.store.database import ServeLock
from tests.cli.sites import MONDAY, a_database, raw_mail, receive, requested


def back_up(config: Path) -> Path:
    """A desk with one decided mail, nothing of which has left, in a file."""
    receive(config, raw_mail("Panne"))
    file = config.parent / "backup.db"
    assert run(["backup", str(file), "-c", str(config)]) == 0
    return file


def set_back(config: Path) -> None:
    assert run(["restore", str(back_up(config)), "--replace", "-c", str(config)]) == 0


def test_a_backup_says_what_it_holds_and_what_it_does_not(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The key ring is the other half."""
    file = back_up(config)
    told = capsys.readouterr().out
    assert told.startswith(f"{file}: 1 ticket and 1 received mail")
    assert str(config.parent / "var/secret") in told


def test_a_backup_as_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For whoever runs it every night."""
    receive(config, raw_mail("Panne"))
    file = config.parent / "backup.db"
    assert run(["backup", str(file), "--json", "-c", str(config)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["file"], told["tickets"], told["received"], told["size"]) == (str(file), 1, 1, file.stat().st_size)


def test_a_backup_in_the_place_of_another_must_be_asked_for(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Last week's is worth something, too."""
    file = back_up(config)
    assert run(["backup", str(file), "-c", str(config)]) == 1
    assert "--replace" in capsys.readouterr().err
    assert run(["backup", str(file), "--replace", "-c", str(config)]) == 0


@pytest.mark.parametrize("file", ["no/such/directory/backup.db", "backup.db"])
def test_what_cannot_be_backed_up_is_said(file: str, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A directory that is not there, and a desk that was never served; nothing is made of either."""
    assert run(["backup", str(config.parent / file), "-c", str(config)]) == 1
    assert "there is no d" in capsys.readouterr().err
    assert not (config.parent / "var").exists()


def test_a_restore_says_what_is_held(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And which number is next, and that the key ring is missing."""
    set_back(config)
    told = capsys.readouterr().out
    assert "its next ticket is #2002" in told
    assert "of mail" in told
    assert "mailgate outbox release" in told
    assert "key ring" in told


def test_a_restore_has_every_mailbox_read_again(config: Path) -> None:
    """One that the backup does not know was first read after it."""
    file = back_up(config)
    (config.parent / "password").write_text("x")
    (config.parent / "password").chmod(0o600)
    mailbox = '[[imap]]\nhost = "imap.example.com"\nuser = "support"\npassword_file = "password"\n'
    config.write_text(f"{config.read_text('utf-8')}\n{mailbox}", "utf-8")
    assert run(["restore", str(file), "--replace", "-c", str(config)]) == 0
    with closing(a_database(config)) as database, database.read() as tx:
        assert inbox.gap(tx, "support@imap.example.com/INBOX") is not None


def test_a_restore_as_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On a new machine, where nothing is overwritten."""
    file = back_up(config)
    for one in (config.parent / "var").iterdir():
        one.unlink()
    capsys.readouterr()
    assert run(["restore", str(file), "--json", "-c", str(config)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {
        *("file", "backed_up_at", "restored_at", "next_ticket", "held_mails", "held_pages", "has_ring")
    }
    assert (told["next_ticket"], told["has_ring"]) == (2002, False)


def test_a_desk_that_is_served_is_not_restored(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Try later: stop it first."""
    file = back_up(config)
    with ServeLock(config.parent / "var/mailgate.db"):
        assert run(["restore", str(file), "--replace", "-c", str(config)]) == 75
    assert "stop it first" in capsys.readouterr().err


def test_data_are_not_overwritten_unasked(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And what is no backup is none."""
    file = back_up(config)
    assert run(["restore", str(file), "-c", str(config)]) == 1
    assert "--replace" in capsys.readouterr().err
    assert run(["restore", str(config), "--replace", "-c", str(config)]) == 1
    assert "no backup of mailgate" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "wish"), [
    (["release", "--all"], ReleaseAsked(2, MONDAY, 7)),
    (["release", "--pages"], ReleaseAsked(2, MONDAY, 7, None, True)),
    (["drop", "2"], ReleaseAsked(2, MONDAY, 7, 2, False, True)),
])  # fmt: skip
def test_the_operators_word_is_one_row_for_the_daemon(words: list[str], wish: ReleaseAsked, config: Path) -> None:
    """About what they saw, and nothing that is held after it."""
    set_back(config)
    assert run(["outbox", *words, "-c", str(config)]) == 0
    found = requested(config)
    assert isinstance(found, ReleaseAsked)
    assert (found.through, found.row, found.pages, found.drop) == (wish.through, wish.row, wish.pages, wish.drop)


@pytest.mark.parametrize(("words", "code", "says"), [
    (["release"], 2, "--pages or --all"),
    (["release", "1", "--all"], 2, "--pages or --all"),
    (["release", "99"], 1, "not held"),
    (["retry", "1"], 1, "release 1"),
])  # fmt: skip
def test_a_word_that_is_not_clear_is_none(
    words: list[str], code: int, says: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing leaves by a slip of the hand."""
    set_back(config)
    assert run(["outbox", *words, "-c", str(config)]) == code
    assert says in capsys.readouterr().err


def test_where_nothing_is_held_nothing_is_released(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Said, rather than asked of a daemon."""
    receive(config, raw_mail("Panne"))
    assert run(["outbox", "release", "--all", "-c", str(config)]) == 1
    assert "nothing is held" in capsys.readouterr().err
