"""Passwords stay out of config.toml: it names a file or an environment variable, and the value is read when needed.

A file that other users may read is refused, as ssh refuses such a key. systemd's credentials are the exception: their
directory is closed and the mode of the files says nothing (systemd.exec(5), LoadCredential=). A bare name
(`password_file = "imap"`) is looked for there first.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from mailgate.toml.document import Place, SiteMistakes

CREDENTIALS = "CREDENTIALS_DIRECTORY"
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret by its place; its value is never part of it. `written` is as config.toml says it, `place` where.

    `path` is the absolute path of a file; None: `written` is the name of an environment variable."""

    written: str
    path: Path | None
    place: Place = field(compare=False)

    def read(self) -> str:
        """The secret, without the line end of its file; raises SiteMistakes when there is none to be had."""
        value = self._variable() if self.path is None else self._file(self.path)
        if not value:
            raise self._wrong(f"the secret in '{self.written}' is empty")
        return value

    def _variable(self) -> str:
        value = os.environ.get(self.written)
        if value is None:
            raise self._wrong(f"the environment variable '{self.written}' is not set")
        return value

    def _file(self, path: Path) -> str:
        credential = self._credential()
        try:
            if credential is None:
                self._refuse_open(path)
            return (credential or path).read_text("utf-8").rstrip("\r\n")
        except OSError as error:
            raise self._wrong(f"the secret file '{self.written}' cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise self._wrong(f"the secret file '{self.written}' is not UTF-8") from None

    def _credential(self) -> Path | None:
        directory = os.environ.get(CREDENTIALS)
        if not directory or "/" in self.written:
            return None
        found = Path(directory, self.written)
        return found if found.is_file() else None

    def _refuse_open(self, path: Path) -> None:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & OTHERS:
            text = f"the secret file '{self.written}' is open to other users (mode {mode:04o}): chmod 600 {path}"
            raise self._wrong(text)

    def _wrong(self, text: str) -> SiteMistakes:
        return SiteMistakes([self.place.mistake(text)])
