"""A19, M12: regular expressions of administrators run in a linear engine, whatever is written to them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailgate.core.conditions import Matches
from tests.rules.sites import STARTER, mistakes
from tests.rules.test_conditions import asked_of

SIZE = 1_000_000
EVIL = {
    r"(\w+\s?)*:$": "word ",
    r"^(a+)+$": "a",
    r"^(a|aa)+$": "a",
    r"(a*)*b": "a",
    r"^(([a-z])+.)+[A-Z]([a-z])+$": "a",
    r"(x+x+)+y": "x",
    r"(.*)*,": ".",
    r"^(.*?,){11}P": "1,",
    r"\b(urgent|urgente?)+\b.*!$": "urgent ",
    r"(?i)(?:é|e\x{301})+fin$": "é",
    r"[\p{L}\p{M}]+@[\p{L}.]+\.com$": "é@",
}
"""Patterns that took a backtracking engine minutes or for ever, and what to feed them."""

REFUSED = {
    "(?=b)": "look-around, including look-ahead and look-behind, is not supported",
    "(?<=a)b": "look-around, including look-ahead and look-behind, is not supported",
    "(?!a)": "look-around, including look-ahead and look-behind, is not supported",
    r"(a)\1": "backreferences are not supported",
    "(?:a{1000}){1000}": "Compiled regex exceeds size limit",
    "(a": "unclosed group",
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("pattern", EVIL, ids=list(EVIL))
def test_a_megabyte_made_for_a_pattern_is_searched(tmp_path: Path, pattern: str) -> None:
    """In `re` most of these never end."""
    test = asked_of(tmp_path, f"body = {{ regex = '{pattern}' }}")
    assert isinstance(test, Matches)
    piece = EVIL[pattern]
    test.search(piece * (SIZE // len(piece)) + "!")


@pytest.mark.parametrize("pattern", REFUSED, ids=list(REFUSED))
def test_what_cannot_be_linear_is_refused_with_its_line(tmp_path: Path, pattern: str) -> None:
    """When the rules are loaded, not when the mail comes."""
    (told,) = mistakes(tmp_path, z=f"[[rule]]\nname = 'x'\n\nwhen = {{ body = {{ regex = '{pattern}' }} }}\n")
    assert told.startswith("rules/z.toml:4:")
    assert f"bad regular expression '{pattern}': {REFUSED[pattern]}" in told


@pytest.mark.timeout(60)
def test_every_shipped_pattern_bears_a_megabyte_of_its_own_letters(tmp_path: Path) -> None:
    """The starter's rules, fed with pieces of themselves."""
    rules = "\n".join(file.read_text("utf-8") for file in STARTER.glob("*.toml"))
    patterns = re.findall(r'regex = "((?:[^"\\]|\\.)+)"', rules)
    assert patterns
    for pattern in patterns:
        test = asked_of(tmp_path, f'body = {{ regex = "{pattern}" }}')
        assert isinstance(test, Matches)
        for piece in (pattern, pattern[:5], "vpn", "pare-", "a", " \n"):
            test.search(piece * (SIZE // len(piece)) + "!")
