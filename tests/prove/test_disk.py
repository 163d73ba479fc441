"""What a disk may hold after a power cut, as the rig plays it: an unkind disk, and none that breaks its word."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tests.prove.disk import POLICIES, Disk, Policy, beginning, nothing, sectors, torn
from tests.prove.recording import Kind, Operation

FILE, OTHER, FOLDER = "/var/a", "/var/b", "/var"
CUTS = 200

Step = tuple[Kind, str, int, bytes]


def written(octets: bytes, offset: int = 0, path: str = FILE) -> Step:
    return Kind.WRITE, path, offset, octets


def named(kind: Kind, path: str = FILE, other: str = "") -> Step:
    return kind, path, 0, other.encode()


SYNCED: Step = Kind.SYNC, FILE, 0, b""
FOLDER_SYNCED: Step = Kind.SYNC_FOLDER, FOLDER, 0, b""
MADE = (named(Kind.CREATE), written(b"old"), SYNCED, FOLDER_SYNCED)


def a_disk(*steps: Step) -> Disk:
    """Every step happened before the next; a sync began where it stands."""
    disk = Disk()
    for at, (kind, path, offset, data) in enumerate(steps):
        began = at if kind in (Kind.SYNC, Kind.SYNC_FOLDER) else offset
        disk.apply(Operation(kind, path, at, began, data))
    return disk


def cuts(disk: Disk, policies: Sequence[Policy] = tuple(POLICIES.values())) -> set[tuple[tuple[str, bytes], ...]]:
    """All that is left when the power goes very often."""
    dice = Random(1)
    return {tuple(sorted(disk.after_cut(policy, dice).items())) for policy in policies for _ in range(CUTS)}


def test_what_was_synced_is_there_after_every_cut() -> None:
    """Its octets and its name; nothing else is promised by a disk."""
    assert cuts(a_disk(*MADE)) == {((FILE, b"old"),)}


def test_what_was_not_synced_may_be_there_or_not() -> None:
    """A commit without fsync is what `synchronous=NORMAL` gives."""
    disk = a_disk(*MADE, written(b"new"))
    assert cuts(disk) == {((FILE, b"old"),), ((FILE, b"new"),)}
    assert cuts(disk, [nothing]) == {((FILE, b"old"),)}


def test_what_an_fsync_failed_to_keep_is_never_kept() -> None:
    """Another fsync that holds says nothing about it (hazards F6); what is written again afterwards, lasts."""
    failed: Step = Kind.FORGET, FILE, 5, b""
    disk = a_disk(*MADE, written(b"lost"), failed, SYNCED)
    assert cuts(disk) == {((FILE, b"old"),)}
    assert cuts(a_disk(*MADE, written(b"lost"), failed, written(b"kept"), SYNCED)) == {((FILE, b"kept"),)}


def test_a_synced_file_without_a_synced_name_may_be_gone() -> None:
    """fsync of a file says nothing about its folder."""
    assert cuts(a_disk(named(Kind.CREATE), written(b"x"), SYNCED)) == {(), ((FILE, b"x"),)}


def test_a_later_write_may_survive_an_earlier_one() -> None:
    """Disks reorder; the hole between is full of zeros."""
    left = cuts(a_disk(*MADE, written(b"1", 4), written(b"2", 6)))
    assert left == {
        ((FILE, octets),) for octets in (b"old", b"old\0" + b"1", b"old\0\0\0" + b"2", b"old\0" + b"1\0" + b"2")
    }


def test_a_beginning_keeps_the_order() -> None:
    """The kinder disk, which stopped somewhere."""
    left = cuts(a_disk(*MADE, written(b"1", 4), written(b"2", 6)), [beginning])
    assert ((FILE, b"old\0\0\0" + b"2"),) not in left
    assert len(left) == 3


def test_a_write_is_torn_only_between_sectors() -> None:
    """512 octets are written together; where they begin is the disk's matter, not the write's."""
    write = Operation(Kind.WRITE, FILE, 0, 500, b"x" * 600)
    assert [(one.offset, len(one.data)) for one in sectors(write)] == [(500, 12), (512, 512), (1024, 76)]
    assert len(cuts(a_disk(*MADE, written(b"x" * 1024)), [torn])) == 4


def test_what_was_written_while_a_sync_ran_is_loose() -> None:
    """The fsync may have spared it."""
    disk = a_disk(*MADE, written(b"new"))
    disk.apply(Operation(Kind.SYNC, FILE, at=5, offset=4))
    assert cuts(disk, [nothing]) == {((FILE, b"old"),)}
    disk.apply(Operation(Kind.SYNC, FILE, at=6, offset=5))
    assert cuts(disk) == {((FILE, b"new"),)}


def test_a_file_takes_the_place_of_another_in_one_step() -> None:
    """Before the folder is synced the name leads to the old or to the new one, never to nothing."""
    draft = (named(Kind.CREATE, OTHER), written(b"new", path=OTHER), (Kind.SYNC, OTHER, 0, b""))
    disk = a_disk(*MADE, *draft, named(Kind.RENAME, OTHER, FILE))
    assert {dict(left).get(FILE) for left in cuts(disk)} == {b"old", b"new"}
    assert disk.now() == {FILE: b"new"}


def test_a_removed_file_may_come_back() -> None:
    """Its name was removed, and the folder never synced: a log that was checkpointed long ago, for example."""
    disk = a_disk(*MADE, named(Kind.UNLINK))
    assert cuts(disk) == {(), ((FILE, b"old"),)}
    disk.apply(Operation(Kind.SYNC_FOLDER, FOLDER, at=9, offset=9))
    assert cuts(disk) == {()}


def test_two_names_lead_to_one_file() -> None:
    """How the key ring gets its name: linked, then its draft is removed."""
    disk = a_disk(*MADE, named(Kind.LINK, FILE, OTHER), named(Kind.UNLINK), FOLDER_SYNCED)
    assert cuts(disk) == {((OTHER, b"old"),)}


def test_a_truncated_file_may_be_long_again() -> None:
    """Truncating is loose like any write."""
    disk = a_disk(*MADE, (Kind.TRUNCATE, FILE, 1, b""))
    assert cuts(disk) == {((FILE, b"old"),), ((FILE, b"o"),)}
