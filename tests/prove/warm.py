"""Imported by the process that daemons are forked from, so that the first mail of each costs what its tenth does.

A daemon compiles its templates when it first writes by them: half a second of each life, when hundreds of them are
short. Whatever was compiled once is compiled for every fork, and one desk that is not there any more compiled what the
rigs' mails need. Nothing else is different.
"""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jinja2 import Environment

from tests.flow.desk import Letter, live_desk

COMPILED: dict[tuple[type, str | None, str], Any] = {}
"""By the kind of environment, the template's name and its text."""


def _remember() -> None:
    compile_now = Environment.compile

    def compiled(self: Any, source: Any, name: str | None = None, *more: Any, **named: Any) -> Any:
        key = type(self), name, str(source)
        if key not in COMPILED:
            COMPILED[key] = compile_now(self, source, name, *more, **named)
        return COMPILED[key]

    Environment.compile = compiled  # type: ignore[method-assign]  # for the life of the process


def _warm_up() -> None:
    with TemporaryDirectory() as folder, live_desk(Path(folder) / "site") as desk:
        desk.write(Letter("Bonjour"))


_remember()
with redirect_stdout(io.StringIO()):
    _warm_up()
