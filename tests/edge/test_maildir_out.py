"""MaildirRelay: whole files, stable names, the two trace headers."""

from __future__ import annotations

import mailbox
from pathlib import Path

from mailgate.core.delivery import Deferred, Delivered, Parcel
from mailgate.edge.maildir_out import MaildirRelay, delivered
from tests.edge.relays import run

MAIL = b"Subject: re\r\nFrom: desk@desk.example\r\n\r\nBonjour.\r\n"


def test_a_mail_is_one_new_file_that_mail_programs_read(tmp_path: Path) -> None:
    """The default relay: every mail of a trial can be opened with any reader."""
    relay = MaildirRelay(tmp_path / "outgoing")
    outcome = run(relay.send(Parcel(42, "tickets@desk.example", "chef@acme.example", MAIL)))
    assert outcome == Delivered("written as new/outbox-00000042.mailgate")
    [message] = mailbox.Maildir(tmp_path / "outgoing", create=False)
    assert (message["Return-Path"], message["Delivered-To"]) == ("<tickets@desk.example>", "chef@acme.example")
    assert message["Subject"] == "re"
    run(relay.close())


def test_the_stored_mail_is_behind_its_trace_headers_unchanged(tmp_path: Path) -> None:
    """A second sending is byte-identical, and the null sender is seen."""
    run(MaildirRelay(tmp_path).send(Parcel(1, "", "chef@acme.example", MAIL)))
    [file] = (tmp_path / "new").iterdir()
    assert file.read_bytes() == b"Return-Path: <>\r\nDelivered-To: chef@acme.example\r\n" + MAIL


def test_a_mail_with_unix_line_ends_keeps_them() -> None:
    """A file with both kinds would be read as a header that goes on."""
    assert delivered(Parcel(1, "", "a@b.example", b"A: b\n\nc\n")).startswith(b"Return-Path: <>\nDelivered-To: a@b.")


def test_a_second_sending_replaces_the_first(tmp_path: Path) -> None:
    """At least once must not look like twice."""
    relay = MaildirRelay(tmp_path)
    for _ in range(2):
        run(relay.send(Parcel(1, "", "chef@acme.example", MAIL)))
    assert len(list((tmp_path / "new").iterdir())) == 1
    assert list((tmp_path / "tmp").iterdir()) == []


def test_an_address_cannot_bring_headers_of_its_own() -> None:
    """What is refused elsewhere must not be a hole here."""
    octets = delivered(Parcel(1, "a\r\nX: y", "b@c.example\nBcc: d", MAIL))
    assert octets.startswith(b"Return-Path: <a X: y>\r\nDelivered-To: b@c.example Bcc: d\r\nSubject: re\r\n")


def test_an_address_that_ascii_cannot_write_is_readable() -> None:
    """A file of a trial is ASCII, too; the name it is for is not lost."""
    octets = delivered(Parcel(1, "", "zoé@exemple.example", MAIL))
    assert octets.startswith(b"Return-Path: <>\r\nDelivered-To: =?utf-8?q?zo=C3=A9=40exemple=2Eexample?=\r\n")


def test_a_disk_that_says_no_is_tried_again(tmp_path: Path) -> None:
    """Full, read-only or in the way: the mail stays promised."""
    (tmp_path / "outgoing").write_text("a file where the directory should be")
    outcome = run(MaildirRelay(tmp_path / "outgoing").send(Parcel(1, "", "a@b.example", MAIL)))
    assert isinstance(outcome, Deferred)
