"""config.toml: what it says, what it may not say, and what it means when it says nothing."""

from __future__ import annotations

import sys
from ipaddress import ip_network
from pathlib import Path

import pytest

from mailgate import config
from mailgate.config import Config, Listen, MaildirRelay, SmtpRelay, UnixListen
from mailgate.core.policy import CommandsNeed
from mailgate.toml.document import SiteMistakes

DESK = "[desk]\nname = 'Exemple'\naddress = 'tickets@example.com'\n"


def write(tmp_path: Path, text: str) -> Path:
    """A config.toml."""
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def load(tmp_path: Path, more: str = "") -> Config:
    """A configuration with a desk and more."""
    return config.load(write(tmp_path, DESK + more))


def mistakes(tmp_path: Path, more: str, desk: str = DESK) -> list[str]:
    """What is wrong, without the file's name; the desk takes the first three lines."""
    with pytest.raises(SiteMistakes) as caught:
        config.load(write(tmp_path, desk + more))
    return [str(one).removeprefix("config.toml:") for one in caught.value.mistakes]


def test_the_example_is_a_working_configuration() -> None:
    """`mailgate init` copies it; nobody should have to edit it before the first start."""
    example = config.load(Path(__file__).parents[2] / "config.example.toml")
    assert example.desk.address == "tickets@example.com"
    assert example.desk.administrators == ("admin@example.com",)
    assert example.smtp is not None
    assert example.smtp.listen == Listen("127.0.0.1", 8025)
    assert (example.lmtp, example.imap, example.web) == (None, (), None)


def test_a_desk_is_all_that_must_be_said(tmp_path: Path) -> None:
    """The defaults are those of interfaces.md §3: nothing leaves, nothing listens, everything is kept."""
    found = load(tmp_path)
    assert found.database.path == tmp_path / "var/mailgate.db"
    assert found.database.url == f"sqlite:///{tmp_path}/var/mailgate.db"
    assert found.relay == MaildirRelay(tmp_path / "var/outgoing")
    assert found.secret_path == tmp_path / "var/secret"
    assert found.desk.commands_need is CommandsNeed.NOT_FAILING
    assert (found.desk.language, found.desk.timezone) == ("fr-CA", "America/Toronto")
    assert (found.smtp, found.lmtp, found.web, found.log_format, found.secrets) == (None, None, None, "json", ())


def test_paths_start_at_the_file_and_not_at_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service starts in /, an administrator stands anywhere."""
    write(tmp_path, DESK)
    monkeypatch.chdir(tmp_path)
    found = config.load(Path("config.toml"))
    assert (found.root, found.path) == (tmp_path, tmp_path / "config.toml")


def test_the_doors_are_read(tmp_path: Path) -> None:
    """Sizes in octets, networks as networks, sockets as values."""
    found = load(
        tmp_path,
        "[smtp]\nlisten = '[::1]:0'\nmax_size = '1 MB'\ntrusted_relays = ['10.0.0.0/8', 'fd00::1']\n"
        "[lmtp]\nlisten = 'unix:s'\n[web]\nlisten = 'localhost:8080'\nbase_url = 'https://example.com/desk/'\n"
        "metrics_allow = ['192.0.2.0/24']\n",
    )
    assert found.smtp is not None
    assert (found.smtp.listen, found.smtp.max_size) == (Listen("::1", 0), 1_000_000)
    assert found.smtp.trusted_relays == (ip_network("10.0.0.0/8"), ip_network("fd00::1"))
    assert found.lmtp is not None
    assert found.lmtp.listen == UnixListen(tmp_path / "s")
    assert found.web is not None
    assert found.web.base_url == "https://example.com/desk"
    assert found.web.metrics_allow == (ip_network("192.0.2.0/24"),)


def test_a_mailbox_is_read(tmp_path: Path) -> None:
    """TLS is implicit unless somebody says otherwise, and the port follows."""
    found = load(tmp_path, "[[imap]]\nhost = 'imap.example.com'\nuser = 'u'\npassword_env = 'X'\nca_file = 'ca.pem'\n")
    (mailbox,) = found.imap
    assert (mailbox.port, mailbox.tls, mailbox.folder, mailbox.poll_seconds) == (993, "required", "INBOX", 60)
    assert (mailbox.ca_file, mailbox.processed, mailbox.queue) == (tmp_path / "ca.pem", None, None)


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("smtp://relay.example.com", "relay.example.com", 587, "starttls"),
        ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, "opportunistic"),
        ("smtp://[::1]:25", "::1", 25, "opportunistic"),
        ("smtp://localhost", "localhost", 587, "opportunistic"),
        ("smtps://relay.example.com", "relay.example.com", 465, "implicit"),
    ],
)
def test_a_relay_away_from_this_machine_always_has_tls(
    tmp_path: Path, url: str, host: str, port: int, tls: str
) -> None:
    """Customers' mail never crosses a network in the clear."""
    found = load(tmp_path, f"[relay]\nurl = '{url}'\n").relay
    assert isinstance(found, SmtpRelay)
    assert (found.host, found.port, found.tls) == (host, port, tls)


