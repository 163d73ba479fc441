"""Content-Type and Content-Disposition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.mail.params import content_type, read_value


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ('attachment; filename="été.pdf"', "été.pdf"),
        ("attachment; filename=rapport final.pdf", "rapport final.pdf"),
        ("attachment; filename*=UTF-8''%e2%82%ac%20taux.pdf", "€ taux.pdf"),
        ("attachment; filename*1*=t%E9.pdf; filename*0*=iso-8859-1'fr'%E9", "été.pdf"),
        ('attachment; filename*0=long; filename*1=" nom.pdf"', "long nom.pdf"),
        ('attachment; filename="=?utf-8?q?=C3=A9t=C3=A9.pdf?="', "été.pdf"),
        (r'attachment; filename="a\"b.pdf"', 'a"b.pdf'),
        ('attachment; filename="ouvert.pdf', "ouvert.pdf"),
        ("attachment", ""),
    ],
)
def test_a_file_name_is_read_in_every_way_it_is_written(value: str, name: str) -> None:
    """RFC 2231, RFC 2047 where it is forbidden, raw octets, and plain mistakes."""
    assert read_value(value.encode()).get("filename") == name


def test_a_parameter_of_a_strange_name_is_kept_as_it_is() -> None:
    """No name makes the others unreadable."""
    assert read_value(b"a/b; **=x; charset=utf-8").get("charset") == "utf-8"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("", "message/rfc822"),
        ("Text/HTML; x", "text/html"),
        ("nonsense", "text/plain"),
        ("application/pdf name=x", "application/pdf"),
    ],
)
def test_what_is_no_media_type_is_plain_text(value: str, found: str) -> None:
    """RFC 2045 §5.2: such a part is readable, not lost."""
    assert content_type(read_value(value.encode()), "message/rfc822") == found


def test_only_the_first_parameters_are_looked_at() -> None:
    """Sixteen thousand took the standard library four seconds."""
    assert len(read_value(b"a/b" + b"".join(b"; p%d=x" % number for number in range(5000))).parameters) == 100


@given(
    st.lists(st.sampled_from([";", "=", '"', "*", "*0", "*1*", "'", "%", "%41", "\\", " ", "filename", "é", "utf-8''"]))
)
def test_any_pieces_of_parameters_are_read(pieces: list[str]) -> None:
    """Total."""
    read_value(b"a/b;" + "".join(pieces).encode())
