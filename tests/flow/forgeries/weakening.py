"""A build without one of its defences. A test that such a build passes as well protects nothing.

A weakening names one function, method or table of mailgate, and puts something weaker in its place wherever it was
imported. A name that is gone is an error: the weakening then says nothing about the program any more.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

PACKAGE = "mailgate"


@dataclass(frozen=True, slots=True)
class Weakening:
    """What is broken in words, where (`core.levels:MAY`, `mail.keyring:Key.mac`), and what takes its place.

    `broken` gets the original and answers with its replacement."""

    words: str
    place: str
    broken: Callable[[Any], Any]

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The program without this defence."""
        owner, name = self._owner()
        original = vars(owner)[name]
        replacement = self.broken(original)
        holders = [(owner, name), *(_imports(original) if callable(original) and not isinstance(owner, type) else ())]
        for holder, called in holders:
            setattr(holder, called, replacement)
        try:
            yield
        finally:
            for holder, called in holders:
                setattr(holder, called, original)

    def _owner(self) -> tuple[Any, str]:
        """The module or class that holds the name. Raises KeyError or ModuleNotFoundError when it is gone."""
        module, _, path = self.place.partition(":")
        owner: Any = import_module(f"{PACKAGE}.{module}")
        *classes, name = path.split(".")
        for one in classes:
            owner = vars(owner)[one]
        return owner, name


def _imports(original: object) -> Iterator[tuple[Any, str]]:
    """Every module of the program that holds the same function, and under which name."""
    for title, module in list(sys.modules.items()):
        if title.partition(".")[0] == PACKAGE:
            yield from [(module, name) for name, value in vars(module).items() if value is original]


def always(answer: object) -> Callable[[Any], Any]:
    """In place of a function: the same answer to everything."""
    return lambda _original: lambda *_args, **_named: answer


def instead(value: object) -> Callable[[Any], Any]:
    """In place of a table or a number: another one."""
    return lambda _original: value