def test_a_relay_may_want_a_user_with_a_password(tmp_path: Path) -> None:
    """A user's name may hold an at sign, written %40."""
    relay = "[relay]\nurl = 'smtp://me%40example.com@relay.example.com'\npassword_env = 'RELAY'\nca_file = 'ca'\n"
    found = load(tmp_path, relay).relay
    assert isinstance(found, SmtpRelay)
    assert found.user == "me@example.com"
    assert found.password is not None
    assert found.ca_file == tmp_path / "ca"


def test_postgresql_has_no_path(tmp_path: Path) -> None:
    """Nothing is created on this machine's disk for it."""
    url = "postgresql://desk@db.example.com/mailgate"
    found = load(tmp_path, f"[database]\nurl = '{url}'\npassword_env = 'PG'\n").database
    assert (found.url, found.path) == (url, None)
    assert found.password is not None


NO_SOCKET = "is not a socket: write 127.0.0.1:8025, or 0.0.0.0:8025 for every interface"
NO_ROOM = "leaves no room for a signed reply address: at most 21 characters before the @"
BESIDE = "use password_file or password_env beside it"

WRONG = {
    "[smpt]\nlisten = '127.0.0.1:25'": "4:2: unknown key 'smpt' (did you mean 'smtp'?)",
    "[smtp]\nlisten = '8025'": f"5:10: '8025' {NO_SOCKET}",
    "[smtp]\nlisten = ':25'": f"5:10: ':25' {NO_SOCKET}",
    "[smtp]\nlisten = '1.2.3.4:65536'": f"5:10: '1.2.3.4:65536' {NO_SOCKET}",
    "[smtp]\nlisten = '::1:25'": "5:10: '::1:25' is not a socket: an IPv6 address is written [::1]:8025",
    "[smtp]\nlisten = 25": f"5:10: 25 {NO_SOCKET}",
    "[lmtp]\nlisten = 'unix:'": f"5:10: 'unix:' {NO_SOCKET}",
    "[smtp]\nlisten = '[::1]:0'\ntrusted_relays = ['10.0.0.1/8']": "6:19: '10.0.0.1/8' is not a network "
    "(did you mean '10.0.0.0/8'?)",
    "[smtp]\nlisten = '[::1]:0'\ntrusted_relays = ['x']": "6:19: 'x' is not a network: write 127.0.0.1/32",
    "[database]\nurl = 'postgresql://u@h/x?password=p'": f"5:7: a URL must not hold the password: {BESIDE}",
    "[relay]\nurl = 'smtp://u:p@h'": f"5:7: a URL must not hold the password: {BESIDE}",
    "[relay]\nurl = 'smtp://u@h'": "4:1: a relay with a user needs 'password_file' or 'password_env'",
    "[relay]\nurl = 'smtp://h'\npassword_env = 'X'": "4:1: a relay with a password needs its user: smtp://user@host:587",
    "[relay]\nurl = 'smtp://h:0'": "5:7: 'smtp://h:0' has no port that one can connect to",
    "[relay]\nurl = 'smtp://h:99999'": "5:7: 'smtp://h:99999' is not a URL",
    "[relay]\nurl = 'http://h'": "5:7: 'http://h' is not a relay: write maildir:var/outgoing, smtp://user@host "
    "or smtps://user@host",
    "[relay]\npassword_env = 'a'\npassword_file = 'b'": "4:1: 'password_file' and 'password_env' exclude each other",
    "[[imap]]\nhost = 'h'\nuser = 'u'": "4:1: a mailbox needs 'password_file' or 'password_env'",
    "[[imap]]\nhost = 'h'\nuser = 'u'\npassword_env = 'X'\ntls = 'none'": "8:7: tls = 'none' would send the password "
    "in the clear: only to this machine",
    "[[imap]]\nhost = 'h'\nuser = 'u'\npassword_env = 'X'\nprocessed = 'Inbox'": "8:13: 'Inbox' is the folder that is "
    "read: what is moved there would come again",
    "[[imap]]\nhost = 'h'\nuser = 'u'\npassword_env = 'X'\nfolder = 'Done'\nprocessed = 'Done'": "9:13: 'Done' is the "
    "folder that is read: what is moved there would come again",
    "[database]\nurl = 'mysql://h/d'": "5:7: 'mysql://h/d' is not a database: write sqlite:///var/mailgate.db "
    "or postgresql://user@host/mailgate",
    "[web]\nlisten = '[::1]:0'\nbase_url = 'example.com'": "6:12: 'example.com' is not the address of a site: "
    "write https://support.example.com",
    "[log]\nformat = 'jsn'": "5:10: 'format' in [log] must be 'json' or 'console', not 'jsn' (did you mean 'json'?)",
    "[smtp]\nlisten = '[::1]:25'\n[web]\nlisten = '[::1]:25'\nbase_url = 'http://h'": "7:10: [web] listens "
    "where another door already does",
}


