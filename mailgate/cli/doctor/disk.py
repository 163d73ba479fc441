"""The disk under the database: whether the next mail fits, and whether the disk keeps it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mailgate.cli.doctor.findings import Said, bad, ok, warning
from mailgate.config import Config
from mailgate.site import disk_of
from mailgate.store.disk import Disk, Left

MOUNTS = Path("/proc/mounts")
NETWORK = frozenset(
    "9p afs beegfs ceph cifs coda davfs fuse.ceph fuse.davfs2 fuse.glusterfs fuse.rclone fuse.s3fs fuse.sshfs "
    "glusterfs lustre ncpfs nfs nfs4 smb3 smbfs".split()
)
MEMORY = frozenset({"tmpfs", "ramfs"})
LAYERS = frozenset({"overlay", "aufs"})

COMFORT = 40
"""Times the largest mail, below which somebody should make room."""
FEW_FILES = 1000


def disk(config: Config) -> Iterator[Said]:
    """Where SQLite writes; a database server's disk is its own affair."""
    under = disk_of(config)
    if under is None:
        return
    yield room(under.left(), under)
    yield kind(under.place, file_system(under.place, _mounts()))


def room(left: Left, under: Disk) -> Said:
    """Whether mails are still taken."""
    place = under.place
    if lack := under.lack(left):
        return bad(lack)
    if left.files is not None and left.files < FEW_FILES:
        return bad(f"{place} has room for {left.files} more files only: no inodes are left")
    says = f"{left.octets / 1e9:.1f} GB are free in {place}"
    if left.octets < COMFORT * under.largest:
        return warning(f"{says}: room for {left.octets // under.largest} of the largest mails")
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
