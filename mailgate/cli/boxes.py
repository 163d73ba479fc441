"""What `inbox` and `outbox` have in common: they list, `retry N` and `show N`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli import clock
from mailgate.cli.failures import DONE, Refusal

if TYPE_CHECKING:
    from mailgate.cli.desk import Desk


class Action(StrEnum):
    """What may be done with one row."""

    RETRY = "retry"
    SHOW = "show"


WhatToDo = Annotated[Action | None, typer.Argument(help="Without it: list the rows.", show_default=False)]
RowNumber = Annotated[int | None, typer.Argument(metavar="N", help="The id of a row.", show_default=False)]


def required(row: int | None) -> int:
    """The row that an action needs."""
    if row is None:
        raise typer.BadParameter("name the row, as in `retry 12`")
    return row


def show(raw: bytes | None, box: str, row: int) -> int:
    """Print a mail, byte for byte."""
    if raw is None:
        raise Refusal(f"{box} row {row} holds no mail")
    sys.stdout.flush()
    sys.stdout.buffer.write(raw)
    return DONE


def retry(desk: Desk, box: str, row: int, listed: Iterable[int]) -> int:
    """Ask the daemon to try a listed row again."""
    from mailgate.cli.desk import ask
    from mailgate.core.events import RetryAsked

    if row not in listed:
        raise Refusal(f"{box} row {row} is not waiting; `mailgate {box}` lists the rows that are")
    now = clock.now()
    ask(desk, RetryAsked(0, now, box, row), now)
    print(f"{box} row {row} will be tried again")
    return DONE
