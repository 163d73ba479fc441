"""MailboxReader against servers that are old, wrong or hostile (hazards M20, A4, A59, F31)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from mailgate.edge import imap_session
from mailgate.edge.imap_in import LONGEST_BACKOFF, Mailbox, MailboxReader, backoff
from tests.edge.custodies import CursorCustody, SlowCustody
from tests.edge.imap_servers import ONE_MAIL, ScriptedImap, scripted_imap
from tests.peers import wait_until


def a_mailbox(server: ScriptedImap) -> Mailbox:
    return Mailbox("127.0.0.1", server.port, "support", lambda: "s3cret", "urgent@desk.example", 1000, tls="none")


@contextmanager
def reading(
    mailbox: Mailbox,
    custody: CursorCustody,
    left_alone: Callable[[int, int], None] = lambda _uid, _octets: None,
    keeps_mail: Callable[[], bool] = lambda: True,
) -> Iterator[MailboxReader]:
    reader = MailboxReader(mailbox, custody, custody, lambda _address: False, lambda: 0.0)
    reader.left_alone, reader.keeps_mail = left_alone, keeps_mail
    reader.start()
    try:
        yield reader
    finally:
        reader.stop()


def test_no_password_is_told_to_a_server_that_skips_the_login() -> None:
    """Trap A4: PREAUTH is how somebody on the wire keeps TLS from starting."""
    with scripted_imap(ONE_MAIL, "* PREAUTH welcome") as server, capture_logs() as logs:
        with reading(a_mailbox(server), CursorCustody()):
            wait_until(lambda: logs)
        assert server.commands("LOGIN") + server.commands("AUTHENTICATE") == []
    assert "PREAUTH" in logs[0]["error"]


def test_no_password_is_told_when_starttls_is_not_offered() -> None:
    """Trap A4: the offer may have been taken away on the wire."""
    with scripted_imap(ONE_MAIL) as server, capture_logs() as logs:
        with reading(replace(a_mailbox(server), tls="starttls"), CursorCustody()):
            wait_until(lambda: logs)
        assert server.commands("LOGIN") == []
    assert logs[0]["event"] == "imap.failed"


def test_a_drip_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap M20: a socket timeout never comes while an octet a second arrives."""
    monkeypatch.setattr(imap_session, "COMMAND_SECONDS", 0.3)
    script = {**ONE_MAIL, "BODY.PEEK[]": ("* 1 FETCH (UID 5 BODY[] {999999}", "drip")}
    custody = CursorCustody()
    with scripted_imap(script) as server, capture_logs() as logs, reading(a_mailbox(server), custody):
        wait_until(lambda: logs and logs[-1]["event"] == "imap.failed", seconds=5)
        server.script["BODY.PEEK[]"] = ONE_MAIL["BODY.PEEK[]"]
        wait_until(lambda: custody.deliveries)


