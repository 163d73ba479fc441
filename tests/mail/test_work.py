"""Twice the text is twice the work, whatever it repeats: the work is counted, no clock is asked.

Calls are what is counted. A regular expression is one call however long it searches, so each runs on a line that is cut
(`limits.LINE_CHARS`); what they cost together is measured by `tests.bench.replies`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from types import FrameType

import pytest

from mailgate.mail import html
from mailgate.mail.quote import Nature, others_from, split
from tests.mail.pieces import OF_HTML, OF_TEXT

SIZE = 2_000


def calls(act: Callable[[str], object], text: str) -> int:
    """How many functions, of Python and of C, are called."""
    count = 0

    def note(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        act(text)
    finally:
        sys.setprofile(before)
    return count


def is_linear(act: Callable[[str], object], piece: str) -> bool:
    once, twice = (calls(act, piece * (size // len(piece))) for size in (SIZE, 2 * SIZE))
    return twice <= 2.3 * once + 200


@pytest.mark.parametrize("piece", OF_TEXT)
def test_the_work_of_a_text_grows_with_its_length(piece: str) -> None:
    """Split as any nature, and asked where others speak."""
    for nature in Nature:
        assert is_linear(partial(split, nature=nature, people=["j@x.example"]), piece)
    assert is_linear(lambda text: others_from(text.split("\n")), piece)


@pytest.mark.parametrize("piece", OF_HTML)
def test_the_work_of_a_page_grows_with_its_length(piece: str) -> None:
    """Before the caps make it constant."""
    assert is_linear(html.read, piece)


def test_the_counter_sees_what_is_not_linear() -> None:
    """A loop within a loop."""
    assert not is_linear(lambda text: [len(text[index:]) for index in range(len(text)) for _ in text[:index:90]], "xy")
