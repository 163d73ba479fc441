"""Bounces that nobody here wrote, with labels that somebody else gave them. Needs MAILGATE_CORPUS."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mailgate.mail import parse
from tests.bench.bounces import ordinary, read, trials

pytestmark = pytest.mark.skipif("MAILGATE_CORPUS" not in os.environ, reason="MAILGATE_CORPUS names no corpus")

REPORTS = ("dsn/testdata/", "multipart_report_emails/", "/badbound.", "/example_bounce.", "without_content_type.eml")
"""The only reports among the other collections: each was looked at."""


@pytest.fixture
def corpus() -> Path:
    return Path(os.environ["MAILGATE_CORPUS"])


def test_every_failed_address_is_found_and_none_invented(corpus: Path) -> None:
    """Those that are no bounces name nobody, so that they are counted, too."""
    found = list(trials(corpus))
    assert [(trial.name, trial.found) for trial in found] == [(trial.name, trial.expected) for trial in found]


def test_what_is_still_tried_is_delayed_and_nothing_else_is(corpus: Path) -> None:
    """The label knows two fates."""
    assert [(trial.name, trial.wrong_fates) for trial in trials(corpus) if trial.wrong_fates] == []


def test_no_ordinary_mail_is_taken_for_a_report(corpus: Path) -> None:
    """Replies, forwards and broken mail of the other collections."""
    taken = [str(path) for path in ordinary(corpus) if read(path.read_bytes())]
    assert [name for name in taken if not any(known in name for known in REPORTS)] == []
    assert len(taken) == 14


def test_reports_are_read_as_part_of_the_mail(corpus: Path) -> None:
    """The same as through the reader alone."""
    for path in sorted((corpus / "flufl-bounce" / "tests" / "data").glob("dsn_*.txt")):
        assert parse.read(path.read_bytes()).report == read(path.read_bytes())
