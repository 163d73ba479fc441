"""What a process did to its folder, as `recorder.c` wrote it down, in the order in which it happened."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

ENTRY = struct.Struct("<IIQQ")
"""Kind, length of the path, offset, length of the data; the path and the data follow."""


class Kind(StrEnum):
    """The letters of `recorder.c`."""

    CREATE = "C"
    WRITE = "W"
    TRUNCATE = "T"
    SYNC = "S"
    FORGET = "F"
    SYNC_FOLDER = "D"
    RENAME = "R"
    LINK = "L"
    UNLINK = "U"
    ANSWER = "A"


@dataclass(frozen=True, slots=True)
class Operation:
    """`at` is its place in the record. `offset` is a file's (TRUNCATE: its new length), a place in the record (the two
    SYNC: what began before it is on the disk; FORGET: never will be, for the fsync failed) or a port (ANSWER); `data`
    are octets, or the other path."""

    kind: Kind
    path: str
    at: int = 0
    offset: int = 0
    data: bytes = b""


def operations(record: Path) -> Iterator[Operation]:
    """All that is whole in the file: whoever is killed may leave half an entry."""
    octets = record.read_bytes()
    at = 0
    while (path := at + ENTRY.size) <= len(octets):
        kind, path_length, offset, data_length = ENTRY.unpack_from(octets, at)
        data = path + path_length
        end = data + data_length
        if end > len(octets):
            return
        yield Operation(Kind(chr(kind)), octets[path:data].decode(), at, offset, octets[data:end])
        at = end