def test_a_greeting_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap M20: until the greeting is complete, the library has no more than a timeout per `recv`."""
    monkeypatch.setattr(imap_session, "COMMAND_SECONDS", 0.3)
    with scripted_imap(ONE_MAIL, "drip") as server, capture_logs() as logs:
        with reading(a_mailbox(server), CursorCustody()):
            wait_until(lambda: [entry["event"] for entry in logs].count("imap.failed") > 1, seconds=10)
        assert server.connections > 1


def test_a_cut_in_the_middle_of_a_mail_stores_nothing() -> None:
    """F27: half a literal is no mail; it is fetched again."""
    script = {**ONE_MAIL, "BODY.PEEK[]": ("* 1 FETCH (UID 5 BODY[] {19}", "Subj", "close")}
    custody = CursorCustody()
    with scripted_imap(script) as server, capture_logs() as logs, reading(a_mailbox(server), custody):
        wait_until(lambda: logs and logs[-1]["event"] == "imap.failed")
        assert custody.deliveries == []
        server.script["BODY.PEEK[]"] = ONE_MAIL["BODY.PEEK[]"]
        wait_until(lambda: custody.deliveries)
    assert [d.raw for d in custody.deliveries] == [b"Subject: x\r\n\r\nhello"]


def test_a_mail_without_a_body_is_left_alone() -> None:
    """Trap M20: NIL in the place of a mail is no mail, and no reason to stop."""
    script = {**ONE_MAIL, "BODY.PEEK[]": ("* 1 FETCH (UID 5 BODY[] NIL)",)}
    custody = CursorCustody()
    with scripted_imap(script) as server, capture_logs() as logs, reading(a_mailbox(server), custody):
        wait_until(lambda: "imap.left_alone" in [entry["event"] for entry in logs])
        wait_until(lambda: server.commands("IDLE"))
        assert server.commands(r"(\Flagged)") == [r"UID STORE 5 +FLAGS.SILENT (\Flagged)"]
    assert custody.deliveries == []


def test_a_mail_that_is_too_large_is_told_of() -> None:
    """Nobody else knows of it: it has no ticket, and its sender no answer."""
    script = {**ONE_MAIL, "RFC822.SIZE": ("* 1 FETCH (UID 5 RFC822.SIZE 1001)",)}
    told: list[tuple[int, int]] = []
    with (
        scripted_imap(script) as server,
        reading(a_mailbox(server), CursorCustody(), lambda uid, octets: told.append((uid, octets))),
    ):
        wait_until(lambda: server.commands("IDLE"))
        assert server.commands("BODY.PEEK") == []
    assert told == [(5, 1001)]


def test_a_mail_for_which_there_is_no_room_stays_in_the_mailbox() -> None:
    """F12: it is not even fetched, and taken as soon as there is room."""
    custody, room = CursorCustody(), list[str]()
    with (
        scripted_imap(ONE_MAIL) as server,
        capture_logs() as logs,
        reading(a_mailbox(server), custody, keeps_mail=lambda: bool(room)),
    ):
        wait_until(lambda: "imap.failed" in [entry["event"] for entry in logs])
        assert (custody.deliveries, server.commands("BODY.PEEK"), server.commands("STORE")) == ([], [], [])
        room.append("made")
        wait_until(lambda: custody.deliveries, seconds=10)
    assert logs[1]["error"] == "DiskFull: no space left for mail"


@pytest.mark.parametrize("line", ["close", "* BYE shutting down"])
def test_an_idle_that_ends_does_not_spin(line: str) -> None:
    """The library answers an ended stream 84,598 times a second with nothing."""
    script = {**ONE_MAIL, "UID SEARCH": ("* SEARCH",), "IDLE": ("+ idling", line, "close")}
    with scripted_imap(script) as server, reading(a_mailbox(server), CursorCustody()):
        time.sleep(1.5)
        assert server.connections <= 2


def test_without_move_a_mail_is_copied_and_expunged_by_uid() -> None:
    """A plain EXPUNGE would take with it what a person had marked as deleted."""
    with scripted_imap(ONE_MAIL, capabilities="IMAP4rev1 UIDPLUS IDLE") as server:
        with reading(replace(a_mailbox(server), processed="done"), CursorCustody()):
            wait_until(lambda: server.commands("EXPUNGE"))
        stored = [command for command in server.heard if command.startswith("UID ")][-4:]
    assert stored == [
        r"UID STORE 5 +FLAGS.SILENT (\Seen)",
        'UID COPY 5 "done"',
        r"UID STORE 5 +FLAGS.SILENT (\Deleted)",
        "UID EXPUNGE 5",
    ]


def test_without_uidplus_nothing_is_expunged() -> None:
    """The mail stays marked as deleted, and is not looked at again."""
    custody = CursorCustody()
    with scripted_imap(ONE_MAIL, capabilities="IMAP4rev1") as server:
        box = replace(a_mailbox(server), processed="done", poll_seconds=0.1)
        with reading(box, custody):
            wait_until(lambda: len(server.commands("NOOP")) > 2)
        assert len(server.commands(r"(\Deleted)")) == len(server.commands("COPY")) == 1
        assert server.commands("EXPUNGE") == []
        server.script["UID SEARCH"] = ("* SEARCH",)
        with reading(box, custody):
            wait_until(lambda: server.commands("1:5"))
        assert server.commands("1:5") == ["UID SEARCH UID 1:5 UNFLAGGED UNDELETED"]


def test_without_idle_the_mailbox_is_polled() -> None:
    """Some servers never learnt it."""
    script = {**ONE_MAIL, "UID SEARCH": ("* SEARCH",)}
    with scripted_imap(script, capabilities="IMAP4rev1") as server:
        with reading(replace(a_mailbox(server), poll_seconds=0.1), CursorCustody()):
            wait_until(lambda: len(server.commands("NOOP")) >= 3)
        assert server.commands("IDLE") == []


def test_where_idle_is_refused_the_mailbox_is_polled() -> None:
    """A login a second, for as long as the server says no, is what providers lock accounts for."""
    with scripted_imap({**ONE_MAIL, "UID SEARCH": ("* SEARCH",), "IDLE": ("TAG NO not now",)}) as server:
        with reading(replace(a_mailbox(server), poll_seconds=0.1), CursorCustody()):
            wait_until(lambda: len(server.commands("NOOP")) >= 3)
        assert server.connections == 1


@pytest.mark.parametrize(
    "says",
    [
        {"UID SEARCH": ("* SEARCH", "* 2 EXISTS")},
        {"UID SEARCH": ("* SEARCH",), "IDLE": ("+ idling\r\n* 2 EXISTS",)},
    ],
    ids=["before IDLE", "in one packet with the answer to IDLE"],
)
def test_a_mail_that_is_announced_but_once_is_taken_at_once(says: dict[str, tuple[str, ...]]) -> None:
    """It came after the search and before IDLE. Dovecot looks once more when IDLE begins; the news then lies in a
    buffer that no selector knows."""
    custody = CursorCustody()
    script = {**ONE_MAIL, "SELECT": ("* 0 EXISTS", "* OK [UIDVALIDITY 7] x", "* OK [UIDNEXT 5] x"), **says}
    with scripted_imap(script) as server, reading(replace(a_mailbox(server), poll_seconds=3600), custody):
        wait_until(lambda: server.commands("IDLE"))
        server.script["UID SEARCH"] = ONE_MAIL["UID SEARCH"]
        wait_until(lambda: custody.deliveries)


def test_a_server_that_announces_at_every_command_does_not_make_us_spin() -> None:
    """Two looks a second at most."""
    script = {**ONE_MAIL, "UID SEARCH": ("* SEARCH", "* 2 EXISTS")}
    with scripted_imap(script) as server, reading(a_mailbox(server), CursorCustody()):
        time.sleep(1.5)
        assert len(server.commands("SEARCH")) <= 5


def test_a_server_without_uids_is_not_read() -> None:
    """No cursor could be kept for it."""
    with scripted_imap({**ONE_MAIL, "SELECT": ("* 1 EXISTS",)}) as server, capture_logs() as logs:
        with reading(a_mailbox(server), CursorCustody()):
            wait_until(lambda: logs)
        assert server.commands("SEARCH") == []


def test_a_reader_stops_while_custody_takes_its_time() -> None:
    """The daemon has ten seconds for everything; the mail is fetched again after the next start."""

    class SlowCursorCustody(SlowCustody, CursorCustody):
        submit = SlowCustody.submit

        def __init__(self) -> None:
            SlowCustody.__init__(self)
            self.cursors = {}

    custody = SlowCursorCustody()
    with scripted_imap(ONE_MAIL) as server:
        with reading(a_mailbox(server), custody) as reader:
            assert custody.asked.wait(5)
        reader._thread.join(30)  # a custody that never answers is not waited for
        assert not reader._thread.is_alive()
        assert server.commands("STORE") == []


def test_the_wait_after_failures_grows_to_five_minutes() -> None:
    """F31: neither a storm on a server that comes back, nor a mailbox forgotten for hours."""
    assert [backoff(failures, 0.999) for failures in (1, 2, 3)] == pytest.approx([2, 4, 8], rel=0.01)
    assert backoff(1, 0.0) == 1
    assert backoff(50, 0.999) <= LONGEST_BACKOFF


def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """imapclient writes every line of the conversation to its log when asked for detail."""
    caplog.set_level("DEBUG")
    custody = CursorCustody()
    with scripted_imap(ONE_MAIL) as server, capture_logs() as logs, reading(a_mailbox(server), custody):
        wait_until(lambda: custody.deliveries)
    assert "s3cret" not in caplog.text + str(logs) + repr(a_mailbox(server))
    assert "hello" not in caplog.text + str(logs)
