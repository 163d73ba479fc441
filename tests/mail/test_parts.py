"""The parts of a mail, on well-formed mail compared with the standard library, on the rest by what must not be lost."""

from __future__ import annotations

import email
from email.message import EmailMessage, Message

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailgate.mail import limits
from mailgate.mail.parts import leaves, read_parts
from tests.mail.raw import from_jean, multipart, part


def kinds(octets: bytes) -> list[str]:
    return [leaf.content_type for leaf in leaves(read_parts(octets)[0])]


def standard_leaves(message: Message) -> list[tuple[str, bytes]]:
    """What the standard library's parser makes of a mail."""
    found = [child for child in message.walk() if not child.is_multipart()]
    return [(child.get_content_type(), bytes(child.get_payload(decode=True))) for child in found]


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=300),
    st.lists(st.tuples(st.binary(max_size=300), st.sampled_from(["a.pdf", "été.png", "x"])), max_size=4),
)
def test_well_formed_mail_has_the_parts_the_standard_library_sees(text: str, files: list[tuple[bytes, str]]) -> None:
    """The own reader must agree with an independent one wherever that one is right."""
    message = EmailMessage()
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    for octets, name in files:
        message.add_attachment(octets, "application", "octet-stream", filename=name)
    sent = message.as_bytes()
    ours = [(leaf.content_type, leaf.octets()) for leaf in leaves(read_parts(sent)[0])]
    assert ours == standard_leaves(email.message_from_bytes(sent))


@pytest.mark.parametrize(
    ("encoding", "body", "octets"),
    [
        ("base64", "w6l0\r\nw6k=", "été".encode()),
        ("quoted-printable", "=C3=A9t=\r\n=C3=A9=zz", "été=zz".encode()),
        ("x-uuencode", "begin 644 a\r\n#86)C\r\n~~~~\r\nend", b"abc"),
        ("x-unknown", "abc", b"abc"),
    ],
)
def test_a_transfer_encoding_is_undone_as_well_as_possible(encoding: str, body: str, octets: bytes) -> None:
    """A broken attachment is still worth more than none."""
    whole, _ = read_parts(from_jean(f"Content-Transfer-Encoding: {encoding}", body=body))
    assert whole.octets() == octets


def test_a_part_that_says_it_swells_stays_encoded() -> None:
    """Two octets of uuencode may stand for forty-five: twenty-five megabytes would be half a gigabyte."""
    whole, defects = read_parts(from_jean("Content-Transfer-Encoding: uuencode", body="M\n" * 10_000))
    assert whole.octets() == whole.encoded
    assert defects == (f"a part would decode to more than {limits.DECODED_TIMES} times its size",)


@given(st.binary(), st.sampled_from(["base64", "quoted-printable", "uuencode", "7bit"]))
@example(b"M\nM\n", "uuencode")
def test_no_transfer_encoding_swells(octets: bytes, encoding: str) -> None:
    """Memory is bounded by what was sent (hazards §2.5)."""
    whole, _ = read_parts(f"Content-Transfer-Encoding: {encoding}\n\n".encode() + octets)
    assert len(whole.octets()) <= limits.DECODED_TIMES * len(octets)


def test_a_multipart_without_its_closing_line_keeps_its_last_part() -> None:
    """Mail cut on the way is still read."""
    whole = multipart("mixed", part("text/plain", "un"), part("text/html", "deux")).replace(b"--b--\r\n", b"")
    assert kinds(whole) == ["text/plain", "text/html"]


def test_a_multipart_without_boundary_is_text() -> None:
    """Its words are shown rather than lost."""
    assert kinds(from_jean("Content-Type: multipart/mixed", body="words")) == ["text/plain"]
    assert kinds(from_jean("Content-Type: multipart/mixed; boundary=b", body="no parts")) == ["text/plain"]


def test_a_digest_holds_messages() -> None:
    """RFC 2046 §5.1.5: the default type of its parts is message/rfc822."""
    assert kinds(multipart("digest", "\r\nSubject: x\r\n\r\ny")) == ["message/rfc822"]


def test_an_inner_boundary_that_begins_like_the_outer_one_is_another() -> None:
    """Only a whole line delimits."""
    texts = "--bb\r\n\r\nx\r\n--bb\r\nContent-Type: text/html\r\n\r\ny\r\n--bb--"
    inner = f'Content-Type: multipart/alternative; boundary="bb"\r\n\r\n{texts}'
    assert kinds(multipart("mixed", inner, part("image/png", "z"))) == ["text/plain", "text/html", "image/png"]


def test_nesting_is_capped_and_said() -> None:
    """A thousand levels were a RecursionError (hazards M11)."""
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n" for level in range(3000))
    whole, defects = read_parts(deep.encode())
    assert defects == (f"parts nested deeper than {limits.MIME_DEPTH}",)
    assert [leaf.content_type for leaf in leaves(whole)] == ["application/octet-stream"]


def test_the_number_of_parts_is_capped_and_said() -> None:
    """A hundred thousand siblings took five seconds."""
    whole, defects = read_parts(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000)
    assert defects == (f"more than {limits.MIME_PARTS} parts",)
    assert len(list(leaves(whole))) == limits.MIME_PARTS - 1


@given(
    st.lists(
        st.sampled_from(
            [b"--b", b"--", b"\n", b"\r\n", b" ", b"x", b"Content-Type: multipart/mixed; boundary=b\n", b"\n\n"]
        )
    )
)
def test_any_pieces_of_a_multipart_are_read(pieces: list[bytes]) -> None:
    """Total, and every range lies inside the mail."""
    whole, _ = read_parts(b"Content-Type: multipart/mixed; boundary=b\n" + b"".join(pieces))
    for leaf in leaves(whole):
        assert leaf.block.body <= leaf.end <= len(leaf.raw)
        leaf.octets()
