"""What costs more than the tests that need it is done once in a process: compiling a template, putting a statement
together, and the way of a new database through every migration.

A template's code depends on its text, its name and its escaping alone, and a statement's text on its dialect; the
program keeps both for one desk and one database, of which the tests open thousands.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from secrets import token_hex
from types import CodeType
from typing import Any

import pytest
from sqlalchemy import Engine, Pool
from sqlalchemy.util import LRUCache

from mailgate.mail.sandbox import Sandbox
from mailgate.store import sqlite
from mailgate.store.beginning import SALT_OCTETS
from mailgate.store.database import Database, sqlite_path

STATEMENTS = 5000


@contextmanager
def compiled_once() -> Iterator[None]:
    """Inside, templates and statements that were compiled before are not compiled again."""
    with pytest.MonkeyPatch.context() as patch:
        _keep_templates(patch)
        _keep_statements(patch)
        yield


def open_new(url: str) -> Database:
    """A database, open and with its tables: a new file is a copy of one that went through the migrations, with a salt
    of its own."""
    path = sqlite_path(url)
    if path is None or path.exists():
        database = Database.open(url)
        database.upgrade()
        return database
    sqlite.create_file(path)
    path.write_bytes(_migrated())
    with closing(sqlite3.connect(path)) as drawn, drawn:
        drawn.execute("UPDATE beginning SET salt = ?", (token_hex(SALT_OCTETS),))
    return Database.open(url)


@cache
def _migrated() -> bytes:
    """The file of an empty database."""
    directory = Path(tempfile.mkdtemp(prefix="mailgate-empty-"))
    try:
        database = Database.open(f"sqlite:///{directory}/empty.db")
        database.upgrade()
        database.close()
        return (directory / "empty.db").read_bytes()
    finally:
        shutil.rmtree(directory)


def _keep_templates(patch: pytest.MonkeyPatch) -> None:
    compile_it, known = Sandbox.compile, dict[tuple[str, str | None, bool], CodeType]()

    def kept(self: Sandbox, source: Any, name: str | None = None, filename: str | None = None, **more: Any) -> Any:
        key = (source, name, bool(self.autoescape))
        if more or filename is None or not isinstance(source, str):
            return compile_it(self, source, name, filename, **more)
        if key not in known:
            known[key] = compile_it(self, source, name, filename)
        return _placed(known[key], filename)

    patch.setattr(Sandbox, "compile", kept)


def _placed(code: CodeType, filename: str) -> CodeType:
    """The same code, from another file."""
    inner = tuple(_placed(one, filename) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.replace(co_filename=filename, co_consts=inner)


def _keep_statements(patch: pytest.MonkeyPatch) -> None:
    """One dialect is as good as another that begins its transactions alike, for whoever keeps what it compiled."""
    make, kept = sqlite._engine, LRUCache[Any, Any](STATEMENTS)
    dialect = sqlite._Dialect

    def engine(pool: Pool, begin: str) -> Engine:
        made = make(pool, begin)
        made._compiled_cache = kept
        return made

    def is_alike(self: sqlite._Dialect, other: object) -> bool:
        return isinstance(other, dialect) and other._begin == self._begin

    patch.setattr(sqlite, "_engine", engine)
    patch.setattr(dialect, "__eq__", is_alike)
    patch.setattr(dialect, "__hash__", lambda self: hash(self._begin))
