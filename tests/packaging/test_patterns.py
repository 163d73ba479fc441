"""Regular expressions mean the same on every Python that mailgate runs on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from re import _constants, _parser  # type: ignore[attr-defined]  # nothing public takes a pattern apart
from typing import Any

import pytest

import mailgate

BACKTRACKS = frozenset({_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.ASSERT, _constants.ASSERT_NOT})


def test_no_group_that_backtracks_is_repeated_possessively() -> None:
    """Before 3.11.5 such a repeat matches something else or nothing (CPython gh-106052), and Debian 12 has 3.11.2:
    files with a multi-line string were read for ever. `(?:(?>…))*+` means the same, is right everywhere, and keeps no
    step of the way in memory, as `(?>(?:…)*)` does."""
    assert [where for where, pattern in patterns() if is_misread(pattern)] == []


@pytest.mark.parametrize(
    ("pattern", "misread"),
    [
        ("(?:a|b{1,2}(?!b))*+c", True),
        ("(?:a|'[^']*')*+c", True),
        ("(x(?:ab*?)++)?", True),
        ("(?:(?>a|b{1,2}(?!b)))*+c", False),
        ("(?:(?>ab)|'[^']*')*+c", True),
        ("(?:a|bc)*+[^x]*+d", False),
    ],
)
def test_the_search_finds_it_wherever_it_stands(pattern: str, misread: bool) -> None:
    """A search that finds nothing proves nothing."""
    assert is_misread(pattern) is misread


def patterns() -> Iterator[tuple[str, str]]:
    """Every pattern that a module of ours holds, with where."""
    for module in walk_packages(mailgate.__path__, "mailgate."):
        if module.name.endswith("__main__") or ".migrations." in module.name:
            continue
        for name, value in vars(import_module(module.name)).items():
            held = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,)
            for one in held:
                if isinstance(one, re.Pattern):
                    text = one.pattern
                    yield f"{module.name}.{name}", text if isinstance(text, str) else text.decode("latin-1")


def is_misread(pattern: str) -> bool:
    """Whether it repeats possessively what backtracks."""
    return any(
        any(one in BACKTRACKS for one, _ in _steps(arguments, within=_constants.ATOMIC_GROUP))
        for step, arguments in _steps(_parser.parse(pattern))
        if step is _constants.POSSESSIVE_REPEAT
    )


def _steps(parsed: Any, within: Any = None) -> Iterator[tuple[Any, Any]]:
    """Every step of a parsed pattern and of what its steps hold, but for what is `within` a step of that kind."""
    if isinstance(parsed, _parser.SubPattern):
        for step, arguments in parsed:
            yield step, arguments
            yield from _steps(arguments, within) if step is not within else ()
    elif isinstance(parsed, tuple | list):
        for part in parsed:
            yield from _steps(part, within)
