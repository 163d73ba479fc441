"""`mailgate init DIR`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailgate.cli.failures import DONE


def init(directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty directory.")]) -> int:
    """Write a commented starter site."""
    from mailgate import starter

    written = starter.write(directory)
    config = directory / "config.toml"
    print(f"wrote {len(written)} files to {directory}")
    print(f"next: mailgate check -c {config}")
    print(f"then: mailgate serve -c {config}")
    return DONE
