"""The house rules that no linter knows."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 300
SUPPRESSION = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:)")
REASONED = re.compile(
    r"# (?:noqa: [A-Z]+[0-9]+(?:, [A-Z]+[0-9]+)*|type: ignore\[[a-z, -]+\]|pragma: no (?:cover|branch))"
    r"(?: +[#–-])? +[^\s#]+ \S+.*"
)


def _sources(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from sorted((ROOT / room).rglob("*.py"))


def _comments(source: Path) -> Iterator[tuple[int, str]]:
    with source.open("rb") as stream:
        for token in tokenize.tokenize(stream.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def test_no_file_outgrows_a_reader() -> None:
    """Above 300 lines a file holds two nouns and wants to be two files."""
    long = [
        f"{source}: {count}" for source in _sources("mailgate", "tests") if (count := _lines(source)) > LONGEST_FILE
    ]
    assert not long


def test_every_suppression_says_why() -> None:
    """Whoever reads `noqa` must be able to judge whether it still holds; ruff and mypy drop the unused ones."""
    silent = [
        f"{source.relative_to(ROOT)}:{line}: {comment}"
        for source in _sources("mailgate", "tests")
        for line, comment in _comments(source)
        if SUPPRESSION.search(comment) and not REASONED.search(comment)
    ]
    assert not silent


def _lines(source: Path) -> int:
    return len(source.read_text("utf-8").splitlines())
