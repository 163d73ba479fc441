"""The daemon as a firm runs it: a process, real sockets, the command line beside it."""

from __future__ import annotations

import smtplib
import socket
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.flow.desk import Letter
from tests.flow.process import Process, a_site, ask, command, eventually, lmtp, outgoing, serving, sinking

LMTP = {'# [lmtp]\n# listen   = "unix:var/lmtp.sock"       # or "127.0.0.1:8024"': '[lmtp]\nlisten = "127.0.0.1:0"'}


def tickets(process: Process) -> list[int]:
    """The numbers of all tickets."""
    return [one["number"] for one in ask(process.root, "tickets")]


def test_a_site_straight_from_init_is_a_working_desk(tmp_path: Path) -> None:
    """No edit but the port: mail in over SMTP, seven mails out, the ticket on the command line."""
    with serving(a_site(tmp_path / "site")) as process:
        process.send(Letter("Plus rien ne marche", subject="Panne").raw(1))
        eventually(lambda: len(outgoing(process.root)) == 7)
        mails = [message_from_bytes(one) for one in outgoing(process.root)]
        assert {mail["Delivered-To"] for mail in mails} >= {"chef@acme.example", "tech1@example.com"}
        story = ask(process.root, "ticket", "1001")
        assert (story["queue"], story["requester"], story["customer"]) == ("urgent", "chef@acme.example", "acme")
        assert {page["state"] for page in story["pages"]} == {"sent"}
        assert len(story["pages"]) == 6
        process.stop()


def test_only_configured_addresses_are_let_in(tmp_path: Path) -> None:
    """An open relay would be found within the hour (A7)."""
    with serving(a_site(tmp_path / "site")) as process:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            process.send(Letter("x").raw(1), "a@b.example", "somebody@example.com")
        assert [code for code, _ in refused.value.recipients.values()] == [550]


def test_lmtp_answers_once_for_each_recipient(tmp_path: Path) -> None:
    """RFC 2033 §4.2; one mail to both doors is one ticket at the urgent one."""
    with serving(a_site(tmp_path / "site", **LMTP)) as process:
        replies = lmtp(
            process.port("lmtp"), Letter("x").raw(1), "support-regulier@example.com", "support-urgent@example.com"
        )
        assert [reply[:3] for reply in replies] == ["250", "250"]
        eventually(lambda: tickets(process) == [1001])
        assert ask(process.root, "ticket", "1001")["queue"] == "urgent"


def test_waiting_mails_share_a_commit(tmp_path: Path) -> None:
    """32 senders at once: visibly fewer commits than mails, every one a ticket."""
    with serving(a_site(tmp_path / "site")) as process, ThreadPoolExecutor(32) as senders:
        raws = [Letter(f"mail {number}", subject=f"n {number}").raw(number) for number in range(160)]
        list(senders.map(process.send, raws))
        commits = process.said("mail.accepted")
        assert sum(len(line["inbox"]) for line in commits) == 160
        assert len(commits) < 130
        eventually(lambda: len(tickets(process)) == 160)


def test_a_second_daemon_on_one_database_is_refused(tmp_path: Path) -> None:
    """Exit 75 and one sentence; the first goes on (A58)."""
    with serving(a_site(tmp_path / "site")) as process:
        second = command(process.root, "serve")
        assert second.returncode == 75
        assert "another mailgate serves this database" in second.stderr
        assert "Traceback" not in second.stderr
        assert process.popen.poll() is None


def test_an_address_that_is_taken_is_named(tmp_path: Path) -> None:
    """Not a traceback: which address, and why."""
    with serving(a_site(tmp_path / "one")) as process:
        other = a_site(tmp_path / "two", **{"127.0.0.1:0": f"127.0.0.1:{process.port()}"})
        failed = command(other, "serve")
        assert failed.returncode == 1
        assert f"cannot listen on 127.0.0.1:{process.port()}" in failed.stderr
        assert "Traceback" not in failed.stderr


def test_a_stop_under_load_loses_nothing(tmp_path: Path) -> None:
    """SIGTERM while mail pours in: it ends, and what was accepted is a ticket after the next start."""
    root = a_site(tmp_path / "site")
    accepted: list[int] = []

    def pour(process: Process, number: int) -> None:
        try:
            process.send(Letter(f"mail {number}", subject=f"n {number}").raw(number))
            accepted.append(number)
        except (OSError, smtplib.SMTPException):
            return

    with serving(root) as process, ThreadPoolExecutor(8) as senders:
        futures = [senders.submit(pour, process, number) for number in range(200)]
        eventually(lambda: len(accepted) > 20)
        process.stop()
        for future in futures:
            future.cancel()
    with serving(root) as process:
        eventually(lambda: ask(root, "inbox") == [])
        assert len(tickets(process)) >= len(accepted)
        eventually(lambda: ask(root, "outbox") == [])


def test_what_cannot_be_interrupted_does_not_hold_up_a_stop(tmp_path: Path) -> None:
    """A pager's service that took the page and never answers: the thread that waits for it cannot be stopped."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        service = f"json://127.0.0.1:{silent.getsockname()[1]}?rto=60"
        root = a_site(tmp_path / "site")
        people = root / "rules/30-people.toml"
        people.write_text(people.read_text("utf-8").replace("mailto:5145550101@pager.example.net?max=160", service))
        with serving(root) as process:
            process.send(Letter("Plus rien ne marche").raw(1))
            with silent.accept()[0]:
                process.stop()


def test_a_relay_that_hangs_on_bulk_mail_never_delays_a_page(tmp_path: Path) -> None:
    """The acknowledgements hang for half a minute; every page of every ticket leaves all the same."""
    with sinking(frozenset({"chef@acme.example"})) as sink:
        root = a_site(tmp_path / "site", **{"maildir:var/outgoing": f"smtp://127.0.0.1:{sink.port}"})
        with serving(root) as process:
            for number in range(4):
                process.send(Letter(f"mail {number}").raw(number))
            eventually(lambda: len(sink.taken) == 4 * 6)
            assert {one["kind"] for one in ask(root, "outbox")} == {"acknowledgement"}


def test_what_the_relay_gets_is_what_was_promised(tmp_path: Path) -> None:
    """The null reverse-path for the acknowledgement, a signed one for the rest, one recipient each."""
    with sinking() as sink:
        root = a_site(tmp_path / "site", **{"maildir:var/outgoing": f"smtp://127.0.0.1:{sink.port}"})
        with serving(root) as process:
            process.send(Letter("Bonjour").raw(1))
            eventually(lambda: len(sink.taken) == 7)
    assert [one.envelope_from for one in sink.taken if one.to == "chef@acme.example"] == [""]
    others = [one.envelope_from for one in sink.taken if one.to != "chef@acme.example"]
    assert all(sender.startswith("tickets+") for sender in others)
    assert len(set(others)) == 6


def test_a_ticket_can_be_opened_at_the_desk(tmp_path: Path) -> None:
    """`mailgate open` beside the running daemon: one inbox row, the daemon does the rest."""
    with serving(a_site(tmp_path / "site")) as process:
        wish = ("--customer", "acme", "--contact", "it@acme.example", "--subject", "Imprimante", "--queue", "urgent")
        assert ask(process.root, "open", *wish)["ticket"] == 1001
        assert ask(process.root, "ticket", "1001")["requester"] == "it@acme.example"
