"""New text and forwards, on mail that nobody here wrote."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.bench.replies import trials


@pytest.mark.skipif("MAILGATE_CORPUS" not in os.environ, reason="MAILGATE_CORPUS names no folder")
def test_no_line_is_lost_and_what_is_wrong_is_known() -> None:
    """Three of reply-trimmer's replies are forwards, which we keep."""
    found = list(trials(Path(os.environ["MAILGATE_CORPUS"])))
    assert [trial for trial in found if trial.lost] == []
    assert [trial.name for trial in found if not trial.right] == [
        "forwarded_apple.txt",
        "forwarded_gmail.txt",
        "forwarded_message.txt",
    ]