@pytest.mark.parametrize(("more", "sentence"), WRONG.items())
def test_each_mistake_says_what_would_be_right(tmp_path: Path, more: str, sentence: str) -> None:
    """One sentence, at the place to mend."""
    assert mistakes(tmp_path, more) == [sentence]


def test_a_socket_whose_path_the_kernel_cannot_take_is_refused(tmp_path: Path) -> None:
    """Linux cuts it at 107 octets and says so only when the daemon starts."""
    (sentence,) = mistakes(tmp_path, f"[lmtp]\nlisten = 'unix:{'x' * 108}'\n")
    assert sentence.startswith("5:10: the path of a Unix socket has at most 107 octets: ")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("address = 'Desk'", "3:11: 'Desk' is not a mail address: write name@example.com, without a display name"),
        (
            f"address = '{'a' * 22}@example.com'",
            f"3:11: '{'a' * 22}@example.com' {NO_ROOM}",
        ),
        (
            "address = 'a@example.com'\nadministrators = 'A@example.com'",
            "4:18: the desk's own address cannot be an administrator's: it would write to itself",
        ),
    ],
)
def test_the_desk_can_be_written_to_and_answered(tmp_path: Path, line: str, sentence: str) -> None:
    """interfaces.md §5: the local part must hold "+" and 42 characters more, 64 octets in all."""
    assert mistakes(tmp_path, "", f"[desk]\nname = 'x'\n{line}\n") == [sentence]


def test_the_longest_desk_address_that_leaves_room_is_taken(tmp_path: Path) -> None:
    """21 + 1 + 42 = 64 (RFC 5321 §4.5.3.1.1)."""
    found = config.load(write(tmp_path, f"[desk]\nname = 'x'\naddress = '{'a' * 21}@example.com'\n"))
    assert found.desk.address == "a" * 21 + "@example.com"


def test_a_missing_file_is_a_mistake_like_any_other(tmp_path: Path) -> None:
    """The first command of a newcomer is often run in the wrong directory."""
    with pytest.raises(SiteMistakes, match=r"^config\.toml: cannot be read: No such file or directory$"):
        config.load(tmp_path / "config.toml")


def test_signatures_are_verified_where_somebody_asks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The packages for it are optional, so asking without them is told where it is asked."""
    assert not load(tmp_path).dkim.verify
    asked = load(tmp_path, "[dkim]\nverify = true\n").dkim
    monkeypatch.setitem(sys.modules, "dkim", None)
    (mistake,) = asked.missing_packages()
    says = "signatures cannot be verified: install mailgate with its extra 'dkim'"
    assert (asked.verify, str(mistake)) == (True, f"config.toml:5:10: {says}")
    assert load(tmp_path).dkim.missing_packages() == ()


def test_a_mailbox_of_an_unknown_queue_is_found_once_the_rules_are_known(tmp_path: Path) -> None:
    """config.toml and the rules are read apart; this is the one name that crosses."""
    mailbox = "[[imap]]\nhost = 'h'\nuser = 'u'\npassword_env = 'X'\nqueue = 'regular'\n"
    found = load(tmp_path, mailbox)
    (mistake,) = found.unknown_queues(["regulier", "urgent"])
    assert str(mistake) == "config.toml:8:9: unknown queue 'regular' (did you mean 'regulier'?)"
    assert found.unknown_queues(["regular"]) == ()
