"""A disk as POSIX promises it: what a folder may hold after the power went.

A name leads to a node, a node holds octets. What is written to a node is loose until the node is synced, and what is
done to names until their folder is:

    write, truncate           of one node, loose until fsync(file)
    create, rename, unlink    of one folder, loose until fsync(folder)

A power cut keeps everything that is not loose, and of the loose operations whatever the disk had got to. How unkind it
was is a `Policy`: it kept nothing; or the first so many of each node; or any of them; or any sectors of 512 octets of
each write. Names change in order, as every journalling file system has it: some of a folder's first changes are kept.
That a file was made longer without its octets is a hole, full of zeros.

After an fsync that failed, Linux takes the node's loose writes for done: no later fsync brings them to the disk, though
whoever reads the file sees them (hazards F6). Here they are gone for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from random import Random

from tests.prove.recording import Kind, Operation

SECTOR = 512


@dataclass(eq=False)
class Node:
    """A file without its name: the octets that are on the disk, and what was done to it since."""

    octets: bytearray = field(default_factory=bytearray)
    loose: list[Operation] = field(default_factory=list)

    def sync(self, began: int) -> None:
        """What was done before that place in the record is on the disk."""
        for operation in self.loose:
            if operation.at < began:
                perform(self.octets, operation)
        self.loose = [operation for operation in self.loose if operation.at >= began]

    def forget(self, began: int) -> None:
        """What was written before that place in the record will never be on the disk."""
        self.loose = [one for one in self.loose if one.at >= began or one.kind is not Kind.WRITE]


@dataclass(frozen=True, slots=True, eq=False)
class Naming:
    """Names that change together: the node that each leads to from then on, None when it leads nowhere."""

    at: int
    names: tuple[tuple[str, Node | None], ...]

    @property
    def folder(self) -> str:
        return str(PurePosixPath(self.names[0][0]).parent)


Policy = Callable[[Sequence[Operation], Random], Iterable[Operation]]
"""Which of a node's loose operations the disk got to."""


def nothing(_loose: Sequence[Operation], _dice: Random) -> Iterable[Operation]:
    """Only what was synced."""
    return ()


def beginning(loose: Sequence[Operation], dice: Random) -> Iterable[Operation]:
    """The first so many."""
    return loose[: dice.randint(0, len(loose))]


def some(loose: Sequence[Operation], dice: Random) -> Iterable[Operation]:
    """Any of them."""
    return [operation for operation in loose if dice.random() < 0.5]


def torn(loose: Sequence[Operation], dice: Random) -> Iterator[Operation]:
    """Any sectors of each write; anything else as a whole or not."""
    for operation in loose:
        pieces = sectors(operation) if operation.kind is Kind.WRITE else [operation]
        yield from (piece for piece in pieces if dice.random() < 0.5)


POLICIES: dict[str, Policy] = {"synced": nothing, "prefix": beginning, "subset": some, "torn": torn}


def sectors(write: Operation) -> Iterator[Operation]:
    """A write, cut where the disk's sectors meet."""
    start = 0
    while start < len(write.data):
        length = SECTOR - (write.offset + start) % SECTOR
        yield replace(write, offset=write.offset + start, data=write.data[start : start + length])
        start += length


def perform(octets: bytearray, operation: Operation) -> None:
    """Write or truncate."""
    if operation.kind is Kind.TRUNCATE:
        _resize(octets, operation.offset)
        return
    end = operation.offset + len(operation.data)
    if len(octets) < end:
        _resize(octets, end)
    octets[operation.offset : end] = operation.data


def _resize(octets: bytearray, length: int) -> None:
    del octets[length:]
    octets.extend(bytes(length - len(octets)))


class Disk:
    """A folder while it is written to. It begins empty; folders in it are there from the beginning."""

    def __init__(self) -> None:
        self._seen: dict[str, Node] = {}
        self._kept: dict[str, Node] = {}
        self._loose: list[Naming] = []

    def apply(self, operation: Operation) -> None:
        """The next operation of the record. What a node does not know by its name any more is left out."""
        match operation.kind:
            case Kind.WRITE | Kind.TRUNCATE:
                self._seen[operation.path].loose.append(operation)
            case Kind.SYNC:
                self._seen[operation.path].sync(operation.offset)
            case Kind.FORGET:
                self._seen[operation.path].forget(operation.offset)
            case Kind.SYNC_FOLDER:
                self._sync_names(operation.path, operation.offset)
            case Kind.CREATE:
                self._name(operation, (operation.path, Node()))
            case Kind.UNLINK:
                self._name(operation, (operation.path, None))
            case Kind.LINK:
                self._name(operation, (operation.data.decode(), self._seen[operation.path]))
            case Kind.RENAME:
                node = self._seen[operation.path]
                self._name(operation, (operation.path, None), (operation.data.decode(), node))
            case Kind.ANSWER:
                pass

    def now(self) -> dict[str, bytes]:
        """What programs see: the files and their octets."""
        return {path: _octets(node, node.loose) for path, node in self._seen.items()}

    def after_cut(self, policy: Policy, dice: Random) -> dict[str, bytes]:
        """The files after a power cut at this moment."""
        names = dict(self._kept)
        for naming in self._loose_names(policy, dice):
            _rename(names, naming)
        return {path: _octets(node, policy(node.loose, dice)) for path, node in names.items()}

    def _loose_names(self, policy: Policy, dice: Random) -> Sequence[Naming]:
        if policy is nothing:
            return ()
        return self._loose[: dice.randint(0, len(self._loose))]

    def _name(self, operation: Operation, *names: tuple[str, Node | None]) -> None:
        naming = Naming(operation.at, names)
        self._loose.append(naming)
        _rename(self._seen, naming)

    def _sync_names(self, folder: str, began: int) -> None:
        loose, self._loose = self._loose, []
        for naming in loose:
            if naming.folder == folder and naming.at < began:
                _rename(self._kept, naming)
            else:
                self._loose.append(naming)


def _rename(names: dict[str, Node], naming: Naming) -> None:
    for name, node in naming.names:
        names.pop(name, None)
        if node is not None:
            names[name] = node


def _octets(node: Node, done: Iterable[Operation]) -> bytes:
    octets = bytearray(node.octets)
    for operation in done:
        perform(octets, operation)
    return bytes(octets)
