"""How much of a disk no new mail may take (hazards F12)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mailgate.store.disk import Disk, Left

MB = 1_000_000
DISK = Disk(Path("/srv/desk"), 25 * MB)


@pytest.mark.parametrize("octets", [0, 37_499_999])
def test_a_disk_without_room_for_the_largest_mail_takes_none(octets: int) -> None:
    """It lies in the log before it lies in its table, and what is left is for decisions and pages."""
    lack = DISK.lack(Left(octets, None))
    assert lack == f"only {octets / MB:.1f} MB are free in /srv/desk: no mail is taken before 37.5 MB are"


def test_a_disk_with_room_for_the_largest_mail_takes_every_mail() -> None:
    assert DISK.lack(Left(37_500_000, 0)) is None


def test_what_cannot_be_looked_at_is_for_the_commit_to_say(tmp_path: Path) -> None:
    """A disk that is gone is 451, with its reason in the log, and no 452 for ever."""
    gone = Disk(tmp_path / "gone", 1)
    with pytest.raises(FileNotFoundError):
        gone.left()
    assert gone.keeps_mail()


def test_a_desk_that_was_never_started_has_a_disk_already(tmp_path: Path) -> None:
    assert Disk.under(tmp_path / "var/deep/mailgate.db", 1) == Disk(tmp_path, 1)


def test_what_an_ordinary_user_may_write_counts(tmp_path: Path) -> None:
    """Part of most disks is kept for root."""
    found, left = os.statvfs(tmp_path), Disk(tmp_path, 1).left()
    assert left.octets <= found.f_bfree * found.f_frsize
    assert Disk(tmp_path, 1).keeps_mail()
    assert not Disk(tmp_path, found.f_blocks * found.f_frsize).keeps_mail()
