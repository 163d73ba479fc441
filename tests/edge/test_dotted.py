"""DATA as octets: transparency, the one true end, and bounded memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailgate.edge.dotted import PIECE, DottedText

wire = st.lists(st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"a", b"\0", b"\xff", b"..", b"\r\n.."])).map(b"".join)


def stuffed(raw: bytes) -> bytes:
    """What a correct client sends for `raw`, with the end (RFC 5321 §4.5.2)."""
    doubled = raw.replace(b"\r\n.", b"\r\n..")
    return (b"." if raw.startswith(b".") else b"") + doubled + b".\r\n"


def fed(text: DottedText, octets: bytes, step: int) -> bytes | None:
    """Feeds in pieces of `step` octets until the end is seen; answers all that came behind it."""
    for at in range(0, len(octets), step):
        behind = text.feed(octets[at : at + step])
        if behind is not None:
            return behind + octets[at + step :]
    return None


@given(wire.map(lambda octets: octets + b"\r\n"), wire, st.integers(1, 9))
def test_what_was_sent_is_what_is_kept_however_it_is_cut(raw: bytes, behind: bytes, step: int) -> None:
    """TCP cuts where it likes; neither a dot nor the next command may be lost at a seam."""
    text = DottedText(1 << 20)
    assert fed(text, stuffed(raw) + behind, step) == behind
    assert text.raw() == raw


@given(wire, st.integers(1, 9))
def test_nothing_but_the_full_mark_ends_a_mail(octets: bytes, step: int) -> None:
    """Trap A1: every other spelling of the end is how mails are smuggled."""
    text = DottedText(1 << 20)
    ended = fed(text, octets, step) is not None
    assert ended == (b"\r\n.\r\n" in b"\r\n" + octets)


def test_an_empty_mail_ends_at_once() -> None:
    """The line end of the DATA command counts as the one before the dot."""
    text = DottedText(10)
    assert text.feed(b".\r\nQUIT\r\n") == b"QUIT\r\n"
    assert text.raw() == b""


@given(st.integers(0, 40), st.integers(1, 9))
def test_the_limit_is_exact(size: int, step: int) -> None:
    """A mail of exactly the announced size is taken, one octet more is not."""
    text = DottedText(20)
    fed(text, stuffed(b"." * size + b"\r\n"), step)
    assert text.too_large == (size + 2 > 20)


def test_what_comes_octet_by_octet_costs_no_more_memory() -> None:
    """Each piece of its own would cost forty times its size."""
    text = DottedText(1 << 20)
    for _ in range(PIECE):
        text.feed(b"x")
    assert len(text._kept) <= 2
    assert text.kept == PIECE + 2


def test_a_flood_without_line_ends_is_only_counted() -> None:
    """Trap M3: 600 MiB in one line filled 600 MiB of memory before."""
    text = DottedText(1000)
    for _ in range(1000):
        assert text.feed(b"A" * 10_000) is None
    assert text.too_large
    assert text.seen == 10_000_000
    assert text.raw() == b""
