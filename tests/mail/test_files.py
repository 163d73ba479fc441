"""Attachments and their names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.mail import limits, parse
from mailgate.mail.files import safe_name
from tests.mail.raw import multipart, part


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("rapport été.pdf", "rapport été.pdf"),
        ("../../etc/cron.d/x", "x"),
        ("C:\\Temp\\a.doc", "a.doc"),
        (".htaccess", "htaccess"),
        ("\u200b.htaccess", "htaccess"),
        ("fdp\u202efdp.exe", "fdpfdp.exe"),
        ("a\r\nb\0.png", "ab.png"),
        ("e\u0301.txt", "é.txt"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("a:b?.txt", "a_b_.txt"),
        ("", "attachment-3.pdf"),
        ("..", "attachment-3.pdf"),
        ("/", "attachment-3.pdf"),
        ("x" * 4000 + ".pdf", "x" * 116 + ".pdf"),
        ("y" * 4000, "y" * 120),
    ],
)
def test_a_name_is_made_safe_and_stays_recognisable(given_name: str, name: str) -> None:
    """No path, nothing hidden, nothing that reads as something else (hazards A14)."""
    assert safe_name(given_name, "application/pdf", 2) == name


@given(st.text(st.characters(codec=None), max_size=200))
def test_no_name_leaves_its_folder(name: str) -> None:
    """The command line writes attachments under these names."""
    safe = safe_name(name, "text/plain", 0)
    folder = Path("/somewhere")
    assert (folder / safe).resolve().parent == folder
    assert 0 < len(safe) <= limits.FILE_NAME_CHARS
    assert not safe.startswith(".")
    assert safe.isprintable()


@pytest.mark.timeout(10)
def test_a_name_piled_with_marks_is_read() -> None:
    """A hundred of them would take minutes."""
    piled = "e" + "\u0301\u0323" * 16_000
    assert all(len(safe_name(piled, "text/plain", index)) <= limits.FILE_NAME_CHARS for index in range(100))


def test_an_attachment_is_listed_with_its_decoded_size_and_taken_out_by_its_index() -> None:
    """`Attachment.index` is what `attachment` understands."""
    sent = multipart(
        "mixed",
        part("text/plain", "Voir"),
        part("application/pdf; name=a.pdf", "JVBERg==", "Content-Transfer-Encoding: base64"),
    )
    (file,) = parse.read(sent).attachments
    assert (file.index, file.content_type, file.size) == (1, "application/pdf", 4)
    assert parse.attachments(sent, [file.index]) == (b"%PDF",)


def test_a_part_that_does_not_exist_is_an_index_error() -> None:
    """The caller asked for something that no mail lists."""
    with pytest.raises(IndexError):
        parse.attachments(b"Subject: x\n\ny", [5])


def test_attachments_are_capped_and_said() -> None:
    """A hundred are listed; the raw mail keeps the others."""
    mail = parse.read(multipart("mixed", *[part("image/png", "x")] * 150))
    assert len(mail.attachments) == limits.ATTACHMENTS
    assert f"more than {limits.ATTACHMENTS} attachments" in mail.defects


def test_a_type_nobody_knows_gets_a_neutral_extension() -> None:
    """A name never claims what the part did not say."""
    assert safe_name("", "application/x-nothing", 0) == "attachment-1.bin"
