"""The starter site that `mailgate init` writes: the repository's own config.example.toml, rules/ and templates/.

A wheel carries them as mailgate/_data (pyproject.toml, force-include). An editable installation has no such folder,
because force-include does not apply there; then the checkout itself is the starter.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path


class DirectoryInUse(Exception):
    """There is already something where the starter should go."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"{directory} is not an empty directory: name a new one, or empty it first")


def data() -> Path:
    """The directory that holds config.example.toml, rules/ and templates/."""
    package = Path(str(files("mailgate")))
    packaged = package / "_data"
    return packaged if packaged.is_dir() else package.parent


def templates() -> Path:
    """The packaged templates, for a site without its own."""
    return data() / "templates"


def write(directory: Path) -> tuple[Path, ...]:
    """Write the starter into a new or empty directory and answer the files written; hidden files there don't count.

    Raises DirectoryInUse before anything is written."""
    if _in_use(directory):
        raise DirectoryInUse(directory)
    return tuple(_copy(source, directory / place) for source, place in _contents())


def _in_use(directory: Path) -> bool:
    if not directory.is_dir():
        return directory.exists()
    return any(not found.name.startswith(".") for found in directory.iterdir())


def _contents() -> Iterator[tuple[Path, Path]]:
    """Each file of the starter with its place in a site."""
    source = data()
    yield source / "config.example.toml", Path("config.toml")
    for folder in ("rules", "templates"):
        for found in sorted((source / folder).rglob("*")):
            if found.is_file() and not found.name.startswith("."):
                yield found, found.relative_to(source)


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())
    return target
