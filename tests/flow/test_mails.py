"""What leaves, mail by mail: parts, headers, files, and the story that is kept of it."""

from __future__ import annotations

import re
from base64 import encodebytes
from dataclasses import asdict

from mailgate.mail import address
from tests.flow.desk import RING, LiveDesk, answer
from tests.flow.test_conversation import CHEF, opened, to


def test_both_parts_of_a_mail_say_the_same(desk: LiveDesk) -> None:
    """Number, deadline and words in text and in HTML."""
    for mail in (one for one in opened(desk) if one.template != "page"):
        assert mail.message.get_content_type() in ("multipart/alternative", "multipart/mixed")
        for said in ("1001", "11\u00a0h\u00a000"):
            assert said in mail.text
            assert said in mail.html.replace("&nbsp;", "\u00a0")


def test_a_pager_text_fits_and_says_the_essential_first(desk: LiveDesk) -> None:
    """Queue, customer, subject, number, deadline; folded accents; at most 160 characters."""
    pages = [mail for mail in opened(desk) if mail.template == "page"]
    assert {mail.to for mail in pages} == {f"514555010{number}@pager.example.net" for number in (1, 2, 3)}
    for page in pages:
        text = page.text.strip()
        assert len(text) <= 160
        assert text.isascii()
        assert page.message.get_content_type() == "text/plain"
        places = [text.lower().index(word) for word in ("urgent", "acme", "panne", "1001", "11")]
        assert places == sorted(places)


def test_attachments_travel_to_the_technicians_and_back(desk: LiveDesk) -> None:
    """The photo of the screen reaches whoever is called, byte for byte."""
    photo = bytes(range(256)) * 4
    raw = multipart(photo)
    mails = desk.deliver(raw, CHEF, "support-urgent@example.com")
    assert to(mails, "tech1@example.com").files == {"écran.png": photo}
    assert to(mails, CHEF).files == {}
    (shown,) = desk.ticket().messages[0].attachments
    assert (shown.name, shown.size) == ("écran.png", 1024)


def multipart(photo: bytes) -> bytes:
    """A mail with one attached picture."""
    name = b"=?utf-8?q?=C3=A9cran=2Epng?="
    return (
        b"From: chef@acme.example\r\nTo: support-urgent@example.com\r\nSubject: photo\r\n"
        b"Message-ID: <p@acme.example>\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: text/plain; charset=utf-8\r\n\r\nVoir photo"
        b'\r\n--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename="' + name + b'"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + encodebytes(photo).replace(b"\n", b"\r\n") + b"\r\n--b--\r\n"
    )  # fmt: skip


def test_message_ids_are_ours_unique_and_thread_by_one_root(desk: LiveDesk) -> None:
    """One thread in every mail program; nobody else can make such an id."""
    first = opened(desk)
    desk.write(answer(to(first, "tech1@example.com"), "Bonjour"))
    ids = [mail.header("Message-ID") for mail in desk.sent]
    assert len(set(ids)) == len(ids)
    root = address.thread_id(RING, 1001, "example.com")
    for mail in desk.sent:
        assert address.ticket_of(RING, mail.header("Message-ID"), "example.com") == 1001
        assert root in mail.header("References")


def test_the_headers_of_every_mail_are_as_promised(desk: LiveDesk) -> None:
    """One From, To, Date, Message-ID, Subject; the subject tagged; nothing encoded in References (interfaces.md §5)."""
    first = opened(desk)
    desk.write(answer(to(first, "tech1@example.com"), "#appel 10\n#résolu\nC'est réglé."))
    for mail in desk.sent:
        assert all(len(mail.message.get_all(name, [])) == 1 for name in ("From", "To", "Date", "Message-ID", "Subject"))
        assert mail.subject.startswith("[#1001]")
        assert re.fullmatch(r"tickets\+[a-z2-7]{42}@example\.com", mail.reply_to)
        assert "=?" not in (mail.message["References"] or "")


def test_the_story_of_a_ticket_has_the_keys_that_programs_read(desk: LiveDesk) -> None:
    """interfaces.md §2 names them; renaming one breaks somebody's report."""
    opened(desk)
    story = asdict(desk.ticket())
    assert {
        "number", "queue", "kind", "status", "level", "severity", "priority", "subject", "requester", "customer",
        "assignee", "opened_at", "callback", "update_due_at", "closed_at",
        "messages", "interventions", "pages", "journal",
    } <= set(story)  # fmt: skip
    assert {"due_at", "kept_at", "kept_by", "calendar", "paused_minutes"} <= set(story["callback"])
