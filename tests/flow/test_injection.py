"""Nothing that a stranger writes becomes a header, a tag or a second mail, on any Python (hazards M10, A43, A45)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.flow.desk import Letter, LiveDesk, Sent, answer
from tests.flow.test_conversation import to

LINE_ENDS = "\r \n \r\n \x0b \x0c \x1c \x1d \x1e \x85 \u2028 \u2029 \0 \r\n\r\n \t".split(" ")
OURS = set(
    "from to reply-to subject date message-id in-reply-to references auto-submitted x-auto-response-suppress"
    " mime-version content-type content-transfer-encoding".split()
)
STRANGER = "x@nowhere.example"


def encoded(text: str) -> str:
    """An encoded word of any octets."""
    return "=?utf-8?q?" + "".join(f"={octet:02X}" for octet in text.encode()) + "?="


def attempts(end: str) -> Iterator[bytes]:
    """One mail for each value that might reach a header of ours."""
    text = f"a{end}Bcc: evil@x.example{end}X: y"
    folded = text.replace("\r", "").replace("\n", "\n ")
    percent = "".join(f"%{octet:02X}" for octet in text.encode())
    plain = {"From": STRANGER, "Subject": "s", "Message-ID": f"<{percent}@x>"}
    for changed in (
        {"Subject": encoded(text)},
        {"Subject": folded},
        {"From": f"{encoded(text)} <{STRANGER}>"},
        {"From": f'"{folded}" <it@acme.example>', "Subject": encoded(text)},
        {"Message-ID": f"<{folded}@x>"},
        {"References": f"<{folded}@x> <ok@x>", "In-Reply-To": f"<{folded}@x>"},
        {"Content-Disposition": f"attachment; filename*=utf-8''{percent}", "Content-Type": f"application/{folded}"},
        {"Content-Disposition": f'attachment; filename="{encoded(text)}"', "Content-Type": "application/pdf"},
    ):
        head = "".join(f"{name}: {value}\r\n" for name, value in (plain | changed).items())
        yield f"{head}\r\nBonjour\r\n".encode()


def added(mails: list[Sent]) -> list[list[str]]:
    """The header names of every mail that has others than ours, or one of ours twice."""
    named = [[name.lower() for name in mail.message] for mail in mails]
    return [names for names in named if set(names) - OURS or len(set(names)) != len(names)]


@pytest.mark.parametrize("end", LINE_ENDS, ids=ascii)
def test_no_value_of_a_strangers_mail_adds_a_header(desk: LiveDesk, end: str) -> None:
    """Subject, names, Message-ID, References, file names and types, with everything that anybody takes for a line end;
    each mail is still acknowledged (three an hour are), and its technicians are called."""
    for raw in attempts(end):
        desk.now += timedelta(minutes=21)
        mails = desk.deliver(raw, STRANGER, "support-urgent@example.com")
        assert len(mails) == 7, raw
        technician = next(mail for mail in mails if mail.template == "technician")
        told = desk.write(answer(technician, f"#appel 5\nBonjour{end}Bcc: evil@x.example"))
        assert added([*mails, *told]) == [], raw


def test_no_markup_of_a_stranger_reaches_a_reader(desk: LiveDesk) -> None:
    """In the subject, the name, the text and the name of a file."""
    evil = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>{{ 7*7 }}{% raw %}"
    letter = Letter(evil, f'"{evil.replace(chr(34), "")}" <it@acme.example>', subject=evil, envelope_from=STRANGER)
    mails = desk.write(letter)
    for mail in [mail for mail in mails if mail.template != "page"]:
        assert "<img src=x" not in mail.html
        assert "<script" not in mail.html
        assert ">49" not in mail.html
    told = desk.write(answer(to(mails, "tech1@example.com"), evil))
    assert "<script" not in to(told, "it@acme.example").html
