"""What a rig counted, in the words of Jepsen: one line for each run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import reduce

MEGABYTE = 1_000_000
UNMEASURED = "-"
"""Shown for what a rig has none of: one without a daemon has no memory, one whose clock stands still no delay."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the mails of one run.

    `sent` are mails (not attempts), `acked` those with a 250, `stored` those that are in the database. `lost` have a
    250 and did not become a ticket (a technician's: nothing was decided about them), `duplicated` became one more than
    once, `recovered` needed a second attempt. `acks` and `pages` are the promised mails that the relay took,
    `page_lost` those that never reached it, `page_dup` what it got again. `max_delay` is in seconds from the 250 to the
    first page, `rss_max` in octets; `faults` counts what was broken on purpose, `wrong` says in words what else must
    not be, `notes` what else was seen.
    """

    sent: int = 0
    acked: int = 0
    stored: int = 0
    lost: int = 0
    duplicated: int = 0
    recovered: int = 0
    acks: int = 0
    pages: int = 0
    page_lost: int = 0
    page_dup: int = 0
    max_delay: float = 0.0
    rss_max: int = 0
    faults: int = 0
    wrong: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def hold(self) -> bool:
        """Whether this run kept every promise."""
        return not (self.lost or self.page_lost or self.duplicated or self.wrong)

    def __add__(self, other: Figures) -> Figures:
        """Two runs as one: counts add up, the worst delay and the largest memory stay."""
        worst = {"max_delay", "rss_max"}
        names = [field.name for field in fields(self)]
        pairs = {name: (getattr(self, name), getattr(other, name)) for name in names}
        return Figures(**{name: max(pair) if name in worst else pair[0] + pair[1] for name, pair in pairs.items()})

    def __str__(self) -> str:
        apart = ("faults", "wrong", "notes")
        shown = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in apart}
        shown["max_delay"] = f"{self.max_delay:.1f}s" if self.max_delay else UNMEASURED
        shown["rss_max"] = f"{self.rss_max // MEGABYTE}MB" if self.rss_max else UNMEASURED
        return " ".join(f"{name}={value}" for name, value in shown.items())


def total(runs: Iterable[Figures]) -> Figures:
    """All of them as one."""
    return reduce(Figures.__add__, runs, Figures())
