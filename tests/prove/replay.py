"""A record, played back: at chosen moments the power goes, and what a disk may hold then is handed out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from tests.prove.disk import POLICIES, Disk
from tests.prove.recording import Kind, Operation

ACCEPTED = re.compile(rb"^250 2\.0\.0 accepted as inbox-(\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class State:
    """What the disk may hold after the power went before operation `moment`, and which inbox rows had their 250."""

    moment: int
    policy: str
    acked: frozenset[int]
    files: Mapping[str, bytes]


def states(record: Sequence[Operation], wanted: int, dice: Random) -> Iterator[State]:
    """At least so many states, every policy at every moment that is drawn."""
    moments = drawn(record, -(-wanted // len(POLICIES)), dice)
    disk, acked = Disk(), frozenset[int]()
    for moment, operation in enumerate(record):
        disk.apply(operation)
        acked |= answered(operation)
        for _ in range(moments[moment]):
            for name, policy in POLICIES.items():
                yield State(moment, name, acked, disk.after_cut(policy, dice))


def drawn(record: Sequence[Operation], wanted: int, dice: Random) -> Counter[int]:
    """Which moments, and how often each: after every 250, where most is promised and least is old, and anywhere."""
    promised = [moment for moment, operation in enumerate(record) if answered(operation)]
    rest = max(wanted - len(promised), 0)
    return Counter([*promised, *dice.choices(range(len(record)), k=rest)])


def answered(operation: Operation) -> frozenset[int]:
    """The inbox rows that these words to a client promise to keep."""
    if operation.kind is not Kind.ANSWER or operation.path != "door":
        return frozenset()
    return frozenset(map(int, ACCEPTED.findall(operation.data)))


def left(record: Sequence[Operation]) -> dict[str, bytes]:
    """The files in the end, as programs see them when nothing was cut: memory keeps what a disk forgot."""
    disk = Disk()
    for operation in record:
        if operation.kind is not Kind.FORGET:
            disk.apply(operation)
    return disk.now()
