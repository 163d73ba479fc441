"""The disk under the database: whether the next mail fits, and whether the disk keeps it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailgate.cli.doctor.findings import Said, bad, ok, warning
from mailgate.config import Config

MOUNTS = Path("/proc/mounts")
NETWORK = frozenset(
    "9p afs beegfs ceph cifs coda davfs fuse.ceph fuse.davfs2 fuse.glusterfs fuse.rclone fuse.s3fs fuse.sshfs "
    "glusterfs lustre ncpfs nfs nfs4 smb3 smbfs".split()
)
MEMORY = frozenset({"tmpfs", "ramfs"})
LAYERS = frozenset({"overlay", "aufs"})

ROOM = 1.5
"""Times the largest mail: a mail lies in the write-ahead log before it lies in its table."""
COMFORT = 40
"""Times the largest mail, below which somebody should make room."""
FEW_FILES = 1000


@dataclass(frozen=True, slots=True)
class Room:
    """What a disk has left for an ordinary user: octets, and files (None: it does not count them)."""

    octets: int
    files: int | None


def disk(config: Config) -> Iterator[Said]:
    """Where SQLite writes; a database server's disk is its own affair."""
    if config.database.path is None:
        return
    place = next(path for path in config.database.path.parents if path.exists())
    yield room(place, _room(place), _largest_mail(config))
    yield kind(place, file_system(place, _mounts()))


def room(place: Path, left: Room, largest_mail: int) -> Said:
    """Whether mails still fit."""
    says = f"{left.octets / 1e9:.1f} GB are free in {place}"
    if left.octets < ROOM * largest_mail:
        return bad(f"only {left.octets / 1e6:.0f} MB are free in {place}: a mail of the largest size does not fit")
    if left.files is not None and left.files < FEW_FILES:
        return bad(f"{place} has room for {left.files} more files only: no inodes are left")
    if left.octets < COMFORT * largest_mail:
        return warning(f"{says}: room for {left.octets // largest_mail} of the largest mails")
    return ok(says)


def kind(place: Path, fs_type: str | None) -> Said:
    """Whether such a file system keeps what it is given."""
    match fs_type:
        case None:
            return ok(f"{place} is on a disk whose kind is not known")
        case network if network in NETWORK:
            return bad(
                f"{place} is on a network file system ({network}), where SQLite's locks and its log do not work: move "
                "the database to a local disk, or use PostgreSQL"
            )
        case memory if memory in MEMORY:
            return bad(f"{place} is in memory ({memory}): every mail is lost when this machine restarts")
        case layer if layer in LAYERS:
            return warning(
                f"{place} is in a container's own layer ({layer}), which is thrown away with the container: put it on "
                "a volume"
            )
        case other:
            return ok(f"{place} is on a local disk ({other})")


def file_system(place: Path, mounts: str) -> str | None:
    """The type of the file system that holds a path; `mounts` is as in proc(5)."""
    found = [
        (Path(_unescaped(fields[1])), fields[2]) for line in mounts.splitlines() if len(fields := line.split()) > 2
    ]
    over = [
        (len(point.parts), index) for index, (point, _) in enumerate(found) if place.resolve().is_relative_to(point)
    ]
    return found[max(over)[1]][1] if over else None


def _unescaped(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), field)


def _mounts() -> str:
    try:
        return MOUNTS.read_text("utf-8", "replace")
    except OSError:
        return ""


def _room(place: Path) -> Room:
    found = os.statvfs(place)
    return Room(found.f_bavail * found.f_frsize, found.f_favail if found.f_files else None)


def _largest_mail(config: Config) -> int:
    doors = (*config.imap, *(door for door in (config.smtp, config.lmtp) if door is not None))
    return max((door.max_size for door in doors), default=1)
