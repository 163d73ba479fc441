"""`mailgate doctor`: doors, the relay, mailboxes, and whose word about senders is believed."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from mailgate.cli.doctor import doors, imap, relay, servers, trust
from mailgate.cli.doctor.findings import Said, State
from mailgate.edge import door_probe
from mailgate.edge.door_probe import Holder, Seat
from mailgate.edge.probe import Passed, Probed, Step, Stopped
from tests.cli.patients import a_config, edit, of, worst
from tests.cli.sites import MONDAY
from tests.edge.doors import loop_in_thread
from tests.edge.imap_servers import ONE_MAIL, scripted_imap
from tests.edge.relays import ScriptedRelay, listening

MAILDIR = 'url = "maildir:var/outgoing"'
TRUST = 'trusted_relays = ["127.0.0.1/32"]       # whose Authentication-Results we believe …\n'
AUTHSERV = 'authserv_id    = "mx.example.com"       # … under this name\n'


@contextmanager
def a_relay(script: dict[str, str], *extensions: str) -> Iterator[ScriptedRelay]:
    """A relay that listens in another thread."""
    scripted = ScriptedRelay(script, extensions)
    with loop_in_thread() as loop:
        open_relay = listening(scripted)
        asyncio.run_coroutine_threadsafe(open_relay.__aenter__(), loop).result(10)
        yield scripted
        asyncio.run_coroutine_threadsafe(open_relay.__aexit__(None, None, None), loop).result(10)


def asked(config: Path, script: dict[str, str]) -> tuple[Said, ...]:
    """What is said of a relay on this machine that knows logins."""
    (config.parent / "password").write_text("sésame")
    (config.parent / "password").chmod(0o600)
    with a_relay(script, "AUTH PLAIN") as server:
        url = f'url = "smtp://desk@127.0.0.1:{server.port}"\npassword_file = "password"'
        found = tuple(relay.relay(a_config(config, MAILDIR, url), MONDAY))
    assert server.heard("MAIL") == []
    return found


def test_a_relay_that_lets_us_in_is_well(config: Path) -> None:
    """And hears of no mail."""
    assert [one.state for one in asked(config, {})] == [State.OK]


def test_a_refused_password_is_bad_in_the_relay_s_words(config: Path) -> None:
    """The commonest trouble after a certificate that ended."""
    (says,) = of(asked(config, {"AUTH": "535 5.7.8 not you"}), State.BAD)
    assert "it refuses the login (535 5.7.8 not you): look at user and password" in says


def test_a_relay_whose_password_cannot_be_read_is_not_asked(config: Path) -> None:
    """A login without its password would be one more thing to explain."""
    url = 'url = "smtp://desk@127.0.0.1:1"\npassword_file = "nowhere"'
    (says,) = of(relay.relay(a_config(config, MAILDIR, url), MONDAY), State.BAD)
    assert says == "relay 127.0.0.1:1 was not asked, because its password cannot be read"


@pytest.mark.parametrize("days", [13, 3])
def test_a_certificate_that_ends_soon_is_a_warning(days: int) -> None:
    """Two weeks are enough to renew it, and to notice that nobody does."""
    passed = Passed(MONDAY + timedelta(days=days, hours=1))
    (says,) = of(servers.visited("relay x", lambda: passed, MONDAY), State.WARNING)
    assert says.endswith(f"in {days} days")
    later = Passed(MONDAY + timedelta(days=15))
    assert worst(servers.visited("relay x", lambda: later, MONDAY)) is State.OK


@pytest.mark.parametrize("step", list(Step))
def test_each_step_has_its_advice(step: Step) -> None:
    """What the server said, and what to look at."""
    (said,) = servers.visited("relay x", lambda: Stopped(step, "its words"), MONDAY)
    assert said.state is State.BAD
    assert "its words" in said.says


def test_a_server_that_drips_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Octet by octet it could keep anybody for hours (hazard M20)."""
    monkeypatch.setattr(servers, "VISIT_SECONDS", 0.1)
    dripped = threading.Event()

    def drip() -> Probed:
        dripped.wait(60)
        return Passed()

    assert worst(servers.visited("mailbox x", drip, MONDAY)) is State.BAD
    dripped.set()


def test_each_mailbox_is_visited(config: Path) -> None:
    """Its folder is there, the one for read mail is not; the second mailbox is down."""
    (config.parent / "password").write_text("x")
    (config.parent / "password").chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    with scripted_imap({**ONE_MAIL, "LIST": ()}) as server:
        boxes = "".join(
            f'[[imap]]\nhost = "127.0.0.1"\nport = {port}\nuser = "desk"\npassword_file = "password"\ntls = "none"\n'
            'processed = "lus"\n'
            for port in (server.port, closed)
        )
        said = tuple(imap.mailboxes(a_config(config, "[relay]", f"{boxes}[relay]"), MONDAY))
    assert [one.state for one in said] == [State.OK, State.OK, State.BAD]
    assert "folder 'lus' is made when the first mail is read" in said[1].says
    assert "cannot be reached (Connection refused)" in said[2].says


