"""The options that several commands share, so that they are spelled and explained once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from mailgate.cli.failures import Refusal

HERE = Path("config.toml")


def _existing(config: Path) -> Path:
    if config.is_file():
        return config
    if config.is_dir():
        raise Refusal(f"{config} is a directory: name the file, as in `-c {config / HERE}`")
    raise Refusal(
        f"{config}: there is no such file. `mailgate init DIR` writes a starter site, `-c FILE` names another one."
    )


SiteConfig = Annotated[
    Path, typer.Option("-c", "--config", metavar="FILE", help="The site's config.toml.", callback=_existing)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a readable table.")]


def moment(text: str, zone: ZoneInfo) -> datetime:
    """What `--at` says, local to `zone` unless it has an offset."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"--at '{text}' is not a time: write 2026-11-23T16:30 or add an offset") from None
    return at if at.tzinfo else at.replace(tzinfo=zone)
