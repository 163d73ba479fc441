"""The template files of some directories, as they were when they were read.

A desk that runs keeps to one shelf: who edits five templates one after the other must not have the first two of them
sent before the fifth is saved. Edited files are another shelf, which is taken up as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from jinja2 import FunctionLoader

DEPTH = 4
"""How deep directories lie in each other at most; a link that leads back to where it lies would have no end."""

Loaded = tuple[str, str, Callable[[], bool]]


class Shelf:
    """Every file of `directories`, the first one's first. "0/fr/x.txt.j2" names a file of the first directory, without
    a number a file is looked for in all of them, in their order."""

    def __init__(self, directories: tuple[Path, ...]) -> None:
        self.directories = directories
        self._files = {
            f"{place}/{path.relative_to(directory).as_posix()}": (path, _octets(path))
            for place, directory in enumerate(directories)
            for path in files(directory)
        }

    def has(self, name: str) -> bool:
        """Whether there is a file of this numbered name."""
        return name in self._files

    def stems(self, suffix: str) -> Iterator[str]:
        """The numbered stem of every letter of every language, in order of directory and name; a name that begins with
        "_" is only a part of others."""
        for name in self._files:
            if name.endswith(suffix) and name.count("/") == 2 and not name.rpartition("/")[2].startswith("_"):
                yield name.removesuffix(suffix)

    def loader(self) -> FunctionLoader:
        """For Jinja."""
        return FunctionLoader(self._loaded)

    def _loaded(self, name: str) -> Loaded | None:
        """Raises what reading raised, or UnicodeDecodeError."""
        numbered = (name, *(f"{place}/{name}" for place in range(len(self.directories))))
        found = next((one for one in numbered if one in self._files), None)
        if found is None:
            return None
        path, octets = self._files[found]
        if isinstance(octets, OSError):
            raise octets
        return octets.decode("utf-8"), str(path), lambda: True


def files(directory: Path, depth: int = DEPTH) -> Iterator[Path]:
    """Every file of a directory and of those in it, in the order of their names; hidden ones are an editor's."""
    try:
        found = sorted(path for path in directory.iterdir() if not path.name.startswith("."))
    except OSError:
        return
    for path in found:
        if path.is_file():
            yield path
        elif depth > 0 and path.is_dir():
            yield from files(path, depth - 1)


def _octets(path: Path) -> bytes | OSError:
    """What cannot be read fails when it is needed, as a template that is broken."""
    try:
        return path.read_bytes()
    except OSError as error:
        return error