@pytest.mark.parametrize(
    ("seat", "state"),
    [
        (Seat(Holder.NOBODY), State.OK),
        (Seat(Holder.MAILGATE, "220 example.com ESMTP mailgate"), State.OK),
        (Seat(Holder.MAILGATE, "220 other.example ESMTP mailgate"), State.BAD),
        (Seat(Holder.STRANGER, "220 mx.example ESMTP Postfix"), State.BAD),
        (Seat(Holder.FORBIDDEN, "Permission denied"), State.BAD),
    ],
)
def test_who_sits_at_the_door(config: Path, seat: Seat, state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own daemon is no trouble, another desk's is."""
    monkeypatch.setattr(door_probe, "look", lambda *_: seat)
    (said,) = doors.doors(a_config(config))
    assert said.state is state
    assert seat.words in said.says or state is State.OK


def test_a_web_door_is_looked_at_like_the_others(config: Path) -> None:
    """A port that another program has is a daemon that does not start."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        web = f'[web]\nlisten   = "127.0.0.1:{port}"\nbase_url = "https://support.example.com"\n\n[log]'
        edit(config, "[log]", web)
        taken.listen()
        (says,) = of(doors.doors(a_config(config)), State.BAD)
    assert says.startswith(f"[web] 127.0.0.1:{port} is taken by another program")
    assert f"[web] 127.0.0.1:{port} is free" in of(doors.doors(a_config(config)), State.OK)[1]


def test_a_low_port_needs_a_capability(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The unit of the README has none, because Postfix stands in front."""
    monkeypatch.setattr(door_probe, "look", lambda *_: Seat(Holder.FORBIDDEN, "Permission denied"))
    (says,) = of(doors.doors(a_config(config, "127.0.0.1:8025", "0.0.0.0:25")), State.BAD)
    assert "CAP_NET_BIND_SERVICE" in says


def test_a_unix_socket_needs_a_directory_that_others_enter(config: Path) -> None:
    """Postfix runs as another user."""
    smtp = a_config(config, "# [lmtp]\n# listen   = ", "[lmtp]\nlisten   = ")
    assert smtp.lmtp is not None
    assert of(doors.doors(smtp), State.BAD) == []  # var/ is made on the first start
    (config.parent / "var").mkdir(mode=0o700)
    (says,) = of(doors.doors(smtp), State.WARNING)
    assert f"only by who may enter {config.parent}/var" in says
    elsewhere = a_config(config, '"unix:var/lmtp.sock"', '"unix:nowhere/lmtp.sock"')
    assert f"there is no directory {config.parent}/nowhere" in of(doors.doors(elsewhere), State.BAD)[0]


def test_a_desk_without_any_door_hears_nothing(config: Path) -> None:
    """A section that was commented out by mistake."""
    text = config.read_text("utf-8")
    begin, end = text.index("\n[smtp]"), text.index("\n# [lmtp]")
    settings = a_config(config, text[begin:end], "")
    assert of(doors.doors(settings), State.BAD)[0].startswith("no mail can come in: ")


@pytest.mark.parametrize(
    ("old", "new", "state", "words"),
    [
        ("mx.example.com", "mx.desk.internal", State.OK, "what mx.desk.internal says about senders is believed"),
        ("", "", State.WARNING, "authserv_id is still the starter's (mx.example.com)"),
        (AUTHSERV, "", State.WARNING, "trusted_relays needs authserv_id"),
        (TRUST + AUTHSERV, 'authserv_id = "mx.desk.internal"\n', State.WARNING, "authserv_id needs trusted_relays"),
        (TRUST + AUTHSERV, "", State.WARNING, "set verify = true in [dkim]"),
        (TRUST + AUTHSERV, "[dkim]\nverify = true\n", State.OK, "DKIM signatures are verified here"),
        (AUTHSERV, "[dkim]\nverify = true\n", State.WARNING, "trusted_relays needs authserv_id"),
    ],
)
def test_whose_word_is_believed(config: Path, old: str, new: str, state: State, words: str) -> None:
    """Half a setting looks like a whole one, and authenticates nobody."""
    said = tuple(trust.trust(a_config(config, old, new)))
    assert worst(said) is state
    assert any(words in says for says in of(said, state))


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        (TRUST + AUTHSERV, "", State.BAD),
        (AUTHSERV, "", State.BAD),
        ("mx.example.com", "mx.desk.internal", State.OK),
        (TRUST + AUTHSERV, "[dkim]\nverify = true\n", State.OK),
    ],
)
def test_commands_that_need_a_pass_need_somebody_who_gives_it(config: Path, old: str, new: str, state: State) -> None:
    """Else no technician could ever command the desk, and none would know why."""
    a_config(config, '"not-failing"          # what', '"pass"  # what')
    assert worst(trust.trust(a_config(config, old, new))) is state
