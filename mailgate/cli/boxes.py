"""What `inbox` and `outbox` have in common: they list, `retry N` and `show N`; they differ in what a `Box` says."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Generic, Protocol, TypeVar, assert_never
from zoneinfo import ZoneInfo

import typer

from mailgate.cli.failures import DONE, Refusal
from mailgate.cli.output import Column, print_json, print_table
from mailgate.daemon import clock

if TYPE_CHECKING:
    from mailgate.cli.desk import Desk
    from mailgate.store.database import Tx


class Action(StrEnum):
    """What may be done with one row."""

    RETRY = "retry"
    SHOW = "show"


WhatToDo = Annotated[Action | None, typer.Argument(help="Without it: list the rows.", show_default=False)]
RowNumber = Annotated[int | None, typer.Argument(metavar="N", help="The id of a row.", show_default=False)]


class Numbered(Protocol):
    """A line of a listing."""

    @property
    def id(self) -> int:
        """The row's id."""

    @property
    def state(self) -> str:
        """Where it stands."""


Line = TypeVar("Line", bound=Numbered)


@dataclass(frozen=True, slots=True)
class Box(Generic[Line]):
    """What makes one box: its lines, the mail of a row, and how a line looks; `empty` is said when there is none."""

    name: str
    lines: Callable[[Tx], tuple[Line, ...]]
    mail: Callable[[Tx, int], bytes | None]
    columns: Callable[[ZoneInfo], Sequence[Column[Line]]]
    empty: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks of a box."""

    action: Action | None
    row: int | None
    as_json: bool


def answer(desk: Desk, box: Box[Line], wish: Wish) -> int:
    """List the box, or do what is wished with one of its rows."""
    match wish.action:
        case None:
            return _list(desk, box, wish.as_json)
        case Action.SHOW:
            return _show(desk, box, _required(wish.row))
        case Action.RETRY:
            return _retry(desk, box, _required(wish.row))
        case _:
            assert_never(wish.action)


def _required(row: int | None) -> int:
    if row is None:
        raise typer.BadParameter("name the row, as in `retry 12`")
    return row


def _list(desk: Desk, box: Box[Line], as_json: bool) -> int:
    lines = desk.look(box.lines) or ()
    if as_json:
        print_json(lines)
    else:
        print_table(box.columns(desk.zone), lines, box.empty)
    return DONE


def _show(desk: Desk, box: Box[Line], row: int) -> int:
    """Print a mail, byte for byte."""
    raw = desk.look(lambda tx: box.mail(tx, row))
    if raw is None:
        raise Refusal(f"{box.name} row {row} holds no mail")
    sys.stdout.flush()
    sys.stdout.buffer.write(raw)
    return DONE


def _retry(desk: Desk, box: Box[Line], row: int) -> int:
    """Ask the daemon to try a listed row again."""
    from mailgate.cli.desk import ask
    from mailgate.core.events import RetryAsked

    found = {line.id: line for line in desk.look(box.lines) or ()}
    if row in found and found[row].state == "held":
        raise Refusal(f"{box.name} row {row} may have left before the restore: `mailgate {box.name} release {row}`")
    if row not in found:
        raise Refusal(f"{box.name} row {row} is not waiting; `mailgate {box.name}` lists the rows that are")
    now = clock.now()
    ask(desk, RetryAsked(0, now, box.name, row), now)
    print(f"{box.name} row {row} will be tried again")
    return DONE
