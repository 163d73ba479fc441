"""What must stay shut: files keep their octets and lose their power. Nothing is unpacked, believed or fetched."""

from __future__ import annotations

import email
from base64 import b64encode
from email.message import Message
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailgate.core.model import Attachment
from mailgate.mail import limits, parse
from mailgate.mail.headers import written
from mailgate.mail.mime import file_part
from tests.mail.hostile.opaque import NAMES, OPAQUE, SEALED, TYPES, named
from tests.mail.hostile.recipe import Hostile, file

ARCHIVES = [one for one in OPAQUE if one.hazard == "A13"]


def spellings(name: str) -> list[bytes]:
    """A file name in every way that mail programs write one."""
    octets = name.encode("utf-8", "surrogatepass")
    quoted = octets.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"").replace(b"\r", b"")
    percent = quote(octets, safe="").encode()
    word = b"=?utf-8?b?" + b64encode(octets) + b"?="
    return [
        b'Content-Disposition: attachment; filename="' + quoted + b'"',
        b"Content-Disposition: attachment; filename*=utf-8''" + percent,
        b"Content-Disposition: attachment; filename*0*=utf-8''" + percent[:9] + b"; filename*1*=" + percent[9:],
        b'Content-Disposition: attachment; filename="' + word + b'"',
        b'Content-Disposition: attachment\r\nContent-Type: application/pdf; name="' + quoted + b'"',
        b"Content-Disposition: attachment\r\nContent-ID: <" + quoted + b">",
    ]


@pytest.mark.parametrize("hostile", ARCHIVES, ids=str)
def test_an_archive_is_as_large_as_it_was_sent(hostile: Hostile) -> None:
    """A13: 42.zip is forty-two kilobytes."""
    raw = hostile.write()
    (listed,) = parse.read(raw).attachments
    (octets,) = parse.attachments(raw, [listed.index])
    assert listed.size == len(octets) < len(raw)
    assert octets in raw


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_no_name_of_the_list_is_dangerous(name: str) -> None:
    """A14, in the words of the threat model."""
    (listed,) = parse.read(named(name)).attachments
    assert_harmless(listed.name)


@given(st.text(st.characters(codec=None), max_size=150))
@example("\u2044etc\u2044passwd")
@example("a" * 119 + ".p\u0301df")
@example("\ufe52\ufe52/x")
@example("\u037e.\u212a")
def test_no_name_is_dangerous_however_it_is_written(name: str) -> None:
    """A14 as a property: quoted, percent-encoded, in pieces, as an encoded word, as a type's name, as a Content-ID."""
    for spelling in spellings(name):
        for listed in parse.read(file(b"application/pdf", b"%PDF", spelling)).attachments:
            assert_harmless(listed.name)


def assert_harmless(name: str) -> None:
    """One visible path element that no system takes for anything else."""
    folder = Path("/somewhere")
    assert (folder / name).resolve().parent == folder
    assert 0 < len(name) <= limits.FILE_NAME_CHARS
    assert name.isprintable()
    assert not name.startswith((".", " "))
    assert not set(name) & set('<>:"|?*/\\')
    assert name.partition(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt1"}


def sent_on(listed: Attachment, octets: bytes) -> Message:
    """The file as a technician's mail program reads it."""
    part = file_part(listed, octets)
    return email.message_from_bytes(written(part.fields) + b"\r\n" + part.body)


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_a_type_is_a_label_on_a_file(kind: str) -> None:
    """A15: whatever a part says it is, it travels as an attachment with its octets, and its label adds nothing."""
    raw = file(*TYPES[kind])
    for listed in parse.read(raw).attachments:
        (octets,) = parse.attachments(raw, [listed.index])
        read = sent_on(listed, octets)
        assert read.keys() == ["Content-Type", "Content-Disposition", "Content-Transfer-Encoding"]
        assert read.get_content_disposition() == "attachment"
        assert read.get_payload(decode=True) == octets
        assert not read.is_multipart()


@given(st.text(max_size=60) | st.sampled_from(["a/b\r\nBcc: x", "text/html;x", "multipart/mixed; boundary=b", "a/b c"]))
def test_no_label_is_more_than_a_label(content_type: str) -> None:
    """A15 as a property."""
    read = sent_on(Attachment(0, "a.bin", content_type, 1), b"x")
    assert read.keys() == ["Content-Type", "Content-Disposition", "Content-Transfer-Encoding"]
    assert read.get_payload(decode=True) == b"x"


@pytest.mark.parametrize("name", SEALED, ids=str)
def test_what_is_sealed_stays_sealed(name: str) -> None:
    """A21: encrypted, signed, partial, external or Outlook's own: a file as it came. That nothing is dialled for it is
    seen in tests/faults."""
    raw = SEALED[name]()
    for listed in parse.read(raw).attachments:
        (octets,) = parse.attachments(raw, [listed.index])
        assert octets in raw
        assert_harmless(listed.name)


def test_words_beside_a_seal_are_read() -> None:
    """A21: the text of a signed mail is its text; uuencode in a text is text."""
    assert parse.read(SEALED["pgp-signed"]()).body == "Bonjour"
    assert parse.read(SEALED["smime-signed"]()).body == "Bonjour"
    assert parse.read(SEALED["uuencode-in-body"]()).body.startswith("Voici.\n\nbegin 644 ../../x.sh")
