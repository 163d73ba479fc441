"""Small files beside the key ring, in which a desk that runs says how it is: for commands that look from outside.

They are not in the database, because they have to speak when that takes no write.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def place(secret: Path, name: str) -> Path:
    """Where a site has its note of that name; `secret` is its key ring."""
    return secret.with_name(name)


def keep(path: Path, text: str) -> None:
    """In place of the last one, whole or not at all. On a disk that takes nothing the old one stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):
        draft.write_text(text, "utf-8")
        draft.chmod(0o600)
        draft.replace(path)
