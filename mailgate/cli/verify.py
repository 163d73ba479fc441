"""`mailgate verify`"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.failures import DONE, NO
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import plain, print_json
from mailgate.daemon import clock

if TYPE_CHECKING:
    from mailgate.cli.desk import Desk
    from mailgate.store.verify import Finding

SHOWN_ROWS = 10
"""Rows of one finding that a terminal shows; `--json` has more."""


Listed = Annotated[bool, typer.Option("--list", help="Say what is asked, what tests prove, and what is not kept yet.")]


def verify(config: SiteConfig = HERE, as_json: AsJson = False, listed: Listed = False) -> int:
    """Run every invariant on the database; exit 1 with what is broken.

    Changes nothing; works beside a running daemon, and on a restored copy that another config.toml names."""
    if listed:
        return _list(as_json)
    from mailgate.cli import desk
    from mailgate.store.verify import State

    with desk.at(config) as here:
        found = _tell(_examined(here), as_json)
    return NO if any(one.state is State.BROKEN for one in found) else DONE


@dataclass(frozen=True, slots=True)
class Kept:
    """A hazard, and what keeps it: invariants of a database, tests, rigs of `make prove`, or nothing, and then why
    not."""

    hazard: str
    says: str
    invariants: tuple[str, ...]
    tests: tuple[str, ...]
    rigs: tuple[str, ...]
    not_today: str


def _list(as_json: bool) -> int:
    from mailgate.store.verify import HAZARDS, kept_by

    kept = [Kept(one.number, one.says, kept_by(one), one.proofs, one.rigs, one.not_today) for one in HAZARDS]
    if as_json:
        print_json(kept)
        return DONE
    for one in kept:
        print(f"{one.hazard:<3}  {one.says}")
        for line in _keepers(one):
            print(f"     {line}")
    return DONE


def _keepers(one: Kept) -> Iterator[str]:
    if one.invariants:
        yield f"asked here: {', '.join(one.invariants)}"
    if one.tests:
        yield f"proven by {', '.join(one.tests)}"
    if one.rigs:
        yield f"proven under fire by `make prove`: {', '.join(one.rigs)}"
    if one.not_today:
        yield f"not kept: {one.not_today}"


def _examined(here: Desk) -> Iterator[Finding]:
    from mailgate.store.verify import verify as examine

    return iter(()) if here.database is None else examine(here.database, clock.now())


def _tell(findings: Iterable[Finding], as_json: bool) -> Sequence[Finding]:
    if as_json:
        found = tuple(findings)
        print_json(found)
        return found
    return _print(findings)


def _print(findings: Iterable[Finding]) -> Sequence[Finding]:
    """Each as soon as it is known: a large database takes its time."""

    found = []
    for one in findings:
        found.append(one)
        print(f"{one.state:<6}  {one.hazard:<3}  {one.invariant:<18}  {one.says}")
        for line in _rows(one):
            print(f"          {plain(line)}")
    print(_summary(found) if found else "nothing was ever stored here: there is nothing to verify")
    return found


def _rows(one: Finding) -> Iterator[str]:
    for row in one.rows[:SHOWN_ROWS]:
        yield " ".join(filter(None, (one.table, row.row, row.detail and f"({row.detail})")))
    if one.count > SHOWN_ROWS:
        yield f"and {one.count - SHOWN_ROWS} more"


def _summary(found: Sequence[Finding]) -> str:
    from mailgate.store.verify import State

    rows = sum({one.table: one.checked for one in found}.values())
    broken = sum(one.state is State.BROKEN for one in found)
    notes = sum(one.state is State.NOTE for one in found)
    told = f"{broken} broken, {notes} to be seen" if broken or notes else "all hold"
    return f"\n{len(found)} invariants on {rows} rows: {told}"
