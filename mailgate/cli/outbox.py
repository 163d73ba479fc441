"""`mailgate outbox`"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from mailgate.cli.boxes import Action, Box, RowNumber, Wish, answer
from mailgate.cli.failures import DONE, Refusal
from mailgate.cli.options import HERE, AsJson, SiteConfig
from mailgate.cli.output import Column, local
from mailgate.daemon import clock

if TYPE_CHECKING:
    from mailgate.cli.desk import Desk
    from mailgate.store.query import OutboxLine


class OutboxAction(StrEnum):
    """What may be done with rows of the outbox."""

    RETRY = "retry"
    SHOW = "show"
    RELEASE = "release"
    DROP = "drop"


LETTING_GO = (OutboxAction.RELEASE, OutboxAction.DROP)

WhatToDo = Annotated[OutboxAction | None, typer.Argument(help="Without it: list the rows.", show_default=False)]
All = Annotated[bool, typer.Option("--all", help="With release or drop: everything that is held.")]
Pages = Annotated[bool, typer.Option("--pages", help="With release or drop: every page that is held.")]


def outbox(
    action: WhatToDo = None,
    row: RowNumber = None,
    every: All = False,
    pages: Pages = False,
    config: SiteConfig = HERE,
    as_json: AsJson = False,
) -> int:
    """What is promised and not yet sent; `retry N` tries a row again now, `show N` prints its mail.

    What a restore held leaves by `release N`, `release --pages` or `release --all`, and never leaves by `drop`."""
    from mailgate.cli import desk
    from mailgate.store import query

    box = Box("outbox", query.outbox, query.message, _columns, "nothing waits to be sent")
    with desk.at(config) as here:
        if action in LETTING_GO:
            return _let_go(here, box, row, pages, _meant(action is OutboxAction.DROP, row, every or pages))
        return answer(here, box, Wish(Action(action.value) if action else None, row, as_json))


def _meant(drop: bool, row: int | None, many: bool) -> bool:
    """`drop`, once it is clear which rows are meant."""
    if (row is None) is not many:
        raise typer.BadParameter("name one row, as in `release 12`, or say --pages or --all")
    return drop


def _let_go(here: Desk, box: Box[OutboxLine], row: int | None, pages: bool, drop: bool) -> int:
    """Ask the daemon to send what is held, or to never send it."""
    from mailgate.cli.desk import ask
    from mailgate.core.events import ReleaseAsked
    from mailgate.store import restored

    held = [line for line in here.look(box.lines) or () if line.state == "held" and row in (None, line.id)]
    if not held:
        raise Refusal(f"outbox row {row} is not held" if row is not None else "nothing is held")
    now, through = clock.now(), here.look(restored.newest_held) or 0
    ask(here, ReleaseAsked(0, now, through, row, pages, drop), now)
    which = f"outbox row {row}" if row is not None else f"what is held ({'pages only' if pages else len(held)})"
    print(f"{which} {'will never leave' if drop else 'will leave'}")
    return DONE


def _columns(zone: ZoneInfo) -> Sequence[Column[OutboxLine]]:
    return (
        Column("row", lambda line: line.id),
        Column("state", lambda line: line.state),
        Column("kind", lambda line: line.kind),
        Column("ticket", lambda line: line.ticket or ""),
        Column("to", lambda line: line.to),
        Column("tries", lambda line: line.attempts),
        Column("next", lambda line: local(line.next_attempt_at, zone)),
        Column("subject", lambda line: line.subject),
        Column("last error", lambda line: line.last_error or ""),
    )
