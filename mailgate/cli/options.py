"""The options that several commands share, so that they are spelled and explained once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailgate.cli.failures import Refusal

HERE = Path("config.toml")


def _existing(config: Path) -> Path:
    if config.is_file():
        return config
    raise Refusal(
        f"{config}: there is no such file. `mailgate init DIR` writes a starter site, `-c FILE` names another one."
    )


SiteConfig = Annotated[
    Path, typer.Option("-c", "--config", metavar="FILE", help="The site's config.toml.", callback=_existing)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a readable table.")]
