"""`[heartbeat]` in config.toml."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mailgate.config import Heartbeat
from mailgate.config.heartbeat import url_of, wrong_url
from tests.config.test_config import load, mistakes

HEAD = "[heartbeat]\n"
URL = 'url = "https://hc.example.net/ping/canary"\n'


def test_nobody_hears_anything_when_nobody_is_named(tmp_path: Path) -> None:
    """The section may be left out."""
    assert load(tmp_path).heartbeat is None


def test_a_url_is_called_every_minute_by_default(tmp_path: Path) -> None:
    """And is not shown where the configuration is."""
    found = load(tmp_path, HEAD + URL).heartbeat
    assert found == Heartbeat("https://hc.example.net/ping/canary", None, "GET", None, timedelta(minutes=1))
    assert found.calls
    assert "canary" not in repr(found)


def test_a_mail_is_enough(tmp_path: Path) -> None:
    """A mailbox that somebody's program watches."""
    found = load(tmp_path, HEAD + 'mail = "Watch@example.net"\nevery = "5m"\n').heartbeat
    assert found == Heartbeat(None, None, "GET", "watch@example.net", timedelta(minutes=5))
    assert not found.calls


def test_the_desk_writes_to_itself_when_it_is_asked_to(tmp_path: Path) -> None:
    """Not by itself: its relay may have no way back."""
    assert [
        found.round_trip
        for more in ("", "round_trip = true\n")
        if (found := load(tmp_path, HEAD + URL + more).heartbeat) is not None
    ] == [False, True]


def test_the_url_may_be_kept_in_a_file(tmp_path: Path) -> None:
    """It is a secret like the others, and `check` says when it cannot be read."""
    found = load(tmp_path, HEAD + 'url_file = "secrets/heartbeat"\nmethod = "POST"\n')
    assert found.heartbeat is not None
    assert found.heartbeat.secret is not None
    assert found.heartbeat.secret.path == tmp_path / "secrets/heartbeat"
    assert found.secrets == (found.heartbeat.secret,)
    (missing,) = found.unreadable_secrets()
    assert str(missing) == (
        "config.toml:5:12: the secret file 'secrets/heartbeat' cannot be read: No such file or directory"
    )


@pytest.mark.parametrize("kept", ["ftp://canary.example.net", "http://canary.example.net/", "canary"])
def test_a_file_that_holds_no_url_is_told_without_its_words(tmp_path: Path, kept: str) -> None:
    """By `check`, and before `serve` begins."""
    (tmp_path / "beat").write_text(f"{kept}\n", "utf-8")
    (tmp_path / "beat").chmod(0o600)
    (wrong,) = wrong_url(load(tmp_path, HEAD + 'url_file = "beat"\n'))
    assert str(wrong).startswith("config.toml:5:12: what it names is ")
    assert "canary" not in str(wrong)


def test_a_file_that_holds_a_url_is_read_at_each_call(tmp_path: Path) -> None:
    """So that it can be changed while the desk runs."""
    (tmp_path / "beat").write_text("https://hc.example.net/1\n", "utf-8")
    (tmp_path / "beat").chmod(0o600)
    found = load(tmp_path, HEAD + 'url_file = "beat"\n')
    assert found.heartbeat is not None
    assert url_of(found.heartbeat) == "https://hc.example.net/1"
    assert wrong_url(found) == wrong_url(load(tmp_path)) == ()
    (tmp_path / "beat").write_text("https://hc.example.net/2\n", "utf-8")
    assert url_of(found.heartbeat) == "https://hc.example.net/2"


def test_the_url_may_be_kept_in_a_variable(tmp_path: Path) -> None:
    """Containers hand secrets over this way."""
    found = load(tmp_path, HEAD + 'url_env = "HEARTBEAT"\n').heartbeat
    assert found is not None
    assert found.secret is not None
    assert (found.secret.written, found.secret.path) == ("HEARTBEAT", None)


WRONG = {
    "": "4:1: a heartbeat needs 'url' (or 'url_file', 'url_env') or 'mail'",
    'every = "2m"\n': "4:1: a heartbeat needs 'url' (or 'url_file', 'url_env') or 'mail'",
    URL + 'url_env = "X"\n': "4:1: 'url' and 'url_env' exclude each other",
    'url = "ftp://canary.example.net"\n': "5:7: not the address of a heartbeat: write https://hc.example.net/ping/…",
    'url = "https:///canary"\n': "5:7: not the address of a heartbeat: write https://hc.example.net/ping/…",
    'url = "http://hc.example.net/canary"\n': (
        "5:7: http:// would show the secret address to everybody on the way: only to this machine"
    ),
    URL + 'every = "2h"\n': "6:9: '2h' is too rare for a heartbeat: write 1m, and at most 1h",
    URL + 'every = "often"\n': "6:9: 'often' is not a duration: write 90m, 4h, 3d or 1w",
    URL + 'method = "PUT"\n': "6:10: 'method' in [heartbeat] must be 'GET' or 'POST', not 'PUT'",
    'mail = "watch"\n': "5:8: 'watch' is not a mail address: write name@example.com, without a display name",
    'mail = "tickets@example.com"\n': "5:8: the desk's own address hears nothing: a heartbeat goes to somebody else",
    'urll = "x"\n' + URL: "5:1: unknown key 'urll' in [heartbeat] (did you mean 'url'?)",
}


@pytest.mark.parametrize(("written", "said"), WRONG.items(), ids=range(len(WRONG)))
def test_what_cannot_be_is_said(tmp_path: Path, written: str, said: str) -> None:
    """Line, column, and what would be right; never the URL."""
    found = mistakes(tmp_path, HEAD + written)
    assert found == [said]
    assert "canary" not in said
